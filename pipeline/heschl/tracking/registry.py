"""Networks in MLflow's model registry: versions of a name, and aliases that can be moved from one to another.

A version is a program that MLflow loads and serves without Heschl, and the files that Heschl loads.
"""

import contextlib
import io
import logging
import os
import re
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import mlflow
import numpy as np
from mlflow.exceptions import MlflowException
from mlflow.models import Model, ModelSignature
from mlflow.types import Schema, TensorSpec
from torch import nn

from heschl.tracking.store import address, client, exists, experiment_id, is_there, tracking_uri

SCHEME = "models:/"
ADDRESS = re.compile(r"models:/([^/@]+)(?:/([0-9]+)|@([^/@]+))")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
PROGRAM = Path("data", "model.pt2")  # in the folder of a model
EXTRA = "extra_files"


class RegistryError(RuntimeError):
    """A registered network that cannot be written or read; says why, what there is, and the remedy."""


class Program(NamedTuple):
    """What MLflow saves: a module from the waveform to one tensor, and an example.

    example : (clips, samples) or (clips, ears, samples) float32
    classes : of the output, (clips, classes)
    tidy    : changes the file of the saved program in place
    """

    module: nn.Module
    example: np.ndarray
    classes: int
    tidy: Callable[[Path], None]


def register(
    name: str, program: Program, files: Sequence[Path], run_id: str, metadata: Mapping[str, Any],
    requirements: Sequence[str], aliases: Sequence[str] = (),
) -> str:  # fmt: skip
    """Add a version of a registered network, of the run that trained it; return its number.

    files        : that Heschl loads: config and weights
    run_id       : the version belongs to this run, if the store has it
    requirements : of an environment that loads the program
    raises       : RegistryError if a name is not one, or the store fails
    """
    for each in (name, *aliases):
        if not NAME.fullmatch(each) or re.fullmatch(r"v[0-9]+|latest", each, re.IGNORECASE):
            raise RegistryError(
                f"{each!r} is not a name; expected letters, digits, _ and -, and neither `latest` nor `v` "
                "and a number."
            )
    shape = (-1, *program.example.shape[1:])
    signature = ModelSignature(
        Schema([TensorSpec(np.dtype("float32"), shape)]),
        Schema([TensorSpec(np.dtype("float32"), (-1, program.classes))]),
    )
    try:
        with _quiet(), _in_store() as tracker:
            mlflow.set_experiment(experiment_id=experiment_id(tracker))
            made = Model.log(
                None, _Flavor(program.tidy), registered_model_name=name, name=name,
                run_id=run_id if run_id and exists(tracker, run_id) else None,
                pytorch_model=program.module, input_example=program.example, signature=signature,
                serialization_format="pt2", extra_files=[str(path) for path in files],
                pip_requirements=list(requirements), metadata=dict(metadata),
            )  # fmt: skip
            version = str(made.registered_model_version)
            for alias in aliases:
                tracker.set_registered_model_alias(name, alias, version)
    except MlflowException as error:
        raise RegistryError(f"{address()} does not take it: {error}. Check MLFLOW_TRACKING_URI.") from None
    return version


@contextlib.contextmanager
def registered(named: str, files: Sequence[str]) -> Iterator[tuple[str, Path]]:
    """Yield a version in words, and a folder with its files, which exists until the block ends.

    named  : models:/NAME/VERSION or models:/NAME@ALIAS
    files  : to read, by their names
    raises : RegistryError if there is no such version or it lacks a file, or if the store fails
    """
    parts = ADDRESS.fullmatch(named)
    if not parts:
        raise RegistryError(
            f"{named!r} names no network; expected models:/NAME/VERSION or models:/NAME@ALIAS."
        )
    name, version, alias = parts.groups()
    if not is_there():
        raise RegistryError(f"{address()} does not exist, so {named} is not there. {_known(None)}")
    tracker = client()
    try:
        found = (
            tracker.get_model_version_by_alias(name, alias)
            if alias
            else tracker.get_model_version(name, version)
        )
    except MlflowException:
        raise RegistryError(f"{named} is not in {address()}. {_known(tracker)}") from None
    with tempfile.TemporaryDirectory(prefix="heschl-") as copy:
        for file in files:
            _download(f"{SCHEME}{name}/{found.version}", file, Path(copy))
        of = f", run {found.run_id[:8]}" if found.run_id else ""
        yield f"{name} version {found.version}{f' ({alias})' if alias else ''}{of}", Path(copy)


def _download(model: str, file: str, folder: Path) -> None:
    """Copy a file of a registered network, asked for by its own name, into a folder."""
    with tempfile.TemporaryDirectory(prefix="heschl-") as place:
        try:
            with _quiet(), _in_store():
                path = mlflow.artifacts.download_artifacts(f"{model}/{EXTRA}/{file}", dst_path=place)
        except (MlflowException, OSError) as error:
            raise RegistryError(
                f"{model} has no {EXTRA}/{file}: {error} Was it registered by `heschl register`?"
            ) from None
        (folder / file).write_bytes(Path(path).read_bytes())


@contextlib.contextmanager
def _in_store() -> Iterator[mlflow.MlflowClient]:
    """Yield a client of the store, which MLflow's own functions use until the block ends."""
    tracker, before = client(), os.environ.get("MLFLOW_TRACKING_URI")
    mlflow.set_tracking_uri(tracking_uri())  # it sets the variable too
    try:
        yield tracker
    finally:
        mlflow.set_tracking_uri(before)


def _known(tracker: mlflow.MlflowClient | None) -> str:
    """Return the registered networks in words, with the remedy."""
    lines = []
    with contextlib.suppress(MlflowException):
        for model in tracker.search_registered_models(max_results=20) if tracker else ():
            aliases = ", ".join(f"@{alias} is {version}" for alias, version in sorted(model.aliases.items()))
            newest = max((int(each.version) for each in model.latest_versions), default=0)
            lines.append(f"\n  {model.name}: versions up to {newest}{f'; {aliases}' if aliases else ''}")
    listed = f"There are:{''.join(lines)}\n" if lines else "There are none. "
    return f"{listed}Register one: heschl register NAME."


class _Flavor:
    """MLflow's own way to save a PyTorch model, and then what the saved program should lose."""

    __name__ = "mlflow.pytorch"

    def __init__(self, tidy: Callable[[Path], None]):
        self.tidy = tidy

    def save_model(self, path: str, **given: Any) -> None:
        """Save the model to the folder `path`."""
        mlflow.pytorch.save_model(path=path, **given)
        self.tidy(Path(path) / PROGRAM)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Leave out what MLflow and PyTorch say while they work; errors are raised."""
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)

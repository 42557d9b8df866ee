"""Which MLflow run a network, or its answers, are taken from: the newest that has them, or one that is named."""

import contextlib
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from mlflow.exceptions import MlflowException

from pipeline import tracking
from pipeline.evaluate import answers
from pipeline.network.hearing import CONFIG, WEIGHTS
from pipeline.tracking import ANSWERS, NETWORK, Run

LISTED = 10  # runs that an error names


class Wanted(NamedTuple):
    """What a run is looked up for: artifacts, how an error names them, and what it advises."""

    folder: str
    files: tuple[str, ...]
    noun: str
    remedy: str


TRAINED = Wanted(
    NETWORK,
    (CONFIG, WEIGHTS),
    "a network",
    "Name a network's folder, as with --network models/network, or train one into a run: dvc repro -f train.",
)
ANSWERED = Wanted(
    ANSWERS,
    (answers.CLIPS,),
    "answers",
    "Name a table of answers, such as metrics/clips.csv, or let a network answer: dvc repro -f evaluate.",
)


class RunError(RuntimeError):
    """A run that cannot be used; says why, which runs there are, and the remedy."""


@contextlib.contextmanager
def network_of(named: str | None = None) -> Iterator[tuple[Run, Path]]:
    """Give a run and the folder of its network, for `load_network`, which is there until the block ends: as `artifacts_of`."""
    with artifacts_of(TRAINED, named) as found:
        yield found


@contextlib.contextmanager
def artifacts_of(wanted: Wanted, named: str | None = None) -> Iterator[tuple[Run, Path]]:
    """Give a run and the folder of its artifacts, which is there until the block ends.

    named  : the beginning of a run's id, or a run's whole name; None: the finished run that ended last and has what is wanted
    raises : RunError where no run, more than one, or one that is not finished or lacks it is found, or the store fails
    """
    with contextlib.ExitStack() as stack:
        try:
            run = _named(wanted, named) if named else _newest(wanted)
            folder = stack.enter_context(tracking.artifacts(run.id, wanted.folder, wanted.files))
        except MlflowException as error:
            raise RunError(f"{tracking.store()} cannot be used: {error}. {wanted.remedy}") from None
        yield run, folder


def answers_of(named: str) -> pd.DataFrame:
    """Return what a network answered to the test clips: of a run, as `artifacts_of`, or of a table such as metrics/clips.csv."""
    if Path(named).is_file():
        return answers.read(Path(named))
    with artifacts_of(ANSWERED, named) as (_, folder):
        return answers.read(folder / answers.CLIPS)


def describe(run: Run) -> str:
    """Return a run in words: id, name, how and when it ended."""
    when = f" {datetime.fromtimestamp(run.ended):%Y-%m-%d %H:%M}" if run.ended else ""
    return f"{run.id[:8]} {run.name} {run.status}{when}"


def _newest(wanted: Wanted) -> Run:
    found = next((run for run in tracking.runs() if _usable(wanted, run)), None)
    if found is None:
        raise RunError(
            f"no finished run of {_where()} has {wanted.noun}. {_listed(wanted, tracking.runs())}{wanted.remedy}"
        )
    return found


def _named(wanted: Wanted, named: str) -> Run:
    every = list(tracking.runs())
    whole = [run for run in every if run.id == named] or [run for run in every if run.name == named]
    found = whole or [run for run in every if run.id.startswith(named)]
    if not found:
        raise RunError(
            f"{named!r} is neither the beginning of an id nor the name of a run of {_where()}. {_listed(wanted, every)}{wanted.remedy}"
        )
    if len(found) > 1:
        raise RunError(
            f"{named!r} is more than one run of {_where()}: give more of the id. {_listed(wanted, found)}"
        )
    (run,) = found
    if not _usable(wanted, run):
        lacks = (
            f"has no {wanted.noun.removeprefix('a ')}"
            if run.status == "FINISHED"
            else f"is {run.status}, not FINISHED"
        )
        raise RunError(f"run {run.id} ({run.name}) {lacks}. {_listed(wanted, every)}{wanted.remedy}")
    return run


def _usable(wanted: Wanted, run: Run) -> bool:
    return run.status == "FINISHED" and tracking.has_artifacts(run.id, wanted.folder, wanted.files)


def _where() -> str:
    return f"experiment {tracking.experiment_name()} in {tracking.store()}"


def _listed(wanted: Wanted, runs: Iterator[Run] | list[Run]) -> str:
    """Return the first runs, a line each, and whether they have what is wanted."""
    shown = list(islice(runs, LISTED))
    lines = [f"\n  {describe(run)}{f', with {wanted.noun}' if _usable(wanted, run) else ''}" for run in shown]
    return (
        f"There are{' (the newest)' if len(shown) == LISTED else ''}:{''.join(lines)}\n"
        if shown
        else "There are none. "
    )

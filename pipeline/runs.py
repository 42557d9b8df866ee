"""Which MLflow run a network is taken from: the newest that has one, or one that is named."""

import contextlib
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from mlflow.exceptions import MlflowException

from pipeline import tracking
from pipeline.hearing import CONFIG, WEIGHTS
from pipeline.tracking import NETWORK, Run

FILES = (CONFIG, WEIGHTS)
LISTED = 10  # runs that an error names
REMEDY = "Name a network's folder, as with --network models/network, or train one into a run: dvc repro -f train."


class RunError(RuntimeError):
    """A run that cannot be used; says why, which runs there are, and the remedy."""


@contextlib.contextmanager
def network_of(wanted: str | None = None) -> Iterator[tuple[Run, Path]]:
    """Give a run and the folder of its network, for `load_network`, which is there until the block ends.

    wanted : the beginning of a run's id, or a run's whole name; None: the finished run that ended last and has a network
    raises : RunError where no run, more than one, or one that is not finished or has no network is found, or the store fails
    """
    with contextlib.ExitStack() as stack:
        try:
            run = _named(wanted) if wanted else _newest()
            folder = stack.enter_context(tracking.artifacts(run.id, NETWORK, FILES))
        except MlflowException as error:
            raise RunError(f"{_store()} cannot be used: {error}. {REMEDY}") from None
        yield run, folder


def describe(run: Run) -> str:
    """Return a run in words: id, name, how and when it ended."""
    when = f" {datetime.fromtimestamp(run.ended):%Y-%m-%d %H:%M}" if run.ended else ""
    return f"{run.id[:8]} {run.name} {run.status}{when}"


def _newest() -> Run:
    found = next((run for run in tracking.runs() if _usable(run)), None)
    if found is None:
        raise RunError(f"no finished run of {_where()} has a network. {_listed(tracking.runs())}{REMEDY}")
    return found


def _named(wanted: str) -> Run:
    every = list(tracking.runs())
    found = [run for run in every if run.id == wanted] or [run for run in every if run.id.startswith(wanted) or run.name == wanted]
    if not found:
        raise RunError(f"{wanted!r} is neither the beginning of an id nor the name of a run of {_where()}. {_listed(every)}{REMEDY}")
    if len(found) > 1:
        raise RunError(f"{wanted!r} is more than one run of {_where()}: give more of the id. {_listed(found)}")
    (run,) = found
    if not _usable(run):
        lacks = "has no network" if run.status == "FINISHED" else f"is {run.status}, not FINISHED"
        raise RunError(f"run {run.id} ({run.name}) {lacks}. {_listed(every)}{REMEDY}")
    return run


def _usable(run: Run) -> bool:
    return run.status == "FINISHED" and tracking.has_artifacts(run.id, NETWORK, FILES)


def _where() -> str:
    return f"experiment {tracking.experiment_name()} in {_store()}"


def _store() -> str:
    """Return the store's address without a user's name and password."""
    return re.sub(r"//[^/@]*@", "//", tracking.tracking_uri())


def _listed(runs: Iterator[Run] | list[Run]) -> str:
    """Return the first runs, a line each, and whether they have a network."""
    shown = list(islice(runs, LISTED))
    lines = [f"\n  {describe(run)}{', with a network' if _usable(run) else ''}" for run in shown]
    return f"There are{' (the newest)' if len(shown) == LISTED else ''}:{''.join(lines)}\n" if shown else "There are none. "

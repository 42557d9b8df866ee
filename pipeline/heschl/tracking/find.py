"""Look a run up by its id or name, or take the newest run that has what is wanted."""

import contextlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from mlflow.exceptions import MlflowException

from heschl import tracking
from heschl.network.hearing import CONFIG
from heschl.network.saved import WEIGHTS
from heschl.tracking import NETWORK, Run

LISTED = 10  # runs that an error lists


class Wanted(NamedTuple):
    """What a run must have: files in a folder of its artifacts. Errors use the noun and the remedy."""

    folder: str
    files: tuple[str, ...]
    noun: str
    remedy: str


TRAINED = Wanted(
    NETWORK,
    (CONFIG, WEIGHTS),
    "a network",
    "Name a network's folder with --network FOLDER, or train one into a run: dvc repro -f train.",
)


class RunError(RuntimeError):
    """A run that cannot be used; says why, lists the runs there are, and gives the remedy."""


@contextlib.contextmanager
def network_of(named: str | None = None) -> Iterator[tuple[Run, Path]]:
    """Yield a run and the folder of its network, for `load_network`; as `artifacts_of`."""
    with artifacts_of(TRAINED, named) as found:
        yield found


@contextlib.contextmanager
def artifacts_of(wanted: Wanted, named: str | None = None) -> Iterator[tuple[Run, Path]]:
    """Yield a run and the folder of its artifacts, which exists until the block ends.

    named  : start of a run's id, or a run's whole name; None: the finished run that ended last and has them
    raises : RunError if no run or more than one matches, if the run is not finished or lacks them, or if the
             store fails
    """
    with contextlib.ExitStack() as stack:
        try:
            run = _named(wanted, named) if named else _newest(wanted)
            folder = stack.enter_context(tracking.artifacts(run.id, wanted.folder, wanted.files))
        except MlflowException as error:
            raise RunError(f"{tracking.address()} cannot be used: {error}. {wanted.remedy}") from None
        yield run, folder


def newest(most: int) -> list[Run]:
    """Return at most `most` runs, the one that ended last first; raises RunError if the store fails."""
    try:
        return list(islice(tracking.runs(), most))
    except MlflowException as error:
        raise RunError(f"{tracking.address()} cannot be used: {error}. Check MLFLOW_TRACKING_URI.") from None


def describe(run: Run) -> str:
    """Return a run in words: id, name, status and when it ended."""
    return f"{run.id[:8]} {run.name} {run.status} {ended(run)}".rstrip()


def ended(run: Run) -> str:
    """Return when a run ended, in local time; "" if it has not."""
    return f"{datetime.fromtimestamp(run.ended):%Y-%m-%d %H:%M}" if run.ended else ""


def _newest(wanted: Wanted) -> Run:
    found = next((run for run in tracking.runs() if _usable(wanted, run)), None)
    if found is None:
        listed = _listed(wanted, tracking.runs())
        raise RunError(f"no finished run of {_where()} has {wanted.noun}. {listed}{wanted.remedy}")
    return found


def _named(wanted: Wanted, named: str) -> Run:
    every = list(tracking.runs())
    whole = [run for run in every if run.id == named] or [run for run in every if run.name == named]
    found = whole or [run for run in every if run.id.startswith(named)]
    if not found:
        raise RunError(
            f"{named!r} is neither the start of an id nor the name of a run of {_where()}. "
            f"{_listed(wanted, every)}{wanted.remedy}"
        )
    if len(found) > 1:
        raise RunError(
            f"{named!r} matches more than one run of {_where()}: give more of the id. "
            f"{_listed(wanted, found)}"
        )
    (run,) = found
    if not _usable(wanted, run):
        noun, finished = wanted.noun.removeprefix("a "), run.status == "FINISHED"
        reason = f"has no {noun}" if finished else f"is {run.status}, not FINISHED"
        raise RunError(f"run {run.id} ({run.name}) {reason}. {_listed(wanted, every)}{wanted.remedy}")
    return run


def _usable(wanted: Wanted, run: Run) -> bool:
    return run.status == "FINISHED" and tracking.has_artifacts(run.id, wanted.folder, wanted.files)


def _where() -> str:
    return f"experiment {tracking.experiment_name()} in {tracking.address()}"


def _listed(wanted: Wanted, runs: Iterable[Run]) -> str:
    """Return the first runs, one a line, and whether each has what is wanted."""
    shown = list(islice(runs, LISTED))
    if not shown:
        return "There are no runs. "
    lines = [f"\n  {describe(run)}{f', with {wanted.noun}' if _usable(wanted, run) else ''}" for run in shown]
    return f"{'The newest runs' if len(shown) == LISTED else 'The runs'}:{''.join(lines)}\n"

"""Other runs on the same data: their accuracy, and the parameters in which they differ from this run."""

from collections.abc import Iterable
from dataclasses import dataclass

from heschl import tracking

HEADLINES = ("accuracy.", "test.")  # prefixes of the metrics that are compared; the second of earlier runs
LATER = (  # prefixes of parameters that do not change the answers to the same shards
    "machine.",
    "corpus.folder",
    "behavior.",
    "activations.",
    "modulation.",
    "decode.",
    "encode.",
    "report.",
    "experiment.",
    "layers.",  # former name of activations
    "listen.",  # former name of experiment
)


@dataclass(frozen=True)
class Compared:
    """A run compared with the one that the page shows.

    started : ms since 1970
    metrics : those called accuracy.<name>, by <name>
    differs : parameter -> (its value in this run, its value in the page's run); "" where a run lacks it
    """

    id: str
    name: str
    started: int
    metrics: dict[str, float]
    differs: dict[str, tuple[str, str]]


def compared(run_id: str, most: int, headlines: Iterable[str]) -> list[Compared]:
    """Return a run and at most `most` others on the same shards, newest first.

    headlines : names of metrics, of which a run needs at least one
    returns   : nothing if there is no store, if it fails, or if it lacks the run
    """
    if most < 1 or not (found := tracking.runs_of_same_data(run_id, 10 * most)):
        return []
    this, *others = found
    others = [run for run in others if {*headlines} & {*_headlines(run)}][:most]
    return sorted((_compared(run, this) for run in [this, *others]), key=lambda run: (-run.started, run.id))


def _compared(run: tracking.LoggedRun, this: tracking.LoggedRun) -> Compared:
    names = sorted(
        name
        for name in {*run.params, *this.params}
        if not name.startswith(LATER) and run.params.get(name) != this.params.get(name)
    )
    differs = {name: (run.params.get(name, ""), this.params.get(name, "")) for name in names}
    return Compared(run.id, run.name, run.started, _headlines(run), differs)


def _headlines(run: tracking.LoggedRun) -> dict[str, float]:
    return {name.split(".", 1)[1]: value for name, value in run.metrics.items() if name.startswith(HEADLINES)}

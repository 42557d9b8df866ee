"""The runs of the same data beside this one: what differs, and how well each hears."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime

from mlflow.exceptions import MlflowException

from pipeline import tracking
from pipeline.report import prose

HEADLINES = "test."  # metrics that a run is compared by
DIFFERENCES = 4  # of a run's parameters that are named
LATER = ("machine.", "behavior.", "report.", "listen.")  # parameters that leave the answers as they are
LONG = 24  # characters of a parameter that are shown


@dataclass(frozen=True)
class Compared:
    """A run beside the one that the page shows.

    started : ms since 1970;  metrics : those that begin with "test.", without that
    differs : parameter -> (its value in this run, its value in the run of the page); "" where a run has none
    """

    id: str
    name: str
    started: int
    metrics: dict[str, float]
    differs: dict[str, tuple[str, str]]


def compared(run_id, most, headlines):
    """Return the run and others of the same shards that have one of the headline metrics, from the newest, at most `most` beside it.

    Nothing where the store is not there, fails or lacks the run: the page goes without.
    """
    if most < 1 or not (os.environ.get("MLFLOW_TRACKING_URI") or (tracking.top() / tracking.STORE).is_file()):
        return []
    try:
        tracker = tracking.client()
        this = tracker.get_run(run_id)
        digests = {each.dataset.digest for each in this.inputs.dataset_inputs}
        if not digests:
            return []
        found = tracker.search_runs(
            [this.info.experiment_id],
            filter_string=f"dataset.digest = '{min(digests)}' AND attributes.status = 'FINISHED'",
            order_by=["attributes.start_time DESC"],
            max_results=10 * most,
        )
    except MlflowException:
        return []
    others = [run for run in found if run.info.run_id != run_id and {*headlines} & {*_headlines(run)}][:most]
    return sorted((_compared(run, this) for run in [this, *others]), key=lambda run: (-run.started, run.id))


def _compared(run, this):
    mine, theirs = run.data.params, this.data.params
    names = sorted(
        name for name in {*mine, *theirs} if not name.startswith(LATER) and mine.get(name) != theirs.get(name)
    )
    differs = {name: (mine.get(name, ""), theirs.get(name, "")) for name in names}
    return Compared(run.info.run_id, run.info.run_name or "", run.info.start_time, _headlines(run), differs)


def _headlines(run):
    return {
        name.removeprefix(HEADLINES): value
        for name, value in run.data.metrics.items()
        if name.startswith(HEADLINES)
    }


def table(report):
    """Return the runs compared, newest first: columns, and of each run its headline numbers and in short what differs in its parameters."""
    columns = [
        (key, f"{task} {where.removeprefix('of ').removesuffix(' clips').removesuffix(' SNR')}")
        for task in report.config["tasks"]
        for key, where, _ in prose.summary(report, task)
    ]
    rows = [
        {
            "id": run.id[:8],
            "name": run.name,
            "this": run.id == report.run_id,
            "started": f"{datetime.fromtimestamp(run.started / 1000, UTC):%Y-%m-%d %H:%M}",
            "differs": [_difference(*each) for each in list(run.differs.items())[:DIFFERENCES]],
            "more": max(len(run.differs) - DIFFERENCES, 0),
            "values": [run.metrics.get(key) for key, _ in columns],
        }
        for run in report.runs
    ]
    return {"columns": [title for _, title in columns], "rows": rows}


def _difference(parameter, values):
    theirs, mine = values
    if max(len(theirs), len(mine)) > LONG:
        return f"{parameter}: another"
    return f"{parameter} {theirs or 'none'} (here {mine or 'none'})"

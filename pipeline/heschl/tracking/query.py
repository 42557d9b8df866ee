"""The runs of the experiment, and those of the same data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from mlflow import entities
from mlflow.exceptions import MlflowException

from heschl.tracking.store import client, experiment_name, is_there


class Run(NamedTuple):
    """A run, as a list of runs shows it."""

    id: str
    name: str
    status: str  # FINISHED, RUNNING, KILLED, FAILED
    ended: float | None  # s since 1970
    metrics: Mapping[str, float] = MappingProxyType({})  # last value of each


@dataclass(frozen=True)
class LoggedRun:
    """A run with everything that was logged to it."""

    id: str
    name: str
    started: int  # ms since 1970
    params: dict[str, str]
    metrics: dict[str, float]


def runs() -> Iterator[Run]:
    """Yield the experiment's runs, the one that ended last first; none if there is no store."""
    if not is_there():
        return
    tracker, token = client(), None
    experiment = tracker.get_experiment_by_name(experiment_name())
    while experiment:
        page = tracker.search_runs(
            [experiment.experiment_id], order_by=["attributes.end_time DESC"], page_token=token
        )
        for run in page:
            ended = run.info.end_time / 1000 if run.info.end_time else None
            name = run.info.run_name or ""
            yield Run(run.info.run_id, name, run.info.status, ended, run.data.metrics)
        token = page.token
        if not token:
            return


def runs_of_same_data(run_id: str, most: int) -> list[LoggedRun]:
    """Return a run, then the finished runs of the same shards, newest first, at most `most` of them.

    Empty if there is no store, if it fails, or if it lacks the run or its data set.
    """
    if most < 1 or not is_there():
        return []
    try:
        tracker = client()
        this = tracker.get_run(run_id)
        digests = {each.dataset.digest for each in this.inputs.dataset_inputs}
        if not digests:
            return []
        found = tracker.search_runs(
            [this.info.experiment_id],
            filter_string=f"dataset.digest = '{min(digests)}' AND attributes.status = 'FINISHED'",
            order_by=["attributes.start_time DESC"],
            max_results=most,
        )
    except MlflowException:
        return []
    return [_logged(run) for run in (this, *(run for run in found if run.info.run_id != run_id))]


def _logged(run: entities.Run) -> LoggedRun:
    info, data = run.info, run.data
    return LoggedRun(info.run_id, info.run_name or "", info.start_time, dict(data.params), dict(data.metrics))

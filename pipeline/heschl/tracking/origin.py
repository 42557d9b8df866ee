"""When, on what, and from which commit a training ran, as its run records it."""

from typing import NamedTuple

from mlflow.exceptions import MlflowException

from heschl.tracking.store import client, is_there

DEVICE = "heschl.device"  # tag: the name of the processor or GPU that trained
COMMIT, DIRTY = "mlflow.source.git.commit", "git_dirty"  # tags


class Origin(NamedTuple):
    """Where a training comes from; "" or None where its run does not say.

    started : ms since 1970; seconds : from the start of the training to its end, interruptions included
    commit  : of the code; dirty : whether the code had changes that were not committed
    """

    started: int
    seconds: float | None
    commit: str
    dirty: bool
    device: str


def origin_of(run_id: str) -> Origin | None:
    """Return where a training comes from; None if there is no store, if it fails, or if it lacks the run."""
    if not is_there():
        return None
    try:
        run = client().get_run(run_id)
    except MlflowException:
        return None
    info, tags = run.info, run.data.tags
    seconds = (info.end_time - info.start_time) / 1000 if info.end_time else None
    dirty = tags.get(DIRTY) == "true"
    return Origin(info.start_time, seconds, tags.get(COMMIT, ""), dirty, tags.get(DEVICE, ""))

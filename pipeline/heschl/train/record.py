"""The MLflow run of a training: open while it trains, closed with how it ended."""

import contextlib
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers import Logger

from heschl import tracking
from heschl.network.saved import RUN_ID
from heschl.tracking.guard import guarded
from heschl.work import abandoned, held, is_held

LOAD_S = 10.0  # from one point of the machine's load to the next


class RunLogger(Logger):
    """Lightning's logger: adds points to the run's curves, and leaves the run open after the last step."""

    def __init__(self, points: tracking.Points):
        super().__init__()
        self.points = points

    @property
    def name(self) -> str:
        """Return the name of the experiment."""
        return tracking.experiment_name()

    @property
    def version(self) -> str:
        """Return the id of the run."""
        return self.points.run_id

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Add a point to each curve."""
        self.points.add(metrics, step or 0)

    def log_hyperparams(self, params: Any, *more: Any, **named: Any) -> None:
        """Do nothing: the run has the params already."""

    def finalize(self, status: str) -> None:
        """Wait until everything is logged."""
        self.points.flush()


@contextlib.contextmanager
def recorded(
    work: Path,
    record: Mapping[str, Any],
    shards: Path,
    index: Mapping[str, Any],
    tags: Mapping[str, str] | None = None,
) -> Iterator[tracking.Points]:
    """Open the MLflow run of a training, or reopen an interrupted one's; yield its curves, and close it.

    work   : folder of the training, held for this process; it keeps the run's id
    record : all params as plain values
    shards : folder of the data set;  index : its index
    tags   : of the run, besides those that every run has
    raises : WorkError if another process holds the folder; TrackingError if no run can be opened
    """
    with held(work):
        others = [other / RUN_ID for other in abandoned(work) if not is_held(other)]
        tracking.close_abandoned(other.read_text() for other in others if other.is_file())
        kept, process = work / RUN_ID, uuid.uuid4().hex
        earlier = kept.read_text() if kept.is_file() else None
        run_id = tracking.open_run(record, shards, index, earlier, process, tags or {})
        kept.write_text(run_id)
        points = tracking.Points(run_id)
        with guarded(run_id, process, tracking.tracking_uri()), _closed(points):
            yield points


def log_network(folder: Path, run_id: str) -> None:
    """Copy a network's folder into its run, which is then usable by itself."""
    tracking.log_artifacts(run_id, tracking.NETWORK, *sorted(folder.iterdir()))


@contextlib.contextmanager
def _closed(points: tracking.Points) -> Iterator[None]:
    """Record the machine's load, and close the run as FINISHED, KILLED or FAILED."""
    status, load = "FAILED", None
    try:
        load = _load(points)
        yield
        status = "FINISHED"
    except (KeyboardInterrupt, SystemExit) as error:  # Lightning turns Ctrl-C into a SystemExit of status 1
        status = "KILLED"
        raise SystemExit(error.code if isinstance(error, SystemExit) and error.code != 1 else 130) from error
    finally:
        if load:
            load.finish()
        points.flush()
        points.close()
        tracking.close_run(points.run_id, status)


def _load(points: tracking.Points) -> tracking.Load | None:
    try:
        return tracking.Load(points, LOAD_S)
    except Exception as error:  # of a GPU's driver, for one
        print(f"  the machine's load is not recorded ({type(error).__name__}: {error})", flush=True)
        return None

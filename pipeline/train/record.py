"""The MLflow run of a training: open while it trains, closed with how it ended."""

import contextlib
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers import MLFlowLogger

from pipeline import tracking
from pipeline.network.saved import RUN_ID
from pipeline.tracking.guard import guarded
from pipeline.work import abandoned, held, is_held


class RunLogger(MLFlowLogger):
    """Lightning's logger, which leaves the run open after the last step: the network is not saved yet."""

    def __init__(self, run_id: str):
        super().__init__(
            tracking_uri=tracking.tracking_uri(), run_id=run_id, log_model=False, synchronous=False
        )

    def finalize(self, status: str = "success") -> None:
        """Wait until everything is logged."""
        tracking.flush()


@contextlib.contextmanager
def recorded(work: Path, record: Mapping[str, Any], shards: Path, index: Mapping[str, Any]) -> Iterator[str]:
    """Open the MLflow run of a training, or reopen that of an interrupted one; yield its id, and close it.

    work   : folder of the training, held for this process; it keeps the run's id
    record : all params as plain values
    shards : folder of the data set;  index : its index
    raises : WorkError if another process holds the folder
    """
    with held(work):
        others = [other / RUN_ID for other in abandoned(work) if not is_held(other)]
        tracking.close_abandoned(other.read_text() for other in others if other.is_file())
        kept, process = work / RUN_ID, uuid.uuid4().hex
        earlier = kept.read_text() if kept.is_file() else None
        run_id = tracking.open_run(record, shards, index, earlier, process)
        kept.write_text(run_id)
        with guarded(run_id, process, tracking.tracking_uri()), _closed(run_id):
            yield run_id


def log_network(folder: Path, run_id: str) -> None:
    """Copy a network's folder into its run, which is then usable by itself; no error fails the training."""
    try:
        tracking.log_artifacts(run_id, tracking.NETWORK, *sorted(folder.iterdir()))
    except Exception as error:  # stores raise all kinds of errors
        print(
            f"  the network is not in its MLflow run {run_id} ({type(error).__name__}: {error}): "
            "use it from its folder",
            flush=True,
        )


@contextlib.contextmanager
def _closed(run_id: str) -> Iterator[None]:
    """Record the machine's load, and close the run as FINISHED, KILLED or FAILED."""
    status, monitor = "FAILED", None
    try:
        monitor = tracking.monitor(run_id)
        yield
        status = "FINISHED"
    except (KeyboardInterrupt, SystemExit) as error:  # Lightning turns Ctrl-C into a SystemExit of status 1
        status = "KILLED"
        raise SystemExit(error.code if isinstance(error, SystemExit) and error.code != 1 else 130) from error
    finally:
        try:
            if monitor:
                monitor.finish()
        finally:
            tracking.close_run(run_id, status)

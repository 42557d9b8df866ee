"""Add metrics, files and the machine's load to a run, also after it is finished.

A store that fails is reported, and fails no stage.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import mlflow
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from pipeline.tracking.store import address, client, exists, tracking_uri

if TYPE_CHECKING:
    from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor


def log_metrics(run_id: str, metrics: Mapping[str, float]) -> bool:
    """Add metrics to a run, which keeps its status; return whether the store has the run and took them."""
    now = round(time.time() * 1000)
    logged = [Metric(name, float(value), now, 0) for name, value in metrics.items()]
    return _added(run_id, lambda tracker: tracker.log_batch(run_id, logged))


def log_artifacts(run_id: str, folder: str | None, *files: Path) -> bool:
    """Copy files into a run's artifacts; return whether the store has the run and took them."""
    return all(
        _added(run_id, lambda tracker, file=file: tracker.log_artifact(run_id, str(file), folder))
        for file in files
    )


def flush() -> None:
    """Wait until everything logged asynchronously is in the store."""
    mlflow.flush_async_logging()


def monitor(run_id: str, interval_s: float = 10) -> "SystemMetricsMonitor":
    """Record CPU, memory and GPU load in a run every `interval_s`, until the monitor's `finish()`."""
    from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor  # of trainings alone

    mlflow.set_tracking_uri(tracking_uri())
    recorder = SystemMetricsMonitor(
        run_id, sampling_interval=interval_s, samples_before_logging=1, resume_logging=True
    )
    recorder.collect_metrics()  # at once: a short training has its point too
    recorder.publish_metrics(recorder.aggregate_metrics())
    recorder.start()
    return recorder


def _added(run_id: str, add: Callable[[MlflowClient], None]) -> bool:
    try:
        tracker = client()
        if not exists(tracker, run_id):
            return False
        add(tracker)
        return True
    except (MlflowException, OSError) as error:  # what was computed is in its files
        print(f"  could not log to run {run_id} in {address()} ({type(error).__name__}: {error})", flush=True)
        return False

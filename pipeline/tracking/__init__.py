"""MLflow runs: opened by a training, extended by later stages, looked up again.

The only package that imports MLflow.
"""

import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # read when MLflow is imported
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

from pipeline.tracking.files import ANSWERS, NETWORK, artifacts, has_artifacts
from pipeline.tracking.log import flush, log_artifacts, log_metrics, monitor
from pipeline.tracking.query import LoggedRun, Run, runs, runs_of_same_data
from pipeline.tracking.run import close_abandoned, close_dead, close_run, open_run
from pipeline.tracking.store import (
    ARTIFACTS,
    STORE,
    address,
    client,
    experiment_id,
    experiment_name,
    server,
    top,
    tracking_uri,
)

__all__ = [
    "ANSWERS",
    "ARTIFACTS",
    "NETWORK",
    "STORE",
    "LoggedRun",
    "Run",
    "address",
    "artifacts",
    "client",
    "close_abandoned",
    "close_dead",
    "close_run",
    "experiment_id",
    "experiment_name",
    "flush",
    "has_artifacts",
    "log_artifacts",
    "log_metrics",
    "monitor",
    "open_run",
    "runs",
    "runs_of_same_data",
    "server",
    "top",
    "tracking_uri",
]

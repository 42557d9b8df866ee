"""MLflow runs: opened by a training, extended by later stages, looked up again.

The only package that imports MLflow.
"""

import logging
import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # read when MLflow is imported
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")  # MLflow's 7 take minutes for each request
os.environ.setdefault("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "1")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "60")  # s

from heschl.tracking.files import ANSWERS, NETWORK, artifacts, has_artifacts
from heschl.tracking.log import log_artifacts, log_metrics
from heschl.tracking.origin import Origin, origin_of
from heschl.tracking.points import Load, Points
from heschl.tracking.query import LoggedRun, Run, runs, runs_of_same_data
from heschl.tracking.run import (
    TrackingError,
    close_abandoned,
    close_dead,
    close_run,
    locked_md5,
    open_run,
)
from heschl.tracking.store import (
    ARTIFACTS,
    STORE,
    address,
    client,
    experiment_id,
    experiment_name,
    runs_page,
    server,
    top,
    tracking_uri,
)
from heschl.tracking.unsent import deliver, reason, send, waiting
from heschl.tracking.words import describe, name_by_result

__all__ = [
    "ANSWERS",
    "ARTIFACTS",
    "NETWORK",
    "STORE",
    "Load",
    "LoggedRun",
    "Origin",
    "Points",
    "Run",
    "TrackingError",
    "address",
    "artifacts",
    "client",
    "close_abandoned",
    "close_dead",
    "close_run",
    "deliver",
    "describe",
    "experiment_id",
    "experiment_name",
    "has_artifacts",
    "locked_md5",
    "log_artifacts",
    "log_metrics",
    "name_by_result",
    "open_run",
    "origin_of",
    "reason",
    "runs",
    "runs_of_same_data",
    "runs_page",
    "send",
    "server",
    "top",
    "tracking_uri",
    "waiting",
]

logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)  # a warning for each retry

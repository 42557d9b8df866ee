"""Where runs are kept: the store named by MLFLOW_TRACKING_URI, or SQLite in the project's top folder."""

import os
import re
import sys
from pathlib import Path

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST, ErrorCode
from mlflow.tracking import MlflowClient

from heschl.tracking.moved import find_artifacts

EXPERIMENT = "heschl"
STORE = "mlflow.db"  # MLflow's own names for its SQLite file
ARTIFACTS = "mlruns"  # and for the folder of its artifacts


def top() -> Path:
    """Return the project's top folder: the workspace's, also inside one of DVC's temporary experiments."""
    here = Path.cwd().resolve()
    parts = here.parts
    for place in range(len(parts) - 2):
        if parts[place : place + 3] == (".dvc", "tmp", "exps"):
            return Path(*parts[:place])
    return here


def client() -> MlflowClient:
    """Return an MLflow client of the store."""
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        find_artifacts(top() / STORE, top() / ARTIFACTS)
    return MlflowClient(tracking_uri())


def tracking_uri() -> str:
    """Return MLFLOW_TRACKING_URI, or the address of the SQLite file in the project's top folder."""
    store = top() / STORE
    if named := os.environ.get("MLFLOW_TRACKING_URI"):
        return named
    if "?" in str(store):  # it would end the path: SQLite's own way to write it
        return f"sqlite:///{store.as_uri().replace('file://', 'file:')}?uri=true"
    return f"sqlite:///{store}"


def address() -> str:
    """Return the store's address without user name and password, for messages."""
    return re.sub(r"//[^/@]*@", "//", tracking_uri())


def is_there() -> bool:
    """Return whether the store exists already; looking into an SQLite store that does not would create it."""
    return bool(os.environ.get("MLFLOW_TRACKING_URI")) or (top() / STORE).is_file()


def experiment_name() -> str:
    """Return MLFLOW_EXPERIMENT_NAME, or heschl."""
    return os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT


def experiment_id(tracker: MlflowClient) -> str:
    """Return the id of the experiment, creating it if necessary."""
    name = experiment_name()
    found = tracker.get_experiment_by_name(name)
    if found:
        return found.experiment_id
    local = None if os.environ.get("MLFLOW_TRACKING_URI") else (top() / ARTIFACTS).as_uri()
    try:
        return tracker.create_experiment(
            name, artifact_location=local, tags={"mlflow.experimentKind": "custom_model_development"}
        )
    except MlflowException:  # another training may have created it meanwhile
        found = tracker.get_experiment_by_name(name)
        if not found:
            raise
        return found.experiment_id


def runs_page(base: str) -> str:
    """Return the address of the table of runs; without it, MLflow's page of an experiment shows no run.

    base : address of the server
    """
    found = client().get_experiment_by_name(experiment_name()) if is_there() else None
    return f"{base}/#/experiments/{found.experiment_id}/runs?workflowType=machine_learning" if found else base


def exists(tracker: MlflowClient, run_id: str) -> bool:
    """Return whether the store has a run that is not deleted; raises MlflowException if it cannot say."""
    try:
        return tracker.get_run(run_id).info.lifecycle_stage == "active"
    except MlflowException as error:
        if error.error_code == ErrorCode.Name(RESOURCE_DOES_NOT_EXIST):
            return False
        raise


def server(port: str) -> tuple[list[str], dict[str, str]]:
    """Return the command and environment of an MLflow server of this store at 127.0.0.1.

    One worker and no job runner: it starts in seconds and not in a minute.
    """
    environment = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", port]
    command += ["--workers", "1", "--backend-store-uri", tracking_uri()]
    command += ["--default-artifact-root", (top() / ARTIFACTS).as_uri()]
    return command, os.environ | environment

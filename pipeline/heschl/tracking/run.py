"""The MLflow run of a training: opened once, reopened when the training resumes, closed with how it ended."""

import hashlib
import json
import os
import subprocess
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from mlflow.entities import Dataset, DatasetInput, InputTag, Param
from mlflow.tracking import MlflowClient

from heschl.shards.lists import pieces
from heschl.tracking.origin import COMMIT, DEVICE, DIRTY
from heschl.tracking.store import address, client, exists, experiment_id
from heschl.tracking.unsent import deliver, reason

PROCESS = "heschl.process"  # tag: the process that has the run open
BATCH = 100  # params that MLflow takes in one call
DIGITS = 32  # of the digest of a data set


class TrackingError(RuntimeError):
    """A store that cannot be used where nothing can go ahead without it."""


def open_run(
    params: Mapping[str, Any],
    shards: Path,
    index: Mapping[str, Any],
    run_id: str | None,
    process: str,
    more: Mapping[str, str] | None = None,
) -> str:
    """Open a training's run, or reopen `run_id` if the store still has it; return its id.

    params  : sections as plain values; logged flat, as "train.epochs"
    shards  : folder of the data set, as dvc.yaml names it
    index   : the data set's index, whose digest the run records
    process : identifies the process that has the run open, in a tag
    more    : tags besides those that every run has, or instead of them
    raises  : TrackingError if the store fails, and there is no run to reopen
    """
    if run_id and _reopened(run_id, process):
        return run_id
    try:
        return _opened(params, shards, index, {PROCESS: process} | dict(more or {}))
    except Exception as error:  # stores raise all kinds of errors
        raise TrackingError(
            f"{address()} cannot be used, so no MLflow run can be opened ({reason(error)}). "
            f"{_remedy(error)}; to record in mlflow.db instead: unset MLFLOW_TRACKING_URI"
        ) from error


def _remedy(error: Exception) -> str:
    if "error code 401" in str(error):
        return "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD to those of a user of the server"
    if getattr(error, "error_code", None) == "PERMISSION_DENIED" or "error code 403" in str(error):
        return "This user may not write to this experiment: ask the server's admin"
    return "Start the server or make room for the store"


def _reopened(run_id: str, process: str) -> bool:
    tagged = deliver(run_id, {"kind": "tags", "values": {PROCESS: process}})
    return tagged and deliver(run_id, {"kind": "status", "status": "RUNNING"})


def _opened(
    params: Mapping[str, Any], shards: Path, index: Mapping[str, Any], more: Mapping[str, str]
) -> str:
    tracker = client()
    run = tracker.create_run(experiment_id(tracker), tags=tags(params, shards) | more)
    logged = [Param(name, str(value)) for name, value in sorted(flat(params).items())]
    for start in range(0, len(logged), BATCH):
        tracker.log_batch(run.info.run_id, params=logged[start : start + BATCH])
    _log_data_set(tracker, run.info.run_id, shards, index)
    return run.info.run_id


def close_run(run_id: str, status: str) -> None:
    """Close a run as FINISHED, FAILED or KILLED, unless it has been deleted."""
    record = {"kind": "status", "status": status, "ended": round(time.time() * 1000)}
    deliver(run_id, record, at_once=True)


def close_abandoned(run_ids: Iterable[str]) -> None:
    """Close as KILLED those runs that are still RUNNING: their trainings were killed and will not resume."""
    with suppress(Exception):  # a store that fails says so when the next run is opened
        tracker = client()
        for run_id in run_ids:
            if exists(tracker, run_id) and tracker.get_run(run_id).info.status == "RUNNING":
                tracker.set_terminated(run_id, "KILLED")


def close_dead(run_id: str, process: str) -> None:
    """Close a run as KILLED if it is RUNNING in a dead process, and no other process has reopened it."""
    tracker = client()
    if not exists(tracker, run_id):
        return
    run = tracker.get_run(run_id)
    if run.data.tags.get(PROCESS) == process and run.info.status == "RUNNING":
        tracker.set_terminated(run_id, "KILLED")


def tags(params: Mapping[str, Any], shards: Path) -> dict[str, str]:
    """Return the tags that link a run to its code, data and DVC experiment."""
    from heschl.machine import device_name  # here, since PyTorch takes seconds to import

    config = json.dumps(params, sort_keys=True).encode()
    found = {
        "mlflow.runName": os.environ.get("DVC_EXP_NAME") or f"{datetime.now():%Y-%m-%d %H:%M:%S}",
        "mlflow.source.name": "python -m stages.train",
        COMMIT: _git("rev-parse", "HEAD"),
        DIRTY: str(bool(_git("status", "--porcelain"))).lower(),
        DEVICE: device_name(params["machine"]["accelerator"]) if "machine" in params else "",
        "dvc_shards_md5": locked_md5(shards),
        "config_sha256": hashlib.sha256(config).hexdigest(),
        "dvc_exp_name": os.environ.get("DVC_EXP_NAME", ""),
    }
    return {name: value for name, value in found.items() if value}


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested values as {"a.b": value}; lists, such as the layers of a network, stay whole, as JSON."""
    out: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            out |= flat(value, f"{prefix}{name}.")
        else:
            out[f"{prefix}{name}"] = json.dumps(value) if isinstance(value, list | tuple) else value
    return out


def _log_data_set(tracker: MlflowClient, run_id: str, shards: Path, index: Mapping[str, Any]) -> None:
    digest = hashlib.sha256()
    for text in pieces(index):
        digest.update(text.encode())
    profile = {split: part["clips"] for split, part in index["splits"].items()}
    data = Dataset(
        name="shards",
        digest=digest.hexdigest()[:DIGITS],
        source_type="local",
        source=json.dumps({"uri": shards.as_posix()}),
        profile=json.dumps(profile),
    )
    tracker.log_inputs(run_id, [DatasetInput(data, [InputTag("mlflow.data.context", "training")])])


def _git(*command: str) -> str:
    try:
        return subprocess.run(["git", *command], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def locked_md5(path: Path) -> str:
    """Return the md5 that dvc.lock has for an output, or "" if it has none yet."""
    lock = Path("dvc.lock")
    stages = (yaml.safe_load(lock.read_text()) or {}).get("stages", {}) if lock.is_file() else {}
    outs = (out for stage in stages.values() for out in stage.get("outs", []))
    return next((out["md5"] for out in outs if out["path"] == path.as_posix() and "md5" in out), "")

"""The MLflow run of a training: opened once, resumed after a kill, reopened by the later stages, and found again by its network."""

import contextlib
import hashlib
import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST, ErrorCode
from mlflow.tracking import MlflowClient

EXPERIMENT = "heschl"
STORE = "mlflow.db"  # runs, beside dvc.yaml
ARTIFACTS = "mlruns"
NETWORK = "network"  # folder of a run's artifacts: what load_network needs
ANSWERS = "answers"  # likewise: what it answered to the test clips
PROCESS = "heschl.process"  # tag: the process that has the run open
BATCH = 100  # params that MLflow takes in one call


def top() -> Path:
    """Return the project's top folder: of the workspace, also inside one of DVC's temporary experiments."""
    here = Path.cwd().resolve()
    parts = here.parts
    for place in range(len(parts) - 2):
        if parts[place : place + 3] == (".dvc", "tmp", "exps"):
            return Path(*parts[:place])
    return here


def client() -> MlflowClient:
    """Return a client of MLFLOW_TRACKING_URI, or of the SQLite file in the project's top folder."""
    return MlflowClient(tracking_uri())


def tracking_uri() -> str:
    """Return MLFLOW_TRACKING_URI, or the SQLite file in the project's top folder."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{top() / STORE}"


def experiment_name() -> str:
    """Return MLFLOW_EXPERIMENT_NAME, or heschl."""
    return os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT


def experiment_id(tracker: MlflowClient) -> str:
    """Return the id of the experiment, made if need be."""
    name = experiment_name()
    found = tracker.get_experiment_by_name(name)
    if found:
        return found.experiment_id
    local = None if os.environ.get("MLFLOW_TRACKING_URI") else (top() / ARTIFACTS).as_uri()
    return tracker.create_experiment(
        name, artifact_location=local, tags={"mlflow.experimentKind": "custom_model_development"}
    )


def open_run(
    params: Mapping[str, Any], shards_index: Mapping[str, Any], run_id: str | None, process: str
) -> str:
    """Open a training's run, or the one of `run_id` again if it is there; return its id.

    params       : sections as plain values; logged flat, as "train.epochs"
    shards_index : the data set's index, whose digest the run records
    process      : names the process that has the run open, in a tag
    """
    tracker = client()
    if run_id and _exists(tracker, run_id):
        tracker.set_tag(run_id, PROCESS, process)
        tracker.update_run(run_id, "RUNNING")
        return run_id
    run = tracker.create_run(experiment_id(tracker), tags=tags(params) | {PROCESS: process})
    logged = [Param(name, str(value)) for name, value in sorted(flat(params).items())]
    for start in range(0, len(logged), BATCH):
        tracker.log_batch(run.info.run_id, params=logged[start : start + BATCH])
    _log_data_set(tracker, run.info.run_id, shards_index)
    return run.info.run_id


def close_run(run_id: str, status: str) -> None:
    """End a run as FINISHED, FAILED or KILLED, unless it has been deleted."""
    tracker = client()
    if _exists(tracker, run_id):
        tracker.set_terminated(run_id, status)


def close_abandoned(run_ids: Iterable[str]) -> None:
    """End as KILLED those runs that still count as running: their trainings were killed and will not go on."""
    tracker = client()
    for run_id in run_ids:
        if _exists(tracker, run_id) and tracker.get_run(run_id).info.status == "RUNNING":
            tracker.set_terminated(run_id, "KILLED")


def close_dead(run_id: str, process: str) -> None:
    """End a run as KILLED if it counts as running in a process that is dead, not in one that went on with it."""
    tracker = client()
    if (
        _exists(tracker, run_id)
        and (run := tracker.get_run(run_id)).data.tags.get(PROCESS) == process
        and run.info.status == "RUNNING"
    ):
        tracker.set_terminated(run_id, "KILLED")


@contextlib.contextmanager
def reopened(run_id: str) -> Iterator[MlflowClient | None]:
    """Give a client for adding to a finished run, which keeps its status; None where the store lacks the run."""
    tracker = client()
    yield tracker if _exists(tracker, run_id) else None


def log_metrics(run_id: str, metrics: Mapping[str, float]) -> bool:
    """Add metrics to a run; tell whether the store has it and took them."""
    now = round(time.time() * 1000)
    logged = [Metric(name, float(value), now, 0) for name, value in metrics.items()]
    return _added(run_id, lambda tracker: tracker.log_batch(run_id, logged))


def log_artifacts(run_id: str, folder: str | None, *files: Path) -> bool:
    """Copy files into a run's artifacts; tell whether the store has it and took them."""
    return all(
        _added(run_id, lambda tracker, file=file: tracker.log_artifact(run_id, str(file), folder))
        for file in files
    )


def _added(run_id: str, add: Callable[[MlflowClient], None]) -> bool:
    """Add to a run; a store that fails is named, and fails no stage: what was computed is in its files."""
    try:
        with reopened(run_id) as tracker:
            if tracker:
                add(tracker)
            return tracker is not None
    except (MlflowException, OSError) as error:
        print(f"  {store()} took nothing for run {run_id} ({type(error).__name__}: {error})", flush=True)
        return False


def store() -> str:
    """Return the store's address without a user's name and password."""
    return re.sub(r"//[^/@]*@", "//", tracking_uri())


class Run(NamedTuple):
    """A run as the store has it."""

    id: str
    name: str
    status: str  # FINISHED, RUNNING, KILLED, FAILED
    ended: float | None  # s since 1970


def runs() -> Iterator[Run]:
    """Yield the experiment's runs, from that which ended last; nothing where there is no store, which is not made."""
    if not os.environ.get("MLFLOW_TRACKING_URI") and not (top() / STORE).is_file():
        return
    tracker, token = client(), None
    experiment = tracker.get_experiment_by_name(experiment_name())
    while experiment:
        page = tracker.search_runs(
            [experiment.experiment_id], order_by=["attributes.end_time DESC"], page_token=token
        )
        for run in page:
            ended = run.info.end_time / 1000 if run.info.end_time else None
            yield Run(run.info.run_id, run.info.run_name or "", run.info.status, ended)
        token = page.token
        if not token:
            return


def has_artifacts(run_id: str, folder: str, names: Iterable[str]) -> bool:
    """Tell whether all these files are in a folder of a run's artifacts."""
    return {f"{folder}/{name}" for name in names} <= {
        file.path for file in client().list_artifacts(run_id, folder)
    }


@contextlib.contextmanager
def artifacts(run_id: str, folder: str, names: Iterable[str]) -> Iterator[Path]:
    """Give a folder with these of a run's artifacts: its own where the store is on this machine, else a copy for the time being.

    Files are asked for by the names given here, not by those that the store lists, so that none can be written elsewhere.
    """
    tracker = client()
    uri = urlsplit(tracker.get_run(run_id).info.artifact_uri)
    if uri.scheme in ("", "file"):
        yield Path(url2pathname(uri.path)) / folder
        return
    with tempfile.TemporaryDirectory(prefix="heschl-") as copy:
        for name in names:
            os.replace(tracker.download_artifacts(run_id, f"{folder}/{name}", copy), Path(copy) / name)
        yield Path(copy)


def tags(params: Mapping[str, Any]) -> dict[str, str]:
    """Return what ties a run to code, data and experiment."""
    config = json.dumps(params, sort_keys=True).encode()
    found = {
        "mlflow.runName": os.environ.get("DVC_EXP_NAME") or f"{datetime.now():%Y-%m-%d %H:%M:%S}",
        "mlflow.source.name": "python -m stages.train",
        "mlflow.source.git.commit": _git("rev-parse", "HEAD"),
        "git_dirty": str(bool(_git("status", "--porcelain"))).lower(),
        "dvc_shards_md5": _locked_md5("data/shards"),
        "config_sha256": hashlib.sha256(config).hexdigest(),
        "dvc_exp_name": os.environ.get("DVC_EXP_NAME", ""),
    }
    return {name: value for name, value in found.items() if value}


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested values as {"a.b": value}; lists of mappings, such as layers, stay whole, as JSON."""
    out: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            out |= flat(value, f"{prefix}{name}.")
        else:
            out[f"{prefix}{name}"] = json.dumps(value) if isinstance(value, list | tuple) else value
    return out


def monitor(run_id: str, interval_s: float = 10) -> Any:
    """Start recording the machine's load in a run every `interval_s`; call `finish()` on what is returned."""
    from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor

    mlflow.set_tracking_uri(tracking_uri())
    watch = SystemMetricsMonitor(
        run_id, sampling_interval=interval_s, samples_before_logging=1, resume_logging=True
    )
    watch.collect_metrics()  # at once: a short training has its point too
    watch.publish_metrics(watch.aggregate_metrics())
    watch.start()
    return watch


def _log_data_set(tracker: MlflowClient, run_id: str, index: Mapping[str, Any]) -> None:
    digest = hashlib.sha256(json.dumps(index, sort_keys=True).encode()).hexdigest()[:32]
    profile = {split: part["clips"] for split, part in index["splits"].items()}
    data = Dataset(
        name="shards",
        digest=digest,
        source_type="local",
        source=json.dumps({"uri": "data/shards"}),
        profile=json.dumps(profile),
    )
    tracker.log_inputs(run_id, [DatasetInput(data, [InputTag("mlflow.data.context", "training")])])


def _exists(tracker: MlflowClient, run_id: str) -> bool:
    try:
        return tracker.get_run(run_id).info.lifecycle_stage == "active"
    except MlflowException as error:
        if error.error_code == ErrorCode.Name(RESOURCE_DOES_NOT_EXIST):
            return False
        raise


def _git(*command: str) -> str:
    try:
        return subprocess.run(["git", *command], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _locked_md5(path: str) -> str:
    """Return the md5 that dvc.lock has for an output, or "" where it has none yet."""
    import yaml

    lock = Path("dvc.lock")
    stages = (yaml.safe_load(lock.read_text()) or {}).get("stages", {}) if lock.is_file() else {}
    found = [
        out["md5"]
        for stage in stages.values()
        for out in stage.get("outs", [])
        if out["path"] == path and "md5" in out
    ]
    return found[0] if found else ""

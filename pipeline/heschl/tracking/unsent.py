"""Records that the store did not take are kept on this machine and sent later: nothing of a run is lost.

work/runs/<run id>/records.jsonl     a record a line, in order
                   <number>/<name>   files for the run's artifacts
"""

import contextlib
import fcntl
import json
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlflow.entities import Metric
from mlflow.tracking import MlflowClient

from heschl.tracking.store import address, client, exists, top, tracking_uri
from heschl.work import replacing

# {"kind": "metrics", "values": [[name, value, ms since 1970, step], ...]}, {"kind": "tags", "values": {...}},
# {"kind": "file", "file": path, "folder": of the artifacts}, {"kind": "status", "status": ..., "ended": ms}
Record = dict[str, Any]

RECORDS = "records.jsonl"
AGAIN_S = 60.0  # how long a store that failed is left alone
BATCH = 1000  # metrics that MLflow takes in one call
_lock = threading.RLock()
_until: dict[str, float] = {}  # address of a store that failed -> when to try it again


def deliver(run_id: str, record: Record, at_once: bool = False) -> bool:
    """Send a record to a run, or keep it if the store fails; never raise. Return False if it is lost.

    It is lost if the store lacks the run, or if the store fails and the disk does too.

    at_once : try also a store that has just failed
    """
    with _lock:
        kept = False
        try:
            if at_once or time.monotonic() >= _until.get(tracking_uri(), 0.0):
                if not (_folder() / run_id / RECORDS).is_file():
                    return _sent(client(), run_id, record)
                _keep(run_id, record)
                kept = True
                return send(run_id)
        except Exception as error:  # stores raise all kinds of errors
            _leave_alone(error)
        try:
            return kept or _keep(run_id, record)
        except OSError as error:
            print(f"  the record of run {run_id} is lost: {error}", file=sys.stderr, flush=True)
            return False


def waiting() -> list[str]:
    """Return the ids of the runs that have records which were not sent."""
    return sorted(path.parent.name for path in _folder().glob(f"*/{RECORDS}"))


def send(run_id: str) -> bool:
    """Send what was kept of a run, in order; return False if the store lacks the run.

    Files that the store of artifacts does not take stay kept. A record may be sent again that was sent
    before: MLflow keeps a point only once.

    raises : MlflowException and others if the store fails; what was not sent stays kept
    """
    folder = _folder() / run_id
    if not (folder / RECORDS).is_file():
        return True
    with _locked():
        tracker, left, failed = client(), [], None
        for line in (folder / RECORDS).read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(json.JSONDecodeError):  # the last line of a process that was killed
                record = json.loads(line)
                try:
                    if not _sent(tracker, run_id, record):
                        return False
                except Exception as error:
                    if record["kind"] != "file":
                        raise
                    left, failed = [*left, line], failed or error
        if failed is None:
            shutil.rmtree(folder)
            return True
        with replacing(folder / RECORDS, "w") as file:
            file.writelines(f"{line}\n" for line in left)
        raise failed


def _sent(tracker: MlflowClient, run_id: str, record: Record) -> bool:
    if not exists(tracker, run_id):
        return False
    if record["kind"] == "metrics":
        for start in range(0, len(record["values"]), BATCH):
            tracker.log_batch(run_id, [Metric(*each) for each in record["values"][start : start + BATCH]])
    elif record["kind"] == "tags":
        for name, value in record["values"].items():
            tracker.set_tag(run_id, name, value)
    elif record["kind"] == "file":
        tracker.log_artifact(run_id, record["file"], record["folder"])
    elif record["status"] == "RUNNING":
        tracker.update_run(run_id, "RUNNING")
    else:
        tracker.set_terminated(run_id, record["status"], record["ended"])
    return True


def _keep(run_id: str, record: Record) -> bool:
    folder = _folder() / run_id
    with _locked():
        folder.mkdir(parents=True, exist_ok=True)
        if record["kind"] == "file":
            place = folder / str(len(list(folder.iterdir())))
            place.mkdir()
            record = record | {"file": str(shutil.copy(record["file"], place))}
        with open(folder / RECORDS, "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
    return True


def _leave_alone(error: Exception) -> None:
    """Let the store rest; say so the first time."""
    said = tracking_uri() in _until
    _until[tracking_uri()] = time.monotonic() + AGAIN_S
    if not said:
        print(
            f"  {address()} cannot be used ({reason(error)}). What belongs into the MLflow run is kept in "
            f"{_folder()}; send it when the store is back: heschl runs send",
            file=sys.stderr,
            flush=True,
        )


def reason(error: Exception) -> str:
    """Return what went wrong in one line: the database's own words, without the statement that it refused."""
    lines = [f"{type(error).__name__}: {error}"[:300].splitlines()[0], *str(error).splitlines()]
    return next((line for line in lines if line.startswith("(sqlite3.")), lines[0])


def _folder() -> Path:
    return top() / "work" / "runs"


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    """Wait for other processes that keep or send records."""
    _folder().mkdir(parents=True, exist_ok=True)
    with open(_folder() / "lock", "a") as file:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(file, fcntl.LOCK_EX)
        yield

"""The MLflow run of a search or an experiment, the parent of its trainings' runs."""

import contextlib
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from heschl import tracking
from heschl.search.claims import locked
from heschl.work import replacing

RUN = "run_id"  # file in the folder of a search
PARENT, NAME = "mlflow.parentRunId", "mlflow.runName"  # MLflow's own tags


def opened(
    folder: Path, title: str, record: Mapping[str, Any], shards: Path, index: Mapping[str, Any]
) -> str:
    """Return the id of the run: opened, or reopened if a search that was interrupted goes on.

    folder : of the search, which keeps the id
    record : params as plain values
    index  : of the shards
    raises : TrackingError if the store fails
    """
    with locked(folder):
        kept = folder / RUN
        earlier = kept.read_text() if kept.is_file() else None
        name = {NAME: f"{title} {folder.name}"}
        run_id = tracking.open_run(record, shards, index, earlier, uuid.uuid4().hex, name)
        with replacing(kept, "w") as file:
            file.write(run_id)
        return run_id


@contextlib.contextmanager
def closing(folder: Path) -> Iterator[None]:
    """Close the run as KILLED if what follows does not come to its end."""
    try:
        yield
    except BaseException:
        tracking.close_run((folder / RUN).read_text(), "KILLED")
        raise


def close(folder: Path, metrics: Mapping[str, float], *files: Path) -> None:
    """Log what was found to the run, and close it."""
    run_id = (folder / RUN).read_text()
    tracking.log_metrics(run_id, dict(metrics))
    tracking.log_artifacts(run_id, "tables", *files)
    tracking.close_run(run_id, "FINISHED")

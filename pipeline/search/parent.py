"""The MLflow run of a search or an experiment, the parent of its trainings' runs."""

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline import tracking
from pipeline.search.claims import locked

RUN = "run_id"  # file in the folder of a search
PARENT, NAME = "mlflow.parentRunId", "mlflow.runName"  # MLflow's own tags


def opened(
    folder: Path, title: str, record: Mapping[str, Any], shards: Path, index: Mapping[str, Any]
) -> str:
    """Return the id of the run, opening it if there is none yet.

    folder : of the search, which keeps the id
    record : params as plain values
    index  : of the shards
    raises : TrackingError if the store fails
    """
    with locked(folder):
        kept = folder / RUN
        if not kept.is_file():
            name = {NAME: f"{title} {folder.name}"}
            kept.write_text(tracking.open_run(record, shards, index, None, uuid.uuid4().hex, name))
        return kept.read_text()


def close(folder: Path, metrics: Mapping[str, float], *files: Path) -> None:
    """Log what was found to the run, and close it."""
    run_id = (folder / RUN).read_text()
    tracking.log_metrics(run_id, dict(metrics))
    tracking.log_artifacts(run_id, "tables", *files)
    tracking.close_run(run_id, "FINISHED")

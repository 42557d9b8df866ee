"""The MLflow run of a search, the parent of its trials' runs."""

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline import tracking
from pipeline.search.study import Study

RUN = "run_id"  # file in the folder of a search
NAME = "mlflow.runName"


def opened(study: Study, shards: Path, index: Mapping[str, Any]) -> str:
    """Return the id of the run of a search, opening it if it has none yet.

    index  : of the shards
    raises : TrackingError if the store fails
    """
    with study.locked():
        kept = study.folder / RUN
        earlier = kept.read_text() if kept.is_file() else None
        record = {"search": study.sections["search"]}
        name = {NAME: f"search {study.folder.name}"}
        run_id = tracking.open_run(record, shards, index, earlier, uuid.uuid4().hex, name)
        kept.write_text(run_id)
    return run_id


def close(study: Study, metrics: Mapping[str, float], *files: Path) -> None:
    """Log what a search found to its run, and close it."""
    run_id = (study.folder / RUN).read_text()
    tracking.log_metrics(run_id, dict(metrics))
    tracking.log_artifacts(run_id, "search", *files)
    tracking.close_run(run_id, "FINISHED")

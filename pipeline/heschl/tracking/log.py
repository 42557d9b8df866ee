"""Add metrics, files and words to a run, also after it is finished.

A store that fails costs nothing: see `unsent`.
"""

import time
from collections.abc import Mapping
from pathlib import Path

from heschl.tracking.unsent import deliver


def log_metrics(run_id: str, metrics: Mapping[str, float]) -> bool:
    """Add metrics to a run, which keeps its status; return False if the store lacks the run."""
    now = round(time.time() * 1000)
    values = [[name, float(value), now, 0] for name, value in metrics.items()]
    return deliver(run_id, {"kind": "metrics", "values": values})


def log_artifacts(run_id: str, folder: str | None, *files: Path) -> bool:
    """Copy files into a run's artifacts; return False if the store lacks the run."""
    return all(deliver(run_id, {"kind": "file", "file": str(file), "folder": folder}) for file in files)

"""The files of a search's results, and their columns."""

import hashlib
from pathlib import Path

from heschl.shards.index import INDEX

TRIALS, IMPORTANCES, BEST, ABOUT = "trials.csv", "importances.csv", "best.yaml", "search.json"
COMPLETE, STOPPED, FAILED, UNFINISHED, REFUSED = "complete", "stopped", "failed", "unfinished", "not trained"
ROWS = {"trial": int, "state": str, "reason": str, "epochs": int, "parameters": float, "macs": float}
IMPORTANCE = {"drawn": str, "importance": float}


def score(name: str, epoch: int) -> str:
    """Return the column of an objective's score after an epoch."""
    return f"{name}_epoch{epoch}"


def digest_of(shards: Path) -> str:
    """Return the sha256 of the index of shards, which stands for their bytes."""
    return hashlib.sha256((shards / INDEX).read_bytes()).hexdigest()

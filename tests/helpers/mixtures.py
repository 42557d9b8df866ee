"""A mixtures table on disk, from one in memory."""

import atexit
import shutil
import tempfile
import uuid
from pathlib import Path

import pandas as pd

from pipeline.mixtures.table import MixturesTable

HERE = Path(tempfile.mkdtemp(prefix="heschl-tables-"))
atexit.register(shutil.rmtree, HERE, ignore_errors=True)


def saved(frame: pd.DataFrame, rows: int = 7) -> MixturesTable:
    """Write a table in row groups of `rows`, which need not be those of shards."""
    path = HERE / f"{uuid.uuid4().hex}.parquet"
    frame.to_parquet(path, index=False, row_group_size=rows)
    return MixturesTable(path)

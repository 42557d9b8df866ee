"""A mixtures table in memory, and on disk from one in memory."""

import atexit
import shutil
import tempfile
import uuid
from pathlib import Path

import pandas as pd

from heschl.mixtures.draw import draw_parts
from heschl.mixtures.table import MixturesTable

HERE = Path(tempfile.mkdtemp(prefix="heschl-tables-"))
atexit.register(shutil.rmtree, HERE, ignore_errors=True)


def saved(frame: pd.DataFrame, rows: int = 7) -> MixturesTable:
    """Write a table in row groups of `rows`, which need not be those of shards."""
    path = HERE / f"{uuid.uuid4().hex}.parquet"
    frame.to_parquet(path, index=False, row_group_size=rows)
    return MixturesTable(path)


def draw_mixtures(*given) -> pd.DataFrame:
    """Return the table that `draw_parts` writes; given : its arguments without the folder."""
    with tempfile.TemporaryDirectory() as folder:
        parts = draw_parts(*given, Path(folder))
        return pd.concat([pd.read_parquet(part) for part in parts], ignore_index=True)

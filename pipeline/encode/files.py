"""The tables, matrices and metrics of encode, as files."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FOLDER, METRICS, MATRICES = "encode", "encode.json", "matrices.npz"
PARQUET = "responses"  # the table that is too long for csv


def write(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    matrices: Mapping[str, np.ndarray],
    metrics: Mapping[str, Any],
) -> list[Path]:
    """Write the tables and matrices to `folder`/encode, the metrics to `folder`/encode.json; return the paths."""
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    paths = []
    for name, table in tables.items():
        paths.append(folder / FOLDER / (f"{name}.parquet" if name == PARQUET else f"{name}.csv"))
        if name == PARQUET:
            table.to_parquet(paths[-1], index=False)
        else:
            table.to_csv(paths[-1], index=False)
    np.savez_compressed(folder / FOLDER / MATRICES, **matrices)
    (folder / METRICS).write_text(json.dumps(_plain(metrics), indent=1))
    return [*paths, folder / FOLDER / MATRICES, folder / METRICS]


def _plain(value: Any) -> Any:
    """Return nested metrics with None for what is not defined: JSON has no nan."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return None if isinstance(value, float) and not np.isfinite(value) else value

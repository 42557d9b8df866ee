"""The mixtures table as a file: written in parts and read in slices, in memory that does not grow with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from heschl.mixtures.row import SPATIAL, Mixture
from heschl.work import replacing

FILE = "mixtures.parquet"
ACHIEVED = ("achieved_snr_db", "achieved_level_db")  # columns beside those of a mixture
GROUP = 4096  # rows: what is read at once, and the metadata of each group, are then a few MB
KINDS = {
    str: pa.string(), float: pa.float64(), int: pa.int64(), tuple[str, ...]: pa.list_(pa.string()),
    tuple[float, ...]: pa.list_(pa.float64()), tuple[int, ...]: pa.list_(pa.int64()),
}  # fmt: skip


def schema(tasks: Sequence[str], channels: int = 1) -> pa.Schema:
    """Return names and types of the columns, in order; each task has a column of labels."""
    columns: list[tuple[str, pa.DataType]] = []
    for field in fields(Mixture):
        if field.name == "labels":
            columns += [(task, pa.string()) for task in tasks]
        elif channels > 1 or field.name not in SPATIAL:
            columns.append((field.name, KINDS[field.type]))
    return pa.schema(columns + [(name, pa.float64()) for name in ACHIEVED])


def write_part(path: Path, rows: list[dict[str, Any]], tasks: Sequence[str], channels: int = 1) -> None:
    """Write some rows as a table, whole or not at all."""
    with replacing(path) as file:
        parquet.write_table(pa.Table.from_pylist(rows, schema(tasks, channels)), file)


def join(parts: Iterable[Path], out: Path, tasks: Sequence[str], channels: int = 1) -> None:
    """Write the parts of a table as one file, in row groups of at least `GROUP` rows."""
    with replacing(out) as file, parquet.ParquetWriter(file, schema(tasks, channels)) as writer:
        group: list[pa.Table] = []
        for part in parts:
            group.append(parquet.read_table(part))
            if sum(map(len, group)) >= GROUP:
                writer.write_table(pa.concat_tables(group))
                group = []
        if group:
            writer.write_table(pa.concat_tables(group))


@dataclass(frozen=True)
class MixturesTable:
    """A mixtures table on disk.

    raises : FileNotFoundError with the remedy
    """

    path: Path

    def __post_init__(self) -> None:
        if not self.path.is_file():
            raise FileNotFoundError(f"{self.path} is missing. Make it: dvc repro mixtures.")

    def __len__(self) -> int:
        return _opened(self.path).metadata.num_rows

    def counts(self, name: str) -> dict[str, int]:
        """Return how many rows have each text of a column, in the order in which the texts first occur."""
        found: dict[str, int] = {}
        for batch in _opened(self.path).iter_batches(GROUP, columns=[name]):
            for each in batch.column(0).value_counts().to_pylist():
                found[each["values"]] = found.get(each["values"], 0) + each["counts"]
        return found

    def rows(self, start: int, stop: int) -> list[dict[str, Any]]:
        """Return rows `start` to `stop` as dictionaries."""
        ends = _ends(self.path)
        first, last = np.searchsorted(ends, [start, stop - 1], side="right")
        groups = _opened(self.path).read_row_groups(range(first, last + 1))
        before = int(ends[first - 1]) if first else 0
        return groups.slice(start - before, stop - start).to_pylist()


@lru_cache(maxsize=2)
def _opened(path: Path) -> parquet.ParquetFile:
    return parquet.ParquetFile(path)


@lru_cache(maxsize=2)
def _ends(path: Path) -> np.ndarray:
    """Return the number of rows up to the end of each row group."""
    metadata = _opened(path).metadata
    return np.cumsum([metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)])

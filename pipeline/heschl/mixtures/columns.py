"""Tables of the corpus as columns on disk: any row is there at once, and no process holds the tables.

work/mixtures/<digest>/columns/words/start_s       float64
work/mixtures/<digest>/columns/words/file          the texts, one after the other, in UTF-8
work/mixtures/<digest>/columns/words/file.ends     int64: where each of them ends
work/mixtures/<digest>/columns/words/word          int32: number of each row's text in names.json
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from heschl.corpus.tables import CorpusError
from heschl.work import replacing

BATCH = 2**16  # rows that are read at once
FILE = "file"  # column of texts of which few are equal
NAMES = "names.json"


@dataclass(frozen=True, eq=False)
class Texts:
    """A column of texts, few of them different: the number of each row's text, (rows,) int32, and those."""

    codes: np.ndarray
    names: list[str]

    @classmethod
    def of(cls, column: pd.Series) -> "Texts":
        """Return the column of a table."""
        codes, names = pd.factorize(column.astype("str"), sort=True)
        return cls(codes.astype(np.int32), names.tolist())

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, number: int) -> str:
        return self.names[self.codes[number]]


@dataclass(frozen=True, eq=False)
class Files:
    """A column of texts, most of them different: all bytes, and where each text ends, (rows,) int64."""

    content: np.ndarray
    ends: np.ndarray

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, number: int) -> str:
        start = self.ends[number - 1] if number else 0
        return self.content[start : self.ends[number]].tobytes().decode()


class Columns(Mapping[str, Texts | Files | np.ndarray]):
    """The columns that `store` wrote to a folder; another process opens them there itself."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __getitem__(self, name: str) -> Texts | Files | np.ndarray:
        return self._opened[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._opened)

    def __len__(self) -> int:
        return len(self._opened)

    def __getstate__(self) -> dict[str, Any]:
        return {"folder": self.folder}

    @cached_property
    def _opened(self) -> dict[str, Texts | Files | np.ndarray]:
        found = {}
        for name, texts in json.loads((self.folder / NAMES).read_text()).items():
            path = self.folder / name
            if name == FILE:
                found[name] = Files(_mapped(path, np.uint8), _mapped(_ends_of(path), np.int64))
            elif texts is None:
                found[name] = _mapped(path, np.float64)
            else:
                found[name] = Texts(_mapped(path, np.int32), texts)
        return found


def store(path: Path, folder: Path) -> Columns:
    """Write the columns of a table of the corpus to a folder, a batch of rows at a time; return them.

    Files that other processes have open are replaced and not changed.

    path   : of the table, <name>.parquet
    raises : CorpusError if a cell is empty
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = _names(path)
    with replacing(folder / NAMES, "w") as file:
        json.dump(names, file)
    for name, texts in names.items():
        if name == FILE:
            _write_files(path, folder / name)
            continue
        with replacing(folder / name) as file:
            for column in _read(path, name):
                kind, numbers = np.float64, column
                if texts is not None:
                    kind, numbers = np.int32, pc.index_in(column, pa.array(texts, column.type))
                file.write(numbers.to_numpy(zero_copy_only=False).astype(kind).tobytes())
    return Columns(folder)


def _names(path: Path) -> dict[str, list[str] | None]:
    """Return the texts of each column, in order; none of files, None of numbers."""
    names: dict[str, list[str] | None] = {}
    for name, kind in zip((schema := parquet.read_schema(path)).names, schema.types, strict=True):
        if pa.types.is_floating(kind):
            names[name] = None
        else:
            batches = _read(path, name) if name != FILE else ()
            names[name] = sorted({text for batch in batches for text in batch.unique().to_pylist()})
    return names


def _write_files(path: Path, out: Path) -> None:
    end = 0
    with replacing(out) as file, replacing(_ends_of(out)) as ends:
        for column in _read(path, FILE):
            column = pc.cast(column, pa.large_binary())
            here = end + np.cumsum(pc.binary_length(column).to_numpy(zero_copy_only=False), dtype=np.int64)
            ends.write(here.tobytes())
            file.write(b"".join(column.to_pylist()))
            end = int(here[-1]) if len(here) else end


def _read(path: Path, name: str) -> Iterator[pa.Array]:
    for batch in parquet.ParquetFile(path).iter_batches(BATCH, columns=[name]):
        column = batch.column(0)
        if column.null_count:
            raise CorpusError(f"{path} has empty cells in {name}. Make it again: dvc repro -f corpus.")
        yield column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _ends_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.ends")


def _mapped(path: Path, kind: type) -> np.ndarray:
    if not path.stat().st_size:
        return np.empty(0, kind)
    return np.asarray(np.memmap(path, kind, "r"))  # a plain view is read faster than a memmap

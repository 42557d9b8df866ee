"""Rows of the corpus tables: their source, in groups, and which of them may be cut where."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

import numpy as np
import pandas as pd

from heschl.audio import Sound, length
from heschl.corpus.tables import SPLIT, UNIT, paths
from heschl.mixtures.columns import Files, Texts, store

TOLERANCE_S = 0.05  # a stretch counts as the whole file if the file is at most this much longer

Row = dict[str, Any]  # of a corpus table


@dataclass(frozen=True, eq=False)
class Rows(Sequence[Row]):
    """Some rows of a corpus table; each is a dictionary only when it is asked for.

    columns : of the whole table, by name
    numbers : of the rows in it, (rows,) int32
    """

    columns: Mapping[str, Texts | Files | np.ndarray]
    numbers: np.ndarray

    @classmethod
    def of(cls, table: "pd.DataFrame | Rows") -> "Rows":
        """Return all rows of a table, in order."""
        if isinstance(table, Rows):
            return table
        columns = {
            name: column.to_numpy() if column.dtype.kind in "fi" else Texts.of(column)
            for name, column in table.items()
        }
        return cls(columns, np.arange(len(table), dtype=np.int32))

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> "Rows": ...
    def __getitem__(self, place: int | slice) -> "Row | Rows":
        if isinstance(place, slice):
            return Rows(self.columns, self.numbers[place])
        return self._row(self.numbers[place])

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, self.numbers)

    def where(self, test: Callable[[Row], bool]) -> "Rows":
        """Return the rows that pass a test, in order."""
        return Rows(self.columns, self.numbers[np.fromiter(map(test, self), bool, len(self))])

    def of_split(self, name: str) -> "Rows":
        """Return the rows of a split, in order."""
        column = self.columns[SPLIT]
        codes = [code for code, text in enumerate(column.names) if text == name]
        return Rows(self.columns, self.numbers[np.isin(column.codes[self.numbers], codes)])

    def grouped(self, name: str) -> dict[str, "Rows"]:
        """Return {text in a column: its rows, in order}, texts in order."""
        column = self.columns[name]
        codes = column.codes[self.numbers]
        order = np.argsort(codes, kind="stable")
        own, starts = np.unique(codes[order], return_index=True)
        ends = [*starts[1:], len(order)]
        return {
            column.names[code]: Rows(self.columns, self.numbers[order[start:end]])
            for code, start, end in zip(own, starts, ends, strict=False)
        }

    def _row(self, number: int) -> Row:
        return {
            name: column[number].item() if isinstance(column, np.ndarray) else column[number]
            for name, column in self.columns.items()
        }


def load(corpus: Path, folder: Path) -> dict[str, Rows]:
    """Return the rows of the tables of a corpus, kept as columns on disk, in `folder`.

    raises : CorpusError if a table or a column is missing
    """
    found = {name: store(path, folder / name) for name, path in paths(corpus).items()}
    return {
        name: Rows(columns, np.arange(len(columns[SPLIT]), dtype=np.int32)) for name, columns in found.items()
    }


def source_name(table: str, row: Row) -> str:
    """Return the source of a row, such as "speaker m3": one name for a person in words and in talkers."""
    return f"{UNIT[table]} {row[UNIT[table]]}"


def cuttable_rows(rows: Rows, corpus: Path, sound: Sound) -> Rows:
    """Return the rows from which a clip may be cut anywhere.

    A stretch shorter than a clip is one of them only if it is its whole file, which is then repeated.
    """
    return rows.where(
        lambda row: row["end_s"] - row["start_s"] >= sound.clip_s or is_whole_file(row, corpus, sound)
    )


def is_whole_file(row: Row, corpus: Path, sound: Sound) -> bool:
    """Return whether a stretch is the whole of its file, such as an isolated word."""
    duration_s = length(corpus / row["file"])[0] / sound.sample_rate
    return duration_s <= row["end_s"] - row["start_s"] + TOLERANCE_S

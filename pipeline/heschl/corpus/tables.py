"""The tables of a corpus and their columns."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pyarrow import parquet

SPLIT = "split"
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Table:
    """A table of a corpus.

    name      : of its file
    label     : column of its labels, None if it has none
    unit      : column of its sources; each unit is in one split only
    category  : of its sounds, where `encode` draws from the corpus
    one_label : whether each unit has one label, so that units are divided among splits label by label
    filtered  : whether labels with fewer than `corpus.min_sources` units, or not in every split, are left out
    least     : units in a split, if there are enough
    """

    name: str
    label: str | None
    unit: str
    category: str
    one_label: bool = False
    filtered: bool = False
    least: int = 1


TABLES: dict[str, Table] = {  # append new ones at the end: random draws depend on the position
    table.name: table
    for table in (
        Table("words", "word", "speaker", "speech", filtered=True),
        Table("music", "genre", "artist", "music", one_label=True, filtered=True),
        Table("scenes", "kind", "source", "scene", one_label=True),
        Table("talkers", None, "speaker", "speech", least=8),  # for the background babble8
    )
}
LABEL = {name: table.label for name, table in TABLES.items()}
UNIT = {name: table.unit for name, table in TABLES.items()}
COLUMNS = {
    name: ("file", *([table.label] if table.label else []), table.unit, "start_s", "end_s")
    for name, table in TABLES.items()
}
QUARANTINE: dict[str, type] = dict.fromkeys(("table", "row", "file", "reason"), str)  # of quarantine.csv


class CorpusError(ValueError):
    """A corpus table that cannot be used; the message says which row, and what to do."""


def load(folder: str | Path) -> dict[str, pd.DataFrame]:
    """Read the tables of a corpus folder; raises as `paths`."""
    return {name: pd.read_parquet(path) for name, path in paths(folder).items()}


def paths(folder: str | Path) -> dict[str, Path]:
    """Return the files of the tables of a corpus folder.

    raises : CorpusError if a table or a column is missing
    """
    found = {}
    for name, columns in COLUMNS.items():
        path = found[name] = Path(folder) / f"{name}.parquet"
        if not path.is_file():
            raise CorpusError(f"{path} is missing. Make the corpus: dvc repro corpus.")
        known = parquet.read_schema(path).names
        missing = [column for column in (*columns, SPLIT) if column not in known]
        if missing:
            raise CorpusError(f"{path} has no column {missing[0]!r}. Make it again: dvc repro -f corpus.")
    return found

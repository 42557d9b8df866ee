"""Params -> a corpus folder: four tables and their audio, provenance.json, quarantine.csv."""

import hashlib
import json
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import soundfile
from pyarrow import parquet
from pydantic import field_validator

from heschl.audio import Sound
from heschl.corpus.categories import as_categories, as_texts
from heschl.corpus.source import PublicCorpus, Tables
from heschl.corpus.sources import SOURCES
from heschl.corpus.splits import Split, assign_splits, keep_common_labels, keep_shared_labels
from heschl.corpus.synthetic import SyntheticParams
from heschl.corpus.tables import COLUMNS, LABEL, SPLITS, TABLES, UNIT, CorpusError
from heschl.corpus.units import alike_labels, join_units
from heschl.corpus.vocabulary import Vocabulary, keep_vocabulary
from heschl.params import Share, section
from heschl.tables import write_csv

BLOCK = 2**14  # rows of a table that are written at once
FILTERED = [name for name, table in TABLES.items() if table.filtered]


@section
class CorpusParams:
    """Params section `corpus`."""

    source: str  # a name in SOURCES
    folder: str  # of recordings, relative to the project
    seed: int
    split: Split  # shares of the speakers, artists and sources
    min_sources: int  # a word or genre with fewer speakers or artists is left out
    vocabulary: Vocabulary | None  # words to keep, by rule; None: all
    bad_file_budget: Share  # share of the files that may be unusable
    synthetic: SyntheticParams
    public: tuple[PublicCorpus, ...]

    @field_validator("source")
    @classmethod
    def _registered(cls, name: str) -> str:
        if name not in SOURCES:
            raise ValueError(f"expected one of {', '.join(SOURCES)}")
        return name


def make(params: CorpusParams, out: Path, sound: Sound) -> dict[str, Any]:
    """Make the corpus in `out`; return its provenance, which is also written to provenance.json.

    Tables are <name>.parquet with the columns `tables.COLUMNS` and `split`; files are mono 16-bit wav.

    raises : CorpusError if recordings or tables cannot be used
    """
    out.mkdir(parents=True, exist_ok=True)
    source = SOURCES[params.source]
    tables, quarantine = source.make(params, out, sound)
    tables, joined = join_units({name: as_categories(table) for name, table in tables.items()})
    alike = alike_labels(tables)
    tables["words"], vocabulary = keep_vocabulary(tables["words"], params.vocabulary)
    tables, left_out = _split(tables, params)
    for name, table in tables.items():
        _write(out / f"{name}.parquet", table[[*COLUMNS[name], "split"]])
    write_csv(out / "quarantine.csv", quarantine)
    provenance = {
        "source": params.source,
        "text": source.text.format(folder=params.folder),
        "tables": {name: _summary(name, table, out) for name, table in tables.items()},
        **({"corpora": corpora} if (corpora := source.corpora(params)) else {}),
        **({"vocabulary": vocabulary} if vocabulary else {}),
        "left_out": left_out,
        **({"alike": alike} if alike else {}),
        **({"joined": joined} if joined else {}),
        "quarantined": len(quarantine),
        "versions": {program: metadata.version(program) for program in source.programs},
    }
    (out / "provenance.json").write_text(json.dumps(provenance, indent=1))
    return provenance


def _write(path: Path, table: pd.DataFrame) -> None:
    """Write a table, its categories as texts, in row groups of at most `BLOCK` rows."""
    blocks = (as_texts(table.iloc[start : start + BLOCK]) for start in range(0, max(1, len(table)), BLOCK))
    rows = (pa.Table.from_pandas(block, preserve_index=False) for block in blocks)
    first = next(rows)
    with parquet.ParquetWriter(path, first.schema) as writer:
        for each in chain([first], rows):
            writer.write_table(each)


def listed(out: Path) -> list[str]:
    """Return the files of a finished corpus, relative to its folder `out`; any other file is a leftover."""
    sounds = set()
    for name in COLUMNS:
        for batch in parquet.ParquetFile(out / f"{name}.parquet").iter_batches(BLOCK, columns=["file"]):
            sounds.update(batch.column(0).unique().to_pylist())
    names = ["provenance.json", "quarantine.csv", *(f"{name}.parquet" for name in COLUMNS)]
    return [*names, *sorted(sounds)]


def _split(tables: Tables, params: CorpusParams) -> tuple[Tables, dict[str, list[str]]]:
    """Assign splits; return the tables, and the labels of each filtered table that were left out.

    A label is left out if fewer than `min_sources` speakers or artists have it, or if a split lacks it.
    """
    left_out = {}
    for name in FILTERED:
        tables[name], left_out[name] = keep_common_labels(tables[name], name, params.min_sources)
        problem = f"{name}: no {LABEL[name]} has {params.min_sources} {UNIT[name]}s (corpus.min_sources)"
        _check_labels(tables[name], problem)
    tables = assign_splits(tables, params.split, params.seed)
    for name in FILTERED:
        tables[name], absent = keep_shared_labels(tables[name], name)
        left_out[name] += absent
        _check_labels(tables[name], f"{name}: no {LABEL[name]} is in every split")
    return tables, left_out


def _check_labels(table: pd.DataFrame, problem: str) -> None:
    if table.empty:
        raise CorpusError(f"{problem}. Add recordings of these labels by other speakers or artists.")


def _summary(name: str, table: pd.DataFrame, folder: Path) -> dict[str, Any]:
    """Return what provenance.json says of a table."""
    files = sorted(table["file"].unique())
    units = table.groupby("split")[UNIT[name]].nunique()
    return {
        "rows": len(table),
        "files": len(files),
        "hours": round(sum(soundfile.info(folder / file).duration for file in files) / 3600, 4),
        "labels": sorted(table[LABEL[name]].unique()) if LABEL[name] else [],
        "units": {split: int(units[split]) for split in SPLITS},
        "audio_sha256": _sha256(folder, files),
    }


def _sha256(folder: Path, files: list[str]) -> str:
    """Return one digest of all files; unfinished shards are continued only if it is the same."""
    digest = hashlib.sha256()
    for file in files:
        with open(folder / file, "rb") as opened:
            while block := opened.read(2**20):
                digest.update(block)
    return digest.hexdigest()

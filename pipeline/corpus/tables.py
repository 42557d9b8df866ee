"""The four tables of a corpus: their columns, their checks, their disjoint splits."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.params import Positive, section

SPLITS = ("train", "validation", "test")
LABEL = {"words": "word", "music": "genre", "scenes": "kind", "talkers": None}
UNIT = {
    "words": "speaker",
    "music": "artist",
    "scenes": "source",
    "talkers": "speaker",
}  # a split never cuts one
LEAST = {
    "words": 1,
    "music": 1,
    "scenes": 1,
    "talkers": 8,
}  # units a split is given, if there are enough: babble8 takes 8
COLUMNS = {
    table: ("file", *([LABEL[table]] if LABEL[table] else []), UNIT[table], "start_s", "end_s")
    for table in LABEL
}


class CorpusError(ValueError):
    """A corpus table that cannot be used as it is; says which row and what to do."""


@section
class Split:
    """Shares of the speakers, artists or sources; params section `corpus.split`."""

    train: Positive
    validation: Positive
    test: Positive


def load(folder: str | Path) -> dict[str, pd.DataFrame]:
    """Read the four tables of a corpus folder; raises CorpusError naming the one that is missing."""
    tables = {}
    for name, columns in COLUMNS.items():
        path = Path(folder) / f"{name}.parquet"
        if not path.is_file():
            raise CorpusError(f"{path} is missing. Make the corpus: dvc repro corpus.")
        tables[name] = pd.read_parquet(path)
        lacking = [column for column in (*columns, "split") if column not in tables[name]]
        if lacking:
            raise CorpusError(f"{path} has no column {lacking[0]!r}. Make it again: dvc repro -f corpus.")
    return tables


def assign_splits(tables: Mapping[str, pd.DataFrame], split: Split, seed: int) -> dict[str, pd.DataFrame]:
    """Return the tables with a column `split`, which never cuts a speaker, artist or source.

    Music and scenes are divided label by label, so that each label is in every split. A name that stands
    in words and in talkers is one person, in one split.
    raises : CorpusError where a label or table has fewer than three units
    """
    assigned: dict[str, pd.DataFrame] = {}
    known: dict[str, str] = {}  # person -> split
    for index, name in enumerate(LABEL):
        table = tables[name]
        rng = np.random.default_rng(np.random.SeedSequence([seed, index]))
        people = known if UNIT[name] == "speaker" else {}
        chosen = dict(people)
        for label, units in _strata(name, table):
            fresh = [unit for unit in units if unit not in chosen]
            if len(units) < len(SPLITS):
                raise CorpusError(
                    f"{name}: {label} comes from {len(units)} {UNIT[name]}(s) ({', '.join(units)}); "
                    f"train, validation and test need one each. Add recordings or leave it out."
                )
            chosen.update(_divide(fresh, split, LEAST[name], rng))
        people.update(chosen)
        assigned[name] = table.assign(split=table[UNIT[name]].map(chosen))
    check_splits(assigned)
    return assigned


def check_splits(tables: Mapping[str, pd.DataFrame]) -> None:
    """Raise CorpusError where a unit or a file is in two splits, or a split has nothing."""
    for kind in sorted(set(UNIT.values())):
        rows = pd.concat(
            [
                table[[kind, "split"]].set_axis(["unit", "split"], axis=1)
                for name, table in tables.items()
                if UNIT[name] == kind
            ]
        )
        splits = rows.drop_duplicates().groupby("unit")["split"].agg(list)
        torn = splits[splits.map(len) > 1]
        if len(torn):
            raise CorpusError(
                f"{kind} {torn.index[0]!r} is in {' and '.join(torn.iloc[0])}: a split must not cut a {kind}."
            )
    files = (
        pd.concat([table[["file", "split"]] for table in tables.values()])
        .drop_duplicates()
        .groupby("file")["split"]
        .agg(list)
    )
    torn = files[files.map(len) > 1]
    if len(torn):
        raise CorpusError(
            f"{torn.index[0]} is in {' and '.join(torn.iloc[0])}: its rows name several units. Cut it into files of one each."
        )
    for name, table in tables.items():
        for split in SPLITS:
            if not (table["split"] == split).any():
                raise CorpusError(f"{name}: nothing is in {split}; add {UNIT[name]}s or change corpus.split.")


def keep_whole_labels(table: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows whose label is in every split, and the labels left out."""
    label = LABEL[name]
    splits = table.groupby(label)["split"].nunique()
    absent = sorted(splits.index[splits < len(SPLITS)])
    return table[~table[label].isin(absent)].reset_index(drop=True), absent


def keep_common_labels(table: pd.DataFrame, name: str, minimum: int) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows whose label comes from at least `minimum` units, and the labels left out."""
    label = LABEL[name]
    if label is None:
        return table, []
    units = table.groupby(label)[UNIT[name]].nunique()
    rare = sorted(units.index[units < minimum])
    return table[~table[label].isin(rare)].reset_index(drop=True), rare


def _strata(name: str, table: pd.DataFrame) -> list[tuple[str, list[str]]]:
    unit, label = UNIT[name], LABEL[name] if name in ("music", "scenes") else None
    if label is None:
        return [("the table", sorted(set(table[unit])))]
    return [
        (f"{label} {value!r}", sorted(set(rows[unit]))) for value, rows in table.groupby(label, sort=True)
    ]


def _divide(units: list[str], split: Split, least: int, rng: np.random.Generator) -> dict[str, str]:
    total = split.train + split.validation + split.test
    held_out = [
        max(min(least, len(units) // len(SPLITS)), round(share / total * len(units)))
        for share in (split.validation, split.test)
    ]
    counts = [len(units) - sum(held_out), *held_out]
    return dict(zip(rng.permutation(units).tolist(), np.repeat(SPLITS, counts).tolist(), strict=True))

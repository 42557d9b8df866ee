"""Recordings that are the same sound under several names: one wav file, and one label for each part."""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from heschl.corpus.listings import SHOWN, problem_list
from heschl.corpus.tables import LABEL, CorpusError

SAME = 0.9  # share of the time that two parts cover together, from which on they are the same part
log = logging.getLogger(__name__)


def merge_equal(
    rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], out: Path, refuse: bool = True
) -> None:
    """Give rows of equal sound the same `wav` file, and remove the others; say which recordings are equal.

    The units of these rows become one: `units.join_units`. Copies in another lossy format, or of another
    length, are not found.

    rows   : of all tables: table, row, file, start_s, end_s, wav, digest of the samples, reason
    tables : the listings, whose labels are compared
    refuse : whether the same part of equal sound with two labels is an error; else both rows get a reason
    raises : CorpusError if it is
    """
    _check_labels(rows, rows[rows["reason"] == ""], tables, refuse)
    good = rows[rows["reason"] == ""]
    first = good.groupby("digest")["wav"].transform("first")
    copies = good[first != good["wav"]].drop_duplicates("wav")
    if copies.empty:
        return
    originals = good.drop_duplicates("digest").set_index("digest")
    pairs = [(row, originals.loc[row.digest]) for row in copies.head(SHOWN).itertuples()]
    problems = [f"{_place(copy)}: the sound of {_place(original)}" for copy, original in pairs]
    head = f"{len(copies)} recordings are copies of others:"
    remedy = "Each is one recording of one speaker, artist or source. Remove the rows of copies."
    log.warning(problem_list(head, problems, remedy, len(copies)))
    for wav in copies["wav"]:
        (out / wav).unlink(missing_ok=True)
    rows.loc[good.index, "wav"] = first


def _check_labels(
    rows: pd.DataFrame, good: pd.DataFrame, tables: Mapping[str, pd.DataFrame], refuse: bool
) -> None:
    pairs = [
        pair
        for name, label in LABEL.items()
        if label and name in tables
        for pair in _conflicts(_labeled(good[good["table"] == name], tables[name][label]))
    ]
    if not refuse:
        for one, other in pairs:
            for row, twin in ((one, other), (other, one)):
                rows.loc[row.Index, "reason"] = f"the same sound is {twin.label!r} in {twin.file}"
        return
    problems = [
        f"{_place(one)} is {one.label!r}; {_place(other)}, the same sound from {other.start_s} to "
        f"{other.end_s} s, is {other.label!r}"
        for one, other in pairs
    ]
    if problems:
        head = f"{len(problems)} pairs of rows give the same sound two labels:"
        raise CorpusError(problem_list(head, problems, "Correct a label, or remove one row of each pair."))


def _labeled(rows: pd.DataFrame, labels: pd.Series) -> pd.DataFrame:
    """Return the rows of sounds with several labels, of which parts overlap."""
    rows = rows.assign(label=labels.loc[rows["row"]].array)
    ordered = rows[["digest", "start_s", "end_s"]].sort_values(["digest", "start_s"])
    before = ordered.shift()
    overlaps = (ordered["digest"] == before["digest"]) & (ordered["start_s"] < before["end_s"])
    rows = rows[rows["digest"].isin(set(ordered["digest"][overlaps]))]
    return rows[rows.groupby("digest")["label"].transform("nunique") > 1]


def _conflicts(rows: pd.DataFrame) -> Iterator[tuple[Any, Any]]:
    for _, same in rows.sort_values(["start_s", "row"]).groupby("digest", sort=False):
        parts = list(same.itertuples())
        for place, one in enumerate(parts):
            for other in parts[place + 1 :]:
                if other.start_s >= one.end_s:
                    break
                if one.label != other.label and _overlap(one, other) >= SAME:
                    yield one, other


def _overlap(one: Any, other: Any) -> float:
    both = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    return both / (max(one.end_s, other.end_s) - min(one.start_s, other.start_s))


def _place(row: Any) -> str:
    return f"{row.table}.csv, row {row.row}, {row.file}"

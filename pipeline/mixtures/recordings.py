"""Rows of the corpus tables: their source, in groups, and which of them may be cut where."""

from pathlib import Path
from typing import Any

from pipeline.audio import Sound, mapped
from pipeline.corpus.tables import UNIT

TOLERANCE_S = 0.05  # a stretch counts as the whole file if the file is at most this much longer

Row = dict[str, Any]  # of a corpus table


def source_name(table: str, row: Row) -> str:
    """Return the source of a row, such as "speaker m3": one name for a person in words and in talkers."""
    return f"{UNIT[table]} {row[UNIT[table]]}"


def grouped(rows: list[Row], column: str) -> dict[str, list[Row]]:
    """Return {value of a column: its rows, in order}, values in order."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return dict(sorted(groups.items()))


def cuttable_rows(rows: list[Row], corpus: Path, sound: Sound) -> list[Row]:
    """Return the rows from which a clip may be cut anywhere.

    A stretch shorter than a clip is one of them only if it is its whole file, which is then repeated.
    """
    return [
        row
        for row in rows
        if row["end_s"] - row["start_s"] >= sound.clip_s or is_whole_file(row, corpus, sound)
    ]


def is_whole_file(row: Row, corpus: Path, sound: Sound) -> bool:
    """Return whether a stretch is the whole of its file, such as an isolated word."""
    duration_s = len(mapped(str(corpus / row["file"]))[0]) / sound.sample_rate
    return duration_s <= row["end_s"] - row["start_s"] + TOLERANCE_S

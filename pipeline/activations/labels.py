"""Labels of the sounds of a folder, as published with natsound165 or of one's own."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.activations.names import listed, stem

PUBLISHED, OWN = (
    "category_labels.csv",
    "labels.csv",
)  # without a header: sound, category; with one: sound, a column a label


class LabelsError(ValueError):
    """A file of labels that does not fit its sounds; names the file, the row and the remedy."""


def read(folder: Path, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Return column -> (sounds,) str of the sounds `names`, from the folder's file of labels; nothing where it has none.

    raises : LabelsError where a row names no sound, names one again, or a sound has no row; a label may be empty
    """
    there = [folder / name for name in (PUBLISHED, OWN) if (folder / name).is_file()]
    if len(there) > 1:
        raise LabelsError(f"{folder} has {PUBLISHED} and {OWN}. Keep one of them.")
    if not there:
        return {}
    rows = _rows(there[0])
    header = ["sound", "category"] if there[0].name == PUBLISHED else rows.pop(0)[1]
    columns = header[1:]
    if header[0] != "sound" or not columns or "" in columns or len(set(header)) < len(header):
        raise LabelsError(
            f"{there[0]}, row 1: {','.join(header)}; expected sound and one or more labels, each named once."
        )
    found = _by_sound(there[0], rows, header, names)
    return {column: np.array([found[name][place] for name in names]) for place, column in enumerate(columns)}


def _by_sound(
    file: Path, rows: list[tuple[int, list[str]]], header: list[str], names: Sequence[str]
) -> dict[str, list[str]]:
    known = set(names)
    found: dict[str, list[str]] = {}
    for number, (sound, *values) in rows:
        name = stem(sound)
        if len(values) != len(header) - 1:
            raise LabelsError(
                f"{file}, row {number}: {len(values) + 1} values for {len(header)} columns ({','.join(header)})."
            )
        if name not in known:
            raise LabelsError(
                f"{file}, row {number}: {sound!r} is none of the sounds. Remove the row, mend its name or add its file."
            )
        if name in found:
            raise LabelsError(f"{file}, row {number}: {sound!r} has a row already. Keep one.")
        found[name] = values
    lacking = [name for name in names if name not in found]
    if lacking:
        raise LabelsError(
            f"{file} has no row for {len(lacking)} sounds: {listed(lacking)}. Add them; a label may be empty."
        )
    return found


def _rows(file: Path) -> list[tuple[int, list[str]]]:
    """Return (row in the file, cells) of every row that is not empty."""
    try:
        with open(file, encoding="utf-8-sig", newline="") as opened:  # spreadsheets put a mark before UTF-8
            reader = csv.reader(opened, strict=True)
            rows = [
                (reader.line_num, [cell.strip() for cell in cells])
                for cells in reader
                if any(cell.strip() for cell in cells)
            ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise LabelsError(f"{file} is no CSV in UTF-8: {error}. Save it as such.") from None
    if not rows:
        raise LabelsError(f"{file} is empty. Fill it or take it away.")
    return rows

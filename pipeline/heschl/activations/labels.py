"""Labels of the sounds in a folder: as published with natsound165, or the user's."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from heschl.activations.names import listed, stem
from heschl.spreadsheets import read_lines

PUBLISHED = "category_labels.csv"  # without a header: sound, category
LABELS = "labels.csv"  # with a header: sound, and one or more columns of labels


class LabelsError(ValueError):
    """A file of labels that does not fit its sounds; names the file, the row and the remedy."""


def read(folder: Path, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the labels of the named sounds, {column: (sounds,) str}; {} for a folder without a label file.

    raises : LabelsError where a row names an unknown sound or repeats one, or a sound has no row;
             SpreadsheetError where the file cannot be read. A label may be empty
    """
    files = [folder / name for name in (PUBLISHED, LABELS) if (folder / name).is_file()]
    if len(files) > 1:
        raise LabelsError(f"{folder} has both {PUBLISHED} and {LABELS}. Keep one of them.")
    if not files:
        return {}
    (file,) = files
    published = file.name == PUBLISHED
    rows = read_lines(file, ("<a sound>", "<its category>") if published else ("sound", "<a label>"))
    header = ["sound", "category"] if published else rows.pop(0)[1]
    columns = header[1:]
    if header[0] != "sound" or not columns or "" in columns or len(set(header)) < len(header):
        raise LabelsError(
            f"{file}, row 1: {','.join(header)}; expected sound and one or more labels, each named once."
        )
    labels = _by_sound(file, rows, header, names)
    return {column: np.array([labels[name][place] for name in names]) for place, column in enumerate(columns)}


def _by_sound(
    file: Path, rows: list[tuple[int, list[str]]], header: list[str], names: Sequence[str]
) -> dict[str, list[str]]:
    """Return the labels of each sound, in the order of the header."""
    known = set(names)
    labels: dict[str, list[str]] = {}
    for number, (sound, *values) in rows:
        name = stem(sound)
        if len(values) != len(header) - 1:
            raise LabelsError(
                f"{file}, row {number}: {len(values) + 1} values for {len(header)} columns "
                f"({','.join(header)})."
            )
        if name not in known:
            raise LabelsError(
                f"{file}, row {number}: {sound!r} is not one of the sounds. Correct the name, add the sound "
                "file or remove the row."
            )
        if name in labels:
            raise LabelsError(f"{file}, row {number}: {sound!r} already has a row. Keep one.")
        labels[name] = values
    lacking = [name for name in names if name not in labels]
    if lacking:
        raise LabelsError(
            f"{file} has no row for {len(lacking)} sounds: {listed(lacking)}. Add these rows; a label may be "
            "empty."
        )
    return labels

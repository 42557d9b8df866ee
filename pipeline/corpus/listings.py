"""Read the csv files that list the recordings of a folder: words, music, scenes and talkers."""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

import pandas as pd

from pipeline.corpus.tables import COLUMNS, CorpusError
from pipeline.spreadsheets import read_rows

SHOWN = 10  # problems that an error lists


def read_listings(folder: str | Path) -> dict[str, pd.DataFrame]:
    """Read the csv files (UTF-8) of a folder of recordings, one per table.

    returns : table name -> its COLUMNS, labels as text, times in s; the index `row` is the row of the csv
              file as an editor numbers it. Other columns of the csv file are ignored
    raises  : CorpusError or SpreadsheetError naming the file, its rows and the remedy
    """
    if not Path(folder).is_dir():
        names = ", ".join(f"{name}.csv" for name in COLUMNS)
        raise CorpusError(
            f"corpus.folder is {str(folder)!r}, which is not a folder; expected one with {names}."
        )
    return {name: _read_listing(Path(folder) / f"{name}.csv", columns) for name, columns in COLUMNS.items()}


def problem_list(head: str, problems: Sequence[str], remedy: str) -> str:
    """Return an error message that lists the first of `problems`, one a line."""
    more = [f"... and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
    return "\n  ".join([head, *problems[:SHOWN], *more]) + f"\n{remedy}"


def nfc(text: str) -> str:
    """Return `text` in one Unicode form: é may be one code point or two."""
    return unicodedata.normalize("NFC", text)


def _read_listing(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    rows: dict[int, tuple[str | float, ...]] = {}
    first: dict[tuple[str | float, ...], int] = {}  # (file, start_s, end_s) -> row
    problems: list[str] = []

    def report(number: int, problem: object) -> None:
        problems.append(f"row {number}: {problem}")

    for number, record in read_rows(path, columns, "ignore", report):
        try:
            row = _row(record, columns)
            key = nfc(row[0]), *row[-2:]
            if key in first:
                raise ValueError(
                    f"{row[0]} from {row[-2]} to {row[-1]} s is also listed in row {first[key]}; remove one"
                )
            first[key] = number
            rows[number] = row
        except ValueError as error:
            report(number, error)
    if problems:
        head = f"{path}: {len(problems)} of {len(rows) + len(problems)} rows cannot be used:"
        raise CorpusError(problem_list(head, problems, "Correct or remove them."))
    if not rows:
        raise CorpusError(f"{path} has no rows. List at least one recording.")
    return pd.DataFrame(list(rows.values()), columns=list(columns), index=pd.Index(rows, name="row"))


def _row(record: Mapping[str, str], columns: Sequence[str]) -> tuple[str | float, ...]:
    """Return the values of a row in the order of `columns`: file, labels, start_s, end_s."""
    file, start_s, end_s = _relative(record["file"]), _seconds(record, "start_s"), _seconds(record, "end_s")
    if not 0 <= start_s < end_s:
        raise ValueError(
            f"start_s is {start_s}, end_s {end_s}; expected 0 <= start_s < end_s, in seconds: "
            f"are they swapped?"
        )
    return file, *(_label(record, name) for name in columns[1:-2]), start_s, end_s


def _relative(file: str) -> str:
    path = PurePosixPath(file)
    if not path.parts:
        raise ValueError(f"file is {file!r}; expected a path relative to the folder")
    if path.is_absolute() or PureWindowsPath(file).drive or ".." in path.parts:
        raise ValueError(
            f"file {file!r} lies outside the folder; move or link it into the folder, and write its path "
            f"relative to the folder, without '..'"
        )
    return str(path)


def _label(record: Mapping[str, str], name: str) -> str:
    label = nfc(record[name])
    if not label:
        raise ValueError(f"{name} is empty")
    if label.startswith("__") or "|" in label:  # null classes; a separator in tables
        raise ValueError(f"{name} is {label!r}; a leading '__' and '|' are reserved: use another name")
    return label


def _seconds(record: Mapping[str, str], name: str) -> float:
    try:
        seconds = float(record[name])
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds):
        raise ValueError(f"{name} is {record[name]!r}; expected seconds, such as 1.25")
    return seconds

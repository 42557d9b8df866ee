"""The rows of a csv or parquet file as text, with the numbers that an editor shows: the header is row 1."""

import csv
import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd


class RowsError(ValueError):
    """A file whose rows cannot be read, or that has other columns; names the file, the row and the remedy."""


def read(file: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (row in the file, text of each column), of a .parquet file as if it were a csv.

    raises : RowsError naming the file, the row and what to do, where it cannot be read or has not exactly these columns
    """
    (_, header), *lines = _parquet(file) if file.suffix.lower() == ".parquet" else _csv(file, columns)
    _check_header(file, header, columns)
    for number, cells in lines:
        if len(cells) != len(header):
            raise RowsError(
                f"{file}, row {number}: {len(cells)} values for {len(header)} columns. Put quotation marks around a value "
                f"that holds a comma, or complete the row: was the file cut off?"
            )
        yield number, dict(zip(header, cells, strict=True))


def _csv(file: Path, columns: Sequence[str]) -> list[tuple[int, list[str]]]:
    try:
        with open(file, encoding="utf-8-sig", newline="") as opened:  # spreadsheets put a mark before UTF-8
            reader = csv.reader(opened, strict=True)
            lines = [
                (reader.line_num, [cell.strip() for cell in cells])
                for cells in reader
                if any(cell.strip() for cell in cells)
            ]
    except UnicodeDecodeError as error:
        raise RowsError(
            f"{file} is not UTF-8 ({error.reason} at byte {error.start}). Save it as CSV UTF-8."
        ) from None
    except OSError as error:
        raise RowsError(
            f"{file} cannot be read: {error.strerror}. Make it readable, or take it away."
        ) from None
    except csv.Error as error:
        raise RowsError(f"{file}, row {reader.line_num}: {error}. Check the quotation marks there.") from None
    if not lines:
        raise RowsError(
            f"{file} is empty; its first row must be {','.join(columns)}. Remove it, or export it again."
        )
    return lines


def _parquet(file: Path) -> list[tuple[int, list[str]]]:
    """Return rows as a csv would have them; labels must be text already, since 7 and 7.0 are the same number."""
    try:
        table = pd.read_parquet(file)
    except (ValueError, OSError) as error:
        raise RowsError(f"{file} cannot be read as parquet ({error}). Write it again.") from None
    table = table.astype(dict.fromkeys(table.select_dtypes("bool"), int)).astype(object)
    cells = table.where(table.notna(), "").to_numpy().tolist()
    return [
        (1, [str(name) for name in table]),
        *((row + 2, [str(cell).strip() for cell in line]) for row, line in enumerate(cells)),
    ]


def _check_header(file: Path, header: Sequence[str], columns: Sequence[str]) -> None:
    wrong = []
    missing = [name for name in columns if name not in header]
    for name in dict.fromkeys(header):
        if name not in columns:
            near = difflib.get_close_matches(name.lower(), missing, 1)
            wrong.append(f"{name!r} is none of the columns" + (f" (is it {near[0]!r}?)" if near else ""))
        elif header.count(name) > 1:
            wrong.append(f"{name!r} is there {header.count(name)} times")
    wrong += [f"{name!r} is missing" for name in missing]
    if wrong:
        split = next(
            (
                f" Its values are parted by {mark!r}: save it with commas."
                for mark in (";", "\t")
                if mark in header[0]
            ),
            "",
        )
        raise RowsError(
            f"{file}, row 1: {'; '.join(wrong)}. Expected {','.join(columns)}: rename or remove columns.{split}"
        )

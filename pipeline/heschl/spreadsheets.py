"""Read the rows of users' csv and parquet files as text, numbered as an editor numbers them.

The header is row 1. Blank rows are skipped but counted.
"""

import csv
import difflib
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Literal

import pandas as pd

Line = tuple[int, list[str]]  # row number, cells
Take = Callable[[int, Sequence[str], bytes], bool]
BLOCK = 2**20  # bytes


class SpreadsheetError(ValueError):
    """A file that cannot be read, or a header or row that does not fit; names file, row and remedy."""


def read_rows(
    path: Path,
    columns: Sequence[str],
    others: Literal["refuse", "ignore"] = "refuse",
    report: Callable[[int, str], None] | None = None,
    take: Take | None = None,
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (row number, {column: text}) for each row of a parquet or csv file, by its suffix.

    columns : the names that the header must hold, each once, in any order
    others  : whether further columns are an error or left out
    report  : called with the number of each row of the wrong length and what is wrong with it; such a row is
              then skipped instead of an error
    take    : for speed: called with the number of the first row, the header and the bytes of a block of lines
              of a csv file; if it returns True, the rows of the block are not yielded. Not called after a
              quotation mark, since a quoted value may contain line breaks
    yields  : the cells without surrounding spaces; an empty cell is ""
    raises  : SpreadsheetError where the file cannot be read, its header does not fit, or, without `report`,
              the length of a row does not
    """
    parquet = path.suffix.lower() == ".parquet"
    blocks = _Blocks(take)
    lines = iter(_parquet_lines(path, columns)) if parquet else _csv_lines(path, columns, blocks)
    _, header = next(lines)
    _check_header(path, header, columns, others)
    blocks.header = header
    places = [(name, header.index(name)) for name in columns]
    for number, cells in lines:
        if len(cells) == len(header):
            yield number, {name: cells[place] for name, place in places}
            continue
        problem = (
            f"{len(cells)} values for {len(header)} columns. Put quotation marks around a value that "
            f"contains a comma, or complete the row if the file was cut off."
        )
        if report is None:
            raise SpreadsheetError(f"{path}, row {number}: {problem}")
        report(number, problem)


def read_lines(path: Path, columns: Sequence[str]) -> list[Line]:
    """Return the rows of a csv file, the header among them, without blank ones.

    columns : for messages: the header that the file should have
    raises  : SpreadsheetError where the file is missing, empty, not UTF-8 or not csv
    """
    return list(_csv_lines(path, columns, _Blocks(None)))


class _Blocks:
    """The lines of a file, less those that `take` takes in blocks.

    header : of the file, once it is known; nothing is taken before
    passed : lines that were taken
    """

    def __init__(self, take: Take | None):
        self.header: Sequence[str] = ()
        self.passed = 0
        self._take = take

    def lines(self, file: BinaryIO) -> Iterator[str]:
        """Yield the other lines of a file, as an editor would count them, with their ends."""
        encoding, given, quoted = "utf-8-sig", 0, self._take is None  # spreadsheet programs begin with a mark
        while block := (file.read(BLOCK) if self.header else b"") + file.readline():
            quoted = quoted or b'"' in block
            first = given + self.passed + 1
            if self._take and self.header and not quoted and self._take(first, self.header, block):
                self.passed += block.count(b"\n") + (not block.endswith(b"\n"))
                continue
            for line in io.TextIOWrapper(io.BytesIO(block), encoding, newline=""):
                given += 1
                yield line
            encoding = "utf-8"


def _csv_lines(path: Path, columns: Sequence[str], blocks: _Blocks) -> Iterator[Line]:
    """Yield what `read_lines` returns, without holding the file in memory."""
    found = False
    try:
        if path.exists() and not path.is_file():
            raise OSError("Is a directory" if path.is_dir() else "not a regular file")
        with open(path, "rb") as file:
            reader = csv.reader(blocks.lines(file), skipinitialspace=True, strict=True)
            for cells in reader:
                line = [cell.strip() for cell in cells]
                if any(line):
                    found = True
                    yield reader.line_num + blocks.passed, line
    except UnicodeDecodeError:
        raise SpreadsheetError(f"{path} is not UTF-8 ({_undecodable(path)}). Save it as CSV UTF-8.") from None
    except csv.Error as error:
        raise SpreadsheetError(
            f"{path}, row {reader.line_num + blocks.passed}: {error}. Check the quotation marks there."
        ) from None
    except OSError as error:
        raise _unreadable(path, columns, error) from None
    if not found:
        raise SpreadsheetError(
            f"{path} is empty. Its first row must be {','.join(columns)}: remove the file or export it again."
        )


def _undecodable(path: Path) -> str:
    """Return where the first bytes are that are not UTF-8."""
    before = 0
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                return f"{error.reason} at byte {before + error.start}, row {number}"
            before += len(line)
    return "its last character is incomplete"


def _parquet_lines(path: Path, columns: Sequence[str]) -> list[Line]:
    """Return the rows as a csv file would hold them; labels must be text: 7 and 7.0 are one number."""
    try:
        table = pd.read_parquet(path)
    except (ValueError, OSError) as error:
        if isinstance(error, FileNotFoundError) or getattr(error, "errno", None):
            raise _unreadable(path, columns, error) from None
        raise SpreadsheetError(f"{path} cannot be read as parquet ({error}). Write it again.") from None
    table = table.astype(dict.fromkeys(table.select_dtypes("bool"), int)).astype(object)
    cells = table.where(table.notna(), "").to_numpy().tolist()
    rows = [[str(cell).strip() for cell in line] for line in cells]
    return [(1, [str(name) for name in table]), *((number + 2, row) for number, row in enumerate(rows))]


def _unreadable(path: Path, columns: Sequence[str], error: Exception) -> SpreadsheetError:
    if isinstance(error, FileNotFoundError):
        return SpreadsheetError(f"{path} is missing. Write one with the columns {','.join(columns)}.")
    return SpreadsheetError(f"{path} cannot be read ({error}). Check its permissions, or remove it.")


def _check_header(path: Path, header: Sequence[str], columns: Sequence[str], others: str) -> None:
    missing = [name for name in columns if name not in header]
    hints = {name: _near(name, missing) for name in header if name not in columns}
    wrong = [
        f"{name!r} is not one of the columns{hint}"
        for name, hint in hints.items()
        if hint or others == "refuse"
    ]
    wrong += [f"{name!r} appears {header.count(name)} times" for name in columns if header.count(name) > 1]
    wrong += [f"{name!r} is missing" for name in missing]
    if wrong:
        remedy = "rename or remove columns" if others == "refuse" else "rename or add columns"
        raise SpreadsheetError(
            f"{path}, row 1: {'; '.join(wrong)}. Expected {','.join(columns)}: {remedy}.{_separator(header)}"
        )


def _near(name: str, missing: Sequence[str]) -> str:
    near = difflib.get_close_matches(name.lower(), missing, 1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _separator(header: Sequence[str]) -> str:
    for mark, title in ((";", "semicolons"), ("\t", "tabs")):
        if mark in header[0]:
            return f" Its values are separated by {title}: save it with commas."
    return ""

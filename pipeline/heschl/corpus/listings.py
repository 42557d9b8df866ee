"""Read the csv files that list the recordings of a folder: words, music, scenes and talkers."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from heschl.corpus.rows import Rows
from heschl.corpus.tables import COLUMNS, CorpusError
from heschl.spreadsheets import read_rows

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
    return {name: read_listing(Path(folder) / f"{name}.csv", columns) for name, columns in COLUMNS.items()}


def read_listing(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Read one of the csv files; see `read_listings`.

    columns : file, labels and unit, start_s, end_s
    """
    rows = Rows(columns)
    problems: list[tuple[int, str]] = []

    def report(number: int, problem: object) -> None:
        problems.append((number, f"row {number}: {problem}"))

    for number, record in read_rows(path, columns, "ignore", report, rows.add_block):
        try:
            rows.add(number, record)
        except ValueError as error:
            report(number, error)
    read = len(rows.numbers) + len(problems)
    table = rows.table()
    for number, problem in rows.repeated(table):
        report(number, problem)
    if problems:
        head = f"{path}: {len(problems)} of {read} rows cannot be used:"
        texts = [text for _, text in sorted(problems)]
        raise CorpusError(problem_list(head, texts, "Correct or remove them."))
    if not read:
        raise CorpusError(f"{path} has no rows. List at least one recording.")
    return table


def problem_list(head: str, problems: Sequence[str], remedy: str, count: int | None = None) -> str:
    """Return an error message that lists the first of `problems`, one a line.

    count : of all problems, if `problems` holds only the first
    """
    more = (len(problems) if count is None else count) - SHOWN
    rest = [f"... and {more} more"] if more > 0 else []
    return "\n  ".join([head, *problems[:SHOWN], *rest]) + f"\n{remedy}"

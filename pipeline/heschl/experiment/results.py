"""The results of an experiment: one table per participant, and the trial list that is next."""

import csv
import json
import os
import re
import secrets
from collections import Counter
from pathlib import Path

from heschl.behavior.listeners import COLUMNS
from heschl.experiment.folder import RESULTS

# Beside what `behavior` reads: the number of the trial, checks included; seconds from the end of the sound
# to the response, empty after a reload; the trial list, from 1; when, in UTC; the browser as it names itself.
RECORDED = ("trial", "response_time_s", "session", "date", "browser")
TABLE = (*COLUMNS, *RECORDED)
CORRECT = TABLE.index("correct")
PARTICIPANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
MOST = 999  # tables of one participant


class TableError(ValueError):
    """A table that this experiment's page did not write; the message says what is wrong with it."""


def save(content: bytes, folder: Path) -> Path:
    """Save a table under its participant's name and return its path.

    A number is appended if another table has that name; the same table sent twice is saved once. A table is
    renamed into place when it is complete.

    raises : TableError if the table is not well-formed; OSError if it cannot be written, which leaves no file
    """
    name = participant_of(content)
    folder.mkdir(exist_ok=True)
    part = folder / f".{name}-{secrets.token_hex(8)}"
    try:
        with open(part, "xb") as file:
            file.write(content)
        for number in range(1, MOST + 1):
            path = folder / f"{name}.csv" if number == 1 else folder / f"{name}-{number}.csv"
            try:
                _rename(part, path)
                return path
            except FileExistsError:
                if path.read_bytes() == content:
                    return path
    finally:
        part.unlink(missing_ok=True)
    raise TableError(f"there are already {MOST} tables of {name!r}")


def participant_of(content: bytes) -> str:
    """Return the participant of a table; raises TableError if the table is not well-formed."""
    try:
        header, *rows = csv.reader(content.decode().splitlines(), strict=True)
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise TableError(f"not a csv table: {error}") from None
    if tuple(header) != TABLE:
        raise TableError(f"the columns are {','.join(header)!r}; expected {','.join(TABLE)}")
    wrong = [
        number
        for number, row in enumerate(rows, 2)
        if len(row) != len(TABLE) or row[CORRECT] not in ("0", "1") or not all(row[1:3])
    ]
    if wrong or not rows:
        raise TableError(
            f"row {wrong[0] if wrong else 2}: expected {len(TABLE)} values, the one of `correct` 0 or 1"
        )
    names = {row[0] for row in rows}
    if len(names) > 1 or not PARTICIPANT.fullmatch(rows[0][0]):
        raise TableError(f"participant {sorted(names)[0]!r}: expected one name of letters, digits, - and _")
    return rows[0][0]


def next_list(folder: Path) -> int:
    """Return the number, from 1, of the trial list that the fewest saved tables belong to.

    A table belongs to the list with which it shares the most clips.
    """
    content = (folder / "data.js").read_text(encoding="utf-8")
    sessions = json.loads(content[content.index("{") : content.rindex("}") + 1])["sessions"]
    lists = [{item for block in session["blocks"] for item in block["items"]} for session in sessions]
    tables: Counter[int] = Counter()
    for table in (folder / RESULTS).glob("*.csv"):
        lines = table.read_text(encoding="utf-8", errors="replace").splitlines()
        clips = {cell for line in lines for cell in line.split(",")[1:2]}
        most = max(range(len(lists)), key=lambda number: len(clips & lists[number]))
        tables[most] += bool(clips & lists[most])
    return min(range(len(lists)), key=tables.__getitem__) + 1


def _rename(part: Path, path: Path) -> None:
    """Rename a file; raises FileExistsError, and replaces nothing, if the name is taken."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        path.touch(exist_ok=False)
        part.replace(path)

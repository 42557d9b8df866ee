"""Responses of listeners to the clips: tables from a lab, checked row by row.

There is one file per participant, or one for all. Each row is a trial with the columns participant, clip,
background, snr_db (dB, empty when clean), task, response (labels joined by "|", at most as many as the task
allows; empty if no answer was given, which is wrong) and correct (1 or TRUE if the true label is among them,
else 0 or FALSE). Rows whose task is attention or headphones
are checks of the participant.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from heschl import spreadsheets
from heschl.behavior.trials import CHECKS, JOINED, Expected, trial
from heschl.tasks import named

COLUMNS = ("participant", "clip", "background", "snr_db", "task", "response", "correct")
SHOWN = 5  # bad rows that an error lists
ENOUGH = 100  # bad rows after which checking stops


class ListenersError(ValueError):
    """A listeners' table that cannot be used; names the file, its rows and the remedy."""


def files(path: str | Path) -> list[Path]:
    """Return the tables of trials directly in a folder, sorted by name, or the one file; may be empty.

    raises : ListenersError where the path does not exist
    """
    path = Path(path)
    if not path.exists():
        raise ListenersError(
            f"{path} is missing; expected a .csv or .parquet file of listeners' trials, or a folder of them."
        )
    found = sorted(path.iterdir()) if path.is_dir() else [path]
    return [
        file
        for file in found
        if file.suffix.lower() in (".csv", ".parquet") and not file.name.startswith(".") and file.is_file()
    ]


def read(
    path: str | Path, clips: pd.DataFrame, labels: Mapping[str, Sequence[str]], answers: Mapping[str, int]
) -> pd.DataFrame:
    """Read and check the trials in a .csv or .parquet file, or in all files of a folder.

    clips   : key, task, background, snr_db (nan when clean), truth, source, target, as `Answers.clips`
    labels  : by task; listeners cannot choose null classes
    answers : how many labels a response may hold, by task; 1 for a task that is not named
    returns : one row per trial, in the order of the files: COLUMNS, with snr_db nan when clean and correct 0
              or 1; truth, source and target of the clip; attention and headphones, the shares of these checks
              that the participant passed (nan without checks)
    raises  : ListenersError naming the file, the rows (the header is row 1), what was expected and the remedy
    """
    expected = Expected(
        clips.set_index("key")[["task", "background", "snr_db", *JOINED]].to_dict("index"),
        {task: named(names) for task, names in labels.items()},
        answers,
    )
    found = files(path)
    if not found:
        raise ListenersError(
            f"{path} is not, and does not contain, a .csv or .parquet file. Put the listeners' trials there: "
            f"{','.join(COLUMNS)}."
        )
    trials, problems, total = _checked(found, expected)
    if problems:
        raise ListenersError(_listed(path, problems, total))
    table = pd.DataFrame(trials)
    if not len(table) or table["task"].isin(CHECKS).all():
        raise ListenersError(f"{path} has no trials. Put the experiment's results there, or remove the file.")
    return _with_checks(table)


def attentive(table: pd.DataFrame, minimum: float) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return the trials of attentive participants, and by name the shares of checks that the others passed.

    table   : as `read` returns; participants without checks stay
    minimum : share of the attention checks that a participant must pass
    """
    shares = table.groupby("participant")["attention"].first()
    dropped = shares[shares < minimum]
    return table[~table["participant"].isin(dropped.index)].reset_index(drop=True), dropped.to_dict()


def _checked(found: Sequence[Path], expected: Expected) -> tuple[list[dict[str, Any]], list[str], int]:
    """Return the trials, the problems, more than ENOUGH at most, and the number of rows read."""
    trials: list[dict[str, Any]] = []
    problems: list[str] = []
    seen: dict[tuple[str, str], str] = {}
    total = 0
    for file, number, cells in _rows(found):
        total, place = total + 1, f"{file}, row {number}"
        try:
            trials.append(trial(cells, expected))
            _check_once(cells, seen, place)
        except ValueError as error:
            problems.append(f"{place}: {error}")
        if len(problems) > ENOUGH:
            break
    return trials, problems, total


def _rows(found: Sequence[Path]) -> Iterator[tuple[Path, int, dict[str, str]]]:
    """Yield file, row number and cells of every row of the files."""
    try:
        for file in found:
            rows = spreadsheets.read_rows(file, COLUMNS, others="ignore")
            yield from ((file, number, cells) for number, cells in rows)
    except spreadsheets.SpreadsheetError as error:
        raise ListenersError(str(error)) from None


def _check_once(cells: Mapping[str, str], seen: dict[tuple[str, str], str], place: str) -> None:
    first = seen.setdefault((cells["participant"], cells["clip"]), place)
    if first != place:
        raise ValueError(
            f"participant {cells['participant']!r} answers clip {cells['clip']!r} again, first in {first}; "
            f"expected one trial per clip. Was a file saved twice, or did two participants use one name?"
        )


def _listed(path: str | Path, problems: Sequence[str], total: int) -> str:
    cut = len(problems) > ENOUGH
    many, among = (f"{ENOUGH} and more", f"the first {total}") if cut else (len(problems), total)
    more = [f"... and {len(problems) - SHOWN}{' or' if cut else ''} more"] if len(problems) > SHOWN else []
    head = f"{path}: {many} of {among} rows cannot be used:"
    return "\n  ".join([head, *problems[:SHOWN], *more]) + "\nCorrect or remove them."


def _with_checks(table: pd.DataFrame) -> pd.DataFrame:
    """Return the trials without the checks, whose shares passed by the participant become columns."""
    trials = table[~table["task"].isin(CHECKS)].reset_index(drop=True)[[*COLUMNS, *JOINED]]
    for check in CHECKS:
        shares = table[table["task"] == check].groupby("participant")["correct"].mean()
        trials[check] = trials["participant"].map(shares).astype(float)
    return trials

"""What people answered to the clips: tables that a lab brings, one file a participant or one of all, checked row by row.

A trial is a row with the columns participant, clip, background, snr_db (dB, empty when clean), task, response (labels joined by "|",
as many as the task allows) and correct (1 if the clip's own label is among them, else 0). Rows whose task is attention or headphones
are checks that the experiment makes of the participant.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline import spreadsheets
from pipeline.behavior.trials import CHECKS, JOINED, Expected, trial
from pipeline.mixtures.backgrounds import BACKGROUNDS
from pipeline.mixtures.row import CLEAN
from pipeline.statistics.correlation import split_half
from pipeline.tasks import named

COLUMNS = ("participant", "clip", "background", "snr_db", "task", "response", "correct")
SUMMARY = ("background", "snr_db", "mean", "sd", "n", "reliability", "labels")
SHOWN = 5  # bad rows that an error lists
ENOUGH = 100  # bad rows after which no more are looked for


class ListenersError(ValueError):
    """A listeners' table that cannot be used as it is; names the file, its rows and the remedy."""


def files(path: str | Path) -> list[Path]:
    """Return the tables of trials that lie in a folder (not below it), or the one file; none, if there is none."""
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
    """Read and check the trials in a .csv or .parquet file, or in all those of a folder: `files`.

    clips   : the network's, with columns key, task, background, snr_db (nan when clean), truth, source, target
    labels  : of each task; null classes are none for people
    answers : how many labels a response may give, by task; 1 if not named
    returns : one row a trial, in the order of the files: the seven columns, snr_db nan when clean, correct 0 or 1; truth, source and
              target of the clip; attention and headphones, the shares of these checks that the participant got right (nan without)
    raises  : ListenersError naming the file, the rows (the header is row 1), what was expected and what to do
    """
    expected = Expected(
        clips.set_index("key")[["task", "background", "snr_db", *JOINED]].to_dict("index"),
        {task: named(names) for task, names in labels.items()},
        answers,
    )
    trials: list[dict[str, Any]] = []
    problems: list[str] = []
    seen: dict[tuple[str, str], str] = {}
    total, found = 0, files(path)
    if not found:
        raise ListenersError(
            f"{path} is or holds no .csv or .parquet file. Put the listeners' trials there: {','.join(COLUMNS)}."
        )
    for file, number, cells in _cells(found):
        total, place = total + 1, f"{file}, row {number}"
        try:
            trials.append(trial(cells, expected))
            _check_once(cells, seen, place)
        except ValueError as error:
            problems.append(f"{place}: {error}")
        if len(problems) > ENOUGH:
            break
    if problems:
        cut = len(problems) > ENOUGH
        many, among = (f"{ENOUGH} and more", f"the first {total}") if cut else (len(problems), total)
        more = (
            [f"... and {len(problems) - SHOWN}{' or' if cut else ''} more"] if len(problems) > SHOWN else []
        )
        head = f"{path}: {many} of {among} rows cannot be used:"
        raise ListenersError("\n  ".join([head, *problems[:SHOWN], *more]) + "\nCorrect or remove them.")
    table = pd.DataFrame(trials)
    if not len(table) or table["task"].isin(CHECKS).all():
        raise ListenersError(
            f"{path} has no trials. Put the experiment's results there, or take the file away."
        )
    return _told_apart(table)


def attentive(table: pd.DataFrame, minimum: float) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return the trials of participants whose share of right attention checks is `minimum` or more, and the others' shares by name.

    table : as `read` returns. Participants without checks stay.
    """
    shares = table.groupby("participant")["attention"].first()
    dropped = shares[shares < minimum]
    return table[~table["participant"].isin(dropped.index)].reset_index(drop=True), dropped.to_dict()


def _check_once(cells: Mapping[str, str], seen: dict[tuple[str, str], str], place: str) -> None:
    first = seen.setdefault((cells["participant"], cells["clip"]), place)
    if first != place:
        raise ValueError(
            f"participant {cells['participant']!r} answers clip {cells['clip']!r} again, first in {first}; expected one trial a clip. "
            f"Was a file saved twice, or a name used twice?"
        )


def _cells(found: Sequence[Path]) -> Iterator[tuple[Path, int, dict[str, str]]]:
    """Yield file, row and cells of every row of the files."""
    try:
        for file in found:
            yield from ((file, number, cells) for number, cells in spreadsheets.read(file, COLUMNS))
    except spreadsheets.RowsError as error:
        raise ListenersError(str(error)) from None


def _told_apart(table: pd.DataFrame) -> pd.DataFrame:
    """Return the trials alone, with the participants' shares of right checks as columns."""
    trials = table[~table["task"].isin(CHECKS)].reset_index(drop=True)[[*COLUMNS, *JOINED]]
    for check in CHECKS:
        shares = table[table["task"] == check].groupby("participant")["correct"].mean()
        trials[check] = trials["participant"].map(shares).astype(float)
    return trials


def summary(individuals: pd.DataFrame, labels: int, seed: int = 0) -> pd.DataFrame:
    """Return the summary of a published table that gives each listener's accuracy: the columns of `published`.

    individuals : participant, background, snr_db (text; "clean", which may be repeated under each background), accuracy (0..1)
    labels      : how many they chose from
    """
    clean = individuals["snr_db"].astype(str) == CLEAN
    table = individuals.assign(
        background=individuals["background"].mask(clean, CLEAN),
        snr_db=pd.to_numeric(individuals["snr_db"], errors="coerce"),
    ).drop_duplicates(["participant", "background", "snr_db"])
    groups = table.groupby(["background", "snr_db"], dropna=False, sort=True)
    out = groups["accuracy"].agg(mean="mean", sd="std", n="count").reset_index()
    _, people = np.unique(table["participant"], return_inverse=True)
    reliability = split_half(
        table["accuracy"].to_numpy(float), groups.ngroup().to_numpy(), people, len(out), seed
    )
    return out.assign(reliability=reliability, labels=labels)


def published(path: str | Path) -> pd.DataFrame:
    """Read a summary of published listeners, such as inputs/listeners/published/word.csv: the file has the name of its task.

    columns : background, snr_db (dB, nan when clean), mean and sd (over listeners, of the proportion correct), n (listeners),
              reliability (of the means over all conditions, by split halves of the listeners: one value), labels
              (that they chose from: one value)
    raises  : ListenersError naming the file, the row and what was expected
    """
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise ListenersError(
            f"{path} cannot be read ({error}). Restore it from the repository: git checkout -- {path}"
        ) from None
    if list(table) != list(SUMMARY):
        raise ListenersError(
            f"{path}, row 1: the columns are {','.join(table)}; expected {','.join(SUMMARY)}."
        )
    clean = table["background"] == CLEAN
    checks = {
        f"background is none of {', '.join((CLEAN, *BACKGROUNDS))}": ~table["background"].isin(
            [CLEAN, *BACKGROUNDS]
        ),
        "snr_db must be a number, and empty when clean": ~np.isfinite(
            pd.to_numeric(table["snr_db"], errors="coerce")
        )
        != clean,
        "mean, sd and reliability must lie from 0 to 1": ~table[["mean", "sd", "reliability"]]
        .apply(_shares)
        .all(axis=1),
        "n and labels must be whole numbers, 1 or more": ~table[["n", "labels"]].apply(_whole).all(axis=1),
        "labels must be the same in every row": table["labels"] != table["labels"].iloc[:1].squeeze(),
        "the condition is there twice": table.duplicated(["background", "snr_db"]),
    }
    for text, wrong in checks.items():
        if wrong.any():
            raise ListenersError(
                f"{path}, row {int(np.flatnonzero(wrong)[0]) + 2}: {text}. Restore it from the repository."
            )
    return table.astype({"snr_db": float, "mean": float, "sd": float})


def _whole(values: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(values, errors="coerce")
    return (numbers >= 1) & (numbers % 1 == 0) & np.isfinite(numbers)


def _shares(values: pd.Series) -> pd.Series:
    return pd.to_numeric(values, errors="coerce").between(0, 1)

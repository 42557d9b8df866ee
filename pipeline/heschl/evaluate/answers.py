"""A network's answers to clips as tables, one row per clip: written by `evaluate`, read by others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pyarrow import parquet

from heschl.tables import read_csv, write_csv

CLIPS, SILENCED, PROBABILITIES = "clips.csv", "silenced.csv", "probabilities"
KEY = "__key__"  # column of the probabilities that names the clip
COLUMNS: dict[str, type] = {
    "key": str, "task": str, "background": str, "snr_db": float, "source": str, "target": str,
    "truth": str, "answer": str,
    "correct": int, "rank": int, "probability": float, "truth_probability": float, "top5": str,
}  # fmt: skip


class AnswersError(ValueError):
    """A table of answers that cannot be read; names the file and the remedy."""


@dataclass(frozen=True, eq=False)
class Answers:
    """A network's answers to clips.

    clips         : one row per clip, with the columns COLUMNS
                    key, task, background, snr_db (nan when clean), source : of the clip
                    target                         : recording and second that the clip was cut from
                    truth, answer                  : labels
                    correct                        : 0 or 1
                    rank                           : of the true label, 1 is most probable
                    probability, truth_probability : of the answer and of the true label
                    top5                           : the five most probable labels, joined by "|"
    probabilities : by task, one row per clip: __key__, and the probability of each label
    """

    clips: pd.DataFrame
    probabilities: Mapping[str, pd.DataFrame]


def write(folder: Path, answers: Answers, control: Answers) -> None:
    """Write clips.csv and probabilities/<task>.parquet, and the clips of the control to silenced.csv."""
    (folder / PROBABILITIES).mkdir(parents=True, exist_ok=True)
    write_csv(folder / CLIPS, answers.clips)
    write_csv(folder / SILENCED, control.clips)
    for task, table in answers.probabilities.items():
        table.to_parquet(folder / PROBABILITIES / f"{task}.parquet", index=False)


def read(path: Path) -> pd.DataFrame:
    """Read clips.csv or silenced.csv as `Answers.clips`; labels stay text, even "7" and "null".

    raises : AnswersError where the file is missing, unreadable or lacks a column
    """
    if not path.is_file():
        raise AnswersError(f"{path} is missing. Let the network answer the test clips: dvc repro evaluate.")
    try:
        return read_csv(path, COLUMNS)
    except ValueError as error:
        raise AnswersError(str(error)) from None


def labels_of(folder: Path) -> dict[str, list[str]]:
    """Return the possible answers by task, in the order of the probabilities' columns."""
    found = sorted((folder / PROBABILITIES).glob("*.parquet"))
    return {path.stem: [name for name in parquet.read_schema(path).names if name != KEY] for path in found}


def summary_line(answers: Answers) -> str:
    """Return the number of clips and the share correct of each task as a line of text."""
    shares = answers.clips.groupby("task")["correct"].mean()
    correct = ", ".join(f"{task} {share:.1%}" for task, share in shares.items())
    return f"{len(answers.clips)} test clips; correct over all backgrounds and SNRs: {correct}"

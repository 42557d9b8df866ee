"""What a network answered to clips: tables, one row a clip, written and read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pyarrow import parquet

CLIPS, SILENCED, PROBABILITIES = "clips.csv", "silenced.csv", "probabilities"
COLUMNS: dict[str, type] = {
    "key": str, "task": str, "background": str, "snr_db": float, "source": str, "target": str, "truth": str, "answer": str,
    "correct": int, "rank": int, "probability": float, "truth_probability": float, "top5": str,
}  # fmt: skip


class AnswersError(ValueError):
    """A table of answers that cannot be read; names the file and the remedy."""


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network answers to clips.

    clips         : one row a clip, with its key, task, background, snr_db (nan when clean), source, target (the recording that it
                    was cut from and the second), truth, answer, correct (0 or 1), rank (of the truth, 1 is first), probability
                    (of the answer), truth_probability, top5 (joined by "|", likeliest first)
    probabilities : of each task, one row a clip: its __key__, and the probability of each label
    """

    clips: pd.DataFrame
    probabilities: Mapping[str, pd.DataFrame]


def write(folder: Path, answers: Answers, control: Answers | None = None) -> None:
    """Write clips.csv and probabilities/<task>.parquet, and silenced.csv of a control (without rows, if there is none)."""
    (folder / PROBABILITIES).mkdir(parents=True, exist_ok=True)
    answers.clips.to_csv(folder / CLIPS, index=False)
    (control.clips if control else answers.clips.head(0)).to_csv(folder / SILENCED, index=False)
    for task, table in answers.probabilities.items():
        table.to_parquet(folder / PROBABILITIES / f"{task}.parquet", index=False)


def read(path: Path) -> pd.DataFrame:
    """Read clips.csv or silenced.csv as `Answers.clips`; labels stay text, also "7" and "null".

    raises : AnswersError where the file is missing or lacks a column
    """
    if not path.is_file():
        raise AnswersError(f"{path} is missing. Have the network answer the test clips: dvc repro evaluate.")
    try:
        clips = pd.read_csv(path, dtype=COLUMNS, keep_default_na=False, na_values={"snr_db": [""]})
    except ValueError as error:
        raise AnswersError(f"{path} cannot be read: {error}. Make it anew: dvc repro -f evaluate.") from None
    missing = [name for name in COLUMNS if name not in clips]
    if missing:
        raise AnswersError(
            f"{path} lacks the columns {', '.join(missing)} (it has {', '.join(clips)}). Make it anew: dvc repro evaluate."
        )
    return clips


def labels_of(folder: Path) -> dict[str, list[str]]:
    """Return the labels that were to be had as answers, by task, in the order of the probabilities' columns."""
    found = sorted((folder / PROBABILITIES).glob("*.parquet"))
    return {
        path.stem: [name for name in parquet.read_schema(path).names if name != "__key__"] for path in found
    }

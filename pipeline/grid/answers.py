"""The answers of trained networks to the same test clips, small enough for git.

KEPT/clips.parquet             the clips: key, task, background, snr_db, source; ordered by task and key
     <network>-<seed>.parquet  correct: whether the network named each correctly, in the same order
"""

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import work
from pipeline.grid.trainings import Entry, Grid, Training

FOLDER, CLIPS, CORRECT = "answers", "clips.parquet", "correct"
ABOUT = ["key", "task", "background", "snr_db", "source"]  # columns of the clips


class KeptAnswersError(ValueError):
    """Answers that cannot be read; names the file and the remedy."""


def write(training: Training[Entry], found: pd.DataFrame) -> None:
    """Write the answers of a training, and the clips if it is the first.

    found  : a row for each clip and task, with at least the columns `ABOUT` and correct (0 or 1)
    raises : KeptAnswersError if other clips are there
    """
    found = found.sort_values(["task", "key"], ignore_index=True)
    clips, path = found[ABOUT], training.kept / CLIPS
    training.kept.mkdir(parents=True, exist_ok=True)
    if not path.is_file():
        _write(path, clips)
    elif not _read(path, ABOUT).equals(clips):
        raise KeptAnswersError(
            f"{path} has other clips than {training.name} was asked: remove {path.parent}."
        )
    _write(training.answers, found[[CORRECT]].astype(bool))


def answers(grid: Grid[Entry], entry: Entry) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the test clips, and whether a network named each correctly, (seeds, clips).

    raises : KeptAnswersError naming a file that is damaged, or is not of these clips
    """
    clips = _read(grid.kept / CLIPS, ABOUT)
    found = []
    for training in grid.of(entry):
        table = _read(training.answers, [CORRECT])
        if len(table) != len(clips):
            raise KeptAnswersError(
                f"{training.answers} has {len(table)} answers, and there are {len(clips)} clips in {CLIPS}: "
                "remove it, and its network is trained again."
            )
        found.append(table[CORRECT].to_numpy(float))
    return clips, np.stack(found)


def _write(path: Path, table: pd.DataFrame) -> None:
    with work.replacing(path) as file:
        table.to_parquet(file, index=False, compression="zstd")


def _read(path: Path, columns: list[str]) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)[columns]
    except (OSError, ValueError, KeyError) as error:
        remedy = (
            f"Remove {path.parent}, and all networks are"
            if path.name == CLIPS
            else "Remove it, and its network is"
        )
        raise KeptAnswersError(
            f"{path} cannot be read as a table with {', '.join(columns)} ({error}). {remedy} trained again, "
            "or restore it, for instance with git."
        ) from error

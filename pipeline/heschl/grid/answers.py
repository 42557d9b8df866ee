"""The answers of trained networks to the same test clips, small enough for git.

KEPT/clips.parquet             the clips: key, task, background, snr_db, source; ordered by task and key
     <network>-<seed>.parquet  correct: whether the network named each correctly, in the same order; missing
                               for clips of tasks that it has not learned
"""

from pathlib import Path

import numpy as np
import pandas as pd

from heschl import work
from heschl.evaluate.answers import COLUMNS
from heschl.grid.trainings import Entry, Grid, Training
from heschl.shards.read import Shards

FOLDER, CLIPS, CORRECT = "answers", "clips.parquet", "correct"
ABOUT = ["key", "task", "background", "snr_db", "source"]  # columns of the clips


class KeptAnswersError(ValueError):
    """Answers that cannot be read; names the file and the remedy."""


def of_all(found: pd.DataFrame, shards: Shards) -> pd.DataFrame:
    """Return answers to all clips of the shards: missing for tasks that the network has not learned.

    found : answers to the others, as `write` takes them
    """
    known = set(found.key)
    records = (shards.record(number) for number in range(len(shards)))
    rest = [{name: record[name] for name in ABOUT} for record in records if record["key"] not in known]
    return pd.concat([found, pd.DataFrame(rest, columns=[*ABOUT, CORRECT])]) if rest else found


def write(training: Training[Entry], found: pd.DataFrame) -> None:
    """Write the answers of a training, and the clips if it is the first.

    found  : a row for each clip, with at least the columns `ABOUT` and correct (0, 1 or missing)
    raises : KeptAnswersError if other clips are there
    """
    found = found.sort_values(["task", "key"], ignore_index=True)
    clips, path = found[ABOUT].astype({name: COLUMNS[name] for name in ABOUT}), training.kept / CLIPS
    training.kept.mkdir(parents=True, exist_ok=True)
    if not path.is_file():
        _write(path, clips)
    elif not _read(path, ABOUT).equals(clips):
        raise KeptAnswersError(
            f"{path} has other clips than {training.name} was asked: remove {path.parent}."
        )
    _write(training.answers, found[[CORRECT]].astype("boolean"))


def answers(grid: Grid[Entry], entry: Entry) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the test clips, and whether a network named each correctly, (seeds, clips): 0, 1 or nan.

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
        found.append(table[CORRECT].to_numpy(float, na_value=np.nan))
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

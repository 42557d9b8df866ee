"""Which test clips the page plays: varied ones of each task, and the recordings most often wrong."""

import math
from collections import Counter

import numpy as np
import pandas as pd

from heschl.mixtures.row import CLEAN

FEATURES = ("background", "correct", "snr_db", "truth")


def choose(clips: pd.DataFrame, per_task: int, seed: int) -> pd.DataFrame:
    """Choose test clips of each task: a clean one, then all backgrounds, right and wrong answers, all SNRs.

    clips   : key, task, background, snr_db, truth, correct, ...; the order of the rows does not matter
    returns : the rows chosen, at most `per_task` of each task; the clean ones first, then by falling SNR
    """
    chosen = []
    for place, task in enumerate(sorted(set(clips.task))):
        rows = clips[clips.task == task].sort_values("key", ignore_index=True)
        order = np.random.default_rng(np.random.SeedSequence([seed, place])).permutation(len(rows))
        rows = _varied(rows.iloc[order].reset_index(drop=True), per_task)
        chosen.append(rows.sort_values(["snr_db", "key"], ascending=[False, True], na_position="first"))
    return pd.concat(chosen, ignore_index=True) if chosen else clips.copy()


def choose_hardest(hardest: pd.DataFrame, per_task: int) -> pd.DataFrame:
    """Choose the recordings most often wrong, at most `per_task` of each task.

    hardest : the table of `behavior`, the hardest first in each task
    """
    return hardest.groupby("task", sort=True).head(per_task).reset_index(drop=True)


def _varied(rows: pd.DataFrame, number: int) -> pd.DataFrame:
    """Take rows one by one, each time the one whose features were taken least often before."""
    values = list(rows[list(FEATURES)].fillna({"snr_db": math.inf}).itertuples(index=False, name=None))
    taken: list[int] = []
    seen: list[Counter] = [Counter() for _ in FEATURES]
    left = sorted(range(len(values)), key=lambda place: (values[place][0] != CLEAN, not values[place][1]))
    while left and len(taken) < number:  # the first is clean and right, if there is such a clip
        taken.append(left.pop(0))
        for counter, value in zip(seen, values[taken[-1]], strict=True):
            counter[value] += 1
        left.sort(
            key=lambda place: [*(use[value] for use, value in zip(seen, values[place], strict=True)), place]
        )
    return rows.iloc[taken]

"""Accuracy in each background at each SNR, with intervals over sources."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from heschl.behavior.columns import PSYCHOMETRIC
from heschl.behavior.params import BehaviorParams
from heschl.mixtures.row import CLEAN
from heschl.statistics import intervals, resampling


class Design(NamedTuple):
    """The conditions of one task's trials, and the resamples of their sources."""

    conditions: pd.DataFrame  # task, background, snr_db (dB, nan when clean)
    cells: np.ndarray  # (trials,) int, row of `conditions`
    units: np.ndarray  # (trials,) int, what is resampled with the trial: its source
    drawn: np.ndarray  # (resamples, units), how often each unit is drawn


def design(trials: pd.DataFrame, params: BehaviorParams) -> Design:
    """Return the design of trials with the columns task, background, snr_db and source.

    If all trials have one source, the trials themselves are resampled: intervals then hold for it alone.
    """
    groups = trials.groupby(["task", "background", "snr_db"], dropna=False, sort=True)
    conditions = groups.size().reset_index()[["task", "background", "snr_db"]]
    _, units = np.unique(trials["source"], return_inverse=True)
    units = units if units.max() else np.arange(len(trials))
    drawn = resampling.counts(units.max() + 1, params.resamples, params.seed)
    return Design(conditions, groups.ngroup().to_numpy(), units, drawn)


def scores(clips: pd.DataFrame, answers: Mapping[str, int]) -> np.ndarray:
    """Return whether the true label of each clip is among its first answers, (clips,) bool.

    clips   : task, rank (of the true label, 1 is first)
    answers : how many answers count, by task; 1 for a task that is not named
    """
    return (clips["rank"] <= clips["task"].map(lambda task: answers.get(task, 1))).to_numpy()


def accuracy(clips: pd.DataFrame, params: BehaviorParams) -> pd.DataFrame:
    """Return accuracy per task, background and SNR.

    clips   : as `Answers.clips`
    columns : PSYCHOMETRIC: top1 (first answer correct), top5 (among the first five), score (among the first
              params.answers), each with its interval by `intervals.proportions` over sources; n (clips)
    """
    tables = []
    for _, rows in clips.groupby("task", sort=True):
        conditions, *trials = design(rows, params)
        correct = {
            "top1": rows["rank"] <= 1,
            "top5": rows["rank"] <= 5,
            "score": scores(rows, params.answers),
        }
        for name, hits in correct.items():
            found = intervals.proportions(
                np.asarray(hits, float), *trials, len(conditions), params.confidence
            )
            conditions[name], conditions[f"{name}_low"], conditions[f"{name}_high"] = found
        tables.append(conditions.assign(n=np.bincount(trials[0]))[list(PSYCHOMETRIC)])
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(PSYCHOMETRIC))


def curves(table: pd.DataFrame, chance: Mapping[str, float]) -> dict[str, pd.DataFrame]:
    """Return, for plots, the score of each task in noise: index snr_db (dB), a column for each background.

    table  : as `accuracy` returns
    chance : score by guessing, by task: the last column
    """
    noisy = table[table["background"] != CLEAN]
    return {
        task: rows.pivot(index="snr_db", columns="background", values="score").assign(chance=chance[task])
        for task, rows in noisy.groupby("task")
    }

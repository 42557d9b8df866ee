"""Difficulty of single items: recordings that the network misses most, and whether listeners do as well."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from heschl.behavior.accuracy import scores
from heschl.behavior.columns import HARDEST, ITEMS
from heschl.behavior.pairs import draws, pairs
from heschl.behavior.params import BehaviorParams
from heschl.statistics import intervals
from heschl.statistics.correlation import corrected, pearson, split_half

HEARD = 2  # listeners that an item needs
MEASURES = {"correct": "hit", "rank": "rank"}  # of the network -> its column


def hardest(clips: pd.DataFrame, answers: Mapping[str, int]) -> pd.DataFrame:
    """Return the recordings that the network misses in at least one condition, those missed most often first.

    clips   : as `Answers.clips`
    answers : how many answers count, by task
    columns : HARDEST: task, target, truth, source; conditions (how many); wrong (share of them); said (the
              most frequent wrong answer); key (of the easiest clip that was missed: clean, or at the highest
              SNR)
    """
    rows = []
    missed = clips[~scores(clips, answers)]
    heard = clips.groupby(["task", "target"])["key"].count()
    for (task, target), wrong in missed.groupby(["task", "target"], sort=True):
        easiest = wrong.sort_values(["snr_db", "key"], ascending=[False, True], na_position="first").iloc[0]
        said = wrong.loc[wrong["answer"] != wrong["truth"], "answer"].mode()
        rows.append(
            {
                "task": task, "target": target, "truth": easiest["truth"], "source": easiest["source"],
                "conditions": int(heard[task, target]), "wrong": len(wrong) / heard[task, target],
                "said": said.iloc[0] if len(said) else "", "key": easiest["key"],
            }
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(HARDEST))
    return table.sort_values(["task", "wrong", "key"], ascending=[True, False, True], ignore_index=True)


def difficulty(table: pd.DataFrame, clips: pd.DataFrame, params: BehaviorParams) -> pd.DataFrame:
    """Return the correlation, over items, between the listeners' share correct and the network's answers.

    table, clips : as in `pairs`
    columns      : ITEMS: task, items, measure, r with its interval, reliability (of the listeners, by split
                   halves), r_corrected (r / sqrt(reliability)), n (items)
    items        : clip
                   clip within conditions: both minus their means in the condition, because pooling easy and
                   hard conditions raises r by itself
                   target: the recording, over the conditions it was heard in, minus the same means; for few
                   listeners per clip
    measure      : correct (0 or 1), or rank (-log2 of the true label's)
    Items with fewer than two listeners are left out. Intervals are normal on Fisher's z, over resampled
    listeners and sources.
    """
    rows = []
    for task, both in pairs(table, clips, params):
        both = both.assign(rank=-np.log2(both["rank"]))
        names = ["correct", "hit", "rank"]
        within = both[names] - both.groupby("cell")[names].transform("mean")
        drawn = draws(both, params)
        for items, values, column in (
            ("clip", both, "clip"),
            ("clip within conditions", within, "clip"),
            ("target", within, "target"),
        ):
            kept = (both.groupby(column)["person"].transform("nunique") >= HEARD).to_numpy()
            found = _over_items(both.assign(**values[names])[kept], column, params, drawn)
            rows += [{"task": task, "items": items} | row for row in found]
    return pd.DataFrame(rows, columns=list(ITEMS))


def _over_items(
    trials: pd.DataFrame, column: str, params: BehaviorParams, drawn: tuple[np.ndarray, np.ndarray]
) -> list[dict[str, str | float]]:
    """Return a row for each of MEASURES; trials : as `pairs` yields; column : names the item."""
    _, item = np.unique(trials[column], return_inverse=True)
    person, unit, correct = (trials[name].to_numpy() for name in ("person", "unit", "correct"))
    number = int(item.max()) + 1 if len(item) else 0
    _, compact = np.unique(person, return_inverse=True)
    reliability = split_half(correct, item, compact, number, params.seed)
    network, ones = [trials[name].to_numpy() for name in MEASURES.values()], np.ones(len(trials))
    r = _r(correct, network, item, ones, ones, number)
    persons, units = drawn
    by_listener = np.array([_r(correct, network, item, each[person], ones, number) for each in persons])
    by_source = np.array([_r(correct, network, item, each[unit], each[unit], number) for each in units])
    rows = []
    for measure, value, *resampled in zip(MEASURES, r, by_listener.T, by_source.T, strict=True):
        low, high = intervals.of_variances(value, resampled, params.confidence, np.arctanh, np.tanh)
        row = {"measure": measure, "r": value, "r_low": low, "r_high": high, "reliability": reliability}
        rows.append(row | {"r_corrected": corrected(value, reliability), "n": number})
    return rows


def _r(
    correct: np.ndarray,
    network: Sequence[np.ndarray],
    item: np.ndarray,
    weights: np.ndarray,
    sources: np.ndarray,
    number: int,
) -> np.ndarray:
    """Return r over items with each measure of the network, (measures,).

    correct, weights, sources : (trials,); weights is how often a trial counts, sources its item
    """
    total, trials = np.bincount(item, weights, number), np.bincount(item, minlength=number)
    sums = np.array([np.bincount(item, weights * each, number) for each in (correct, *network)])
    a, *others = np.divide(sums, total, out=np.full(sums.shape, np.nan), where=total > 0)
    return pearson(a, np.array(others), np.bincount(item, sources, number) / trials)

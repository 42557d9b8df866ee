"""Item by item: are the clips that listeners find hard, hard for the network?"""

import numpy as np
import pandas as pd

from pipeline.behavior.accuracy import BehaviorParams
from pipeline.behavior.pairs import draws, interval, paired
from pipeline.statistics.correlation import corrected, pearson, split_half

HEARD = 2  # listeners that an item needs
COLUMNS = ["task", "items", "measure", "r", "r_low", "r_high", "reliability", "r_corrected", "n"]
MEASURES = {"correct": "hit", "rank": "rank"}  # of the network -> its column


def items(table: pd.DataFrame, clips: pd.DataFrame, params: BehaviorParams) -> pd.DataFrame:
    """Return the correlation, over items, of the listeners' share correct with the network's answers.

    table, clips : as `pairing.paired`
    columns : task, items, measure, r, r_low, r_high, reliability (of the listeners, by split halves of them), r_corrected
              (r / sqrt(reliability)), n (items)
    items   : clip; clip within conditions (both less their means in the condition, since pooling easy and hard conditions raises r by
              itself); target (the recording, over the conditions in which it was heard, likewise): for few listeners a clip
    measure : correct (0 or 1), or rank (-log2 of the true label's)
    Items of fewer than 2 listeners are left out. Intervals are normal on Fisher's z, by a bootstrap of listeners and of sources: `pairing`.
    """
    rows = []
    for task, both in paired(table, clips, params):
        both = both.assign(rank=-np.log2(both["rank"]))
        names = ["correct", "hit", "rank"]
        within = both[names] - both.groupby("cell")[names].transform("mean")
        for kind, values, column in (
            ("clip", both, "clip"),
            ("clip within conditions", within, "clip"),
            ("target", within, "target"),
        ):
            kept = (both.groupby(column)["person"].transform("nunique") >= HEARD).to_numpy()
            found = _over_items(both.assign(**values[names])[kept], column, params, draws(both, params))
            rows += [
                {"task": task, "items": kind, "measure": measure} | row for measure, row in found.items()
            ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _over_items(
    trials: pd.DataFrame, column: str, params: BehaviorParams, drawn: tuple[np.ndarray, np.ndarray]
) -> dict[str, dict]:
    """Return a row for each measure; trials : listeners' `correct`, the network's `hit` and `rank`, person and unit."""
    _, item = np.unique(trials[column], return_inverse=True)
    person, unit, correct = (trials[name].to_numpy() for name in ("person", "unit", "correct"))
    number = int(item.max()) + 1 if len(item) else 0
    _, compact = np.unique(person, return_inverse=True)
    reliable = split_half(correct, item, compact, number, params.seed)
    network, ones = [trials[name].to_numpy() for name in MEASURES.values()], np.ones(len(trials))
    r = _r(correct, network, item, ones, ones, number)
    persons = np.array([_r(correct, network, item, each[person], ones, number) for each in drawn[0]])
    sources = np.array([_r(correct, network, item, each[unit], each[unit], number) for each in drawn[1]])
    rows = {}
    for place, measure in enumerate(MEASURES):
        low, high = interval(
            r[place], (persons[:, place], sources[:, place]), params.confidence, np.arctanh, np.tanh
        )
        ends = {
            "r": r[place],
            "r_low": low,
            "r_high": high,
            "reliability": reliable,
            "r_corrected": corrected(r[place], reliable),
        }
        rows[measure] = ends | {"n": number}
    return rows


def _r(
    correct: np.ndarray,
    network: list[np.ndarray],
    item: np.ndarray,
    weights: np.ndarray,
    sources: np.ndarray,
    number: int,
) -> np.ndarray:
    """Return r over items with each measure of the network.

    correct, weights, sources : (trials,); weights is how often a trial counts, sources how often its item does
    """
    total, trials = np.bincount(item, weights, number), np.bincount(item, minlength=number)
    sums = np.array([np.bincount(item, weights * each, number) for each in (correct, *network)])
    a, *others = np.divide(sums, total, out=np.full(sums.shape, np.nan), where=total > 0)
    return pearson(a, np.array(others), np.bincount(item, sources, number) / trials)

"""Is the network above chance on clean clips? One decision per task, for every sentence that depends on it.

Without knowledge of the label, answers would be right as often if the labels of a speaker's clips were
exchanged. A network that always answers the same, or that names the speaker's favorite label, is at chance
however often that is right: the share of clips with the most frequent label does not count as knowledge.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from heschl.behavior.columns import ends
from heschl.mixtures.row import CLEAN

DRAWS = 4999  # permutations of the labels


def chances(
    clips: pd.DataFrame,
    table: pd.DataFrame,
    labels: Mapping[str, Sequence[str]],
    confidence: float,
    seed: int,
) -> dict[str, dict[str, Any]]:
    """Return for each task whether the first answers to its clean clips are at chance.

    clips   : as `Answers.clips`
    table   : as `accuracy` returns
    labels  : possible answers, by task
    returns : at_chance (p is above 1 - confidence), p (of `permutation_p`), top1 with its interval, n (clean
              clips), sources (speakers or artists of all test clips), chance (1 / labels)
    Tasks without clean clips are judged by all of their clips, without top1.
    """
    found = {}
    for task, rows in clips.groupby("task"):
        clean = rows[rows["background"] == CLEAN]
        p = permutation_p(clean if len(clean) else rows, labels[task], seed)
        known = table[(table["task"] == task) & (table["background"] == CLEAN)]
        values = {name: float(known[name].iloc[0]) if len(known) else np.nan for name in ends("top1")}
        found[str(task)] = {"at_chance": bool(p > 1 - confidence), "p": p} | values
        found[str(task)] |= {"n": len(clean), "sources": int(rows["source"].nunique())}
        found[str(task)]["chance"] = 1 / len(labels[task])
    return found


def permutation_p(clips: pd.DataFrame, labels: Sequence[str], seed: int, draws: int = DRAWS) -> float:
    """Return the share of permutations with at least as many correct answers; 1 where nothing can permute.

    Recordings exchange their labels within a source. Sources with one label, such as artists with one genre,
    exchange it with each other, whole. Clips of a recording keep the same label (exact test of Fisher 1935,
    restricted to exchangeable units).
    clips : source, target (the recording), truth, answer
    """
    index = pd.Index(list(labels))
    item, unit, truth = _items(clips, index)
    answer = index.get_indexer(pd.Index(clips["answer"]))
    known = answer >= 0  # an answer may be a null class
    counts = np.zeros((len(truth), len(index)), int)  # clips of each recording with each answer
    np.add.at(counts, (item[known], answer[known]), 1)
    places, rng = np.arange(len(truth)), np.random.default_rng([seed, 5])
    drawn = [counts[places, _permuted(truth, unit, rng)].sum() for _ in range(draws)]
    return float((1 + np.sum(drawn >= counts[places, truth].sum())) / (1 + draws))


def _items(clips: pd.DataFrame, index: pd.Index) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the recording of each clip, and the source and the label of each recording, all int."""
    names = clips["source"].astype(str) + "\n" + clips["target"].astype(str)
    _, first, item = np.unique(names.to_numpy(str), return_index=True, return_inverse=True)
    _, unit = np.unique(clips["source"].to_numpy(str)[first], return_inverse=True)
    return item, unit, index.get_indexer(pd.Index(clips["truth"].to_numpy()[first]))


def _permuted(truth: np.ndarray, unit: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return labels exchanged within sources of several labels and between sources of one; (items,) int."""
    number = unit.max() + 1
    lowest, highest = np.full(number, truth.max()), np.zeros(number, int)
    np.minimum.at(lowest, unit, truth)
    np.maximum.at(highest, unit, truth)
    single = lowest == highest
    out, order = np.empty_like(truth), np.argsort(unit, kind="stable")
    out[order] = truth[np.lexsort((rng.random(len(truth)), unit))]
    lowest[single] = rng.permutation(lowest[single])
    return np.where(single[unit], lowest[unit], out)

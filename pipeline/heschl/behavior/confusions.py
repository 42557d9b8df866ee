"""Confusions: which labels are given for which, and how similar listeners and network are in this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from heschl.behavior.columns import CONFUSED
from heschl.behavior.pairs import draws, pairs
from heschl.behavior.params import BehaviorParams
from heschl.statistics import intervals
from heschl.statistics.correlation import corrected, pearson, split_half

LABELS = 100  # of tasks with more, nearly all confusions are 0, and not correlated


@dataclass(frozen=True, eq=False)
class Choices:
    """Responses of one or several labels, each an equal share of the trial: 1/5 if there are five.

    truth               : (trials,) int, index of the true label
    trial, label, share : (choices,), index of the trial and of the label, and its share
    number              : of labels
    """

    truth: np.ndarray
    trial: np.ndarray
    label: np.ndarray
    share: np.ndarray
    number: int

    def matrix(self, weights: np.ndarray) -> np.ndarray:
        """Return the share of each label (column) in responses to each label (row), (number, number).

        weights : (trials,), how often a trial counts
        returns : rows are nan where a label has no trials
        """
        entry = self.truth[self.trial] * self.number + self.label
        sums = np.bincount(entry, weights[self.trial] * self.share, self.number**2)
        trials = np.bincount(self.truth, weights, self.number)[:, None]
        out = np.full((self.number, self.number), np.nan)
        return np.divide(sums.reshape(self.number, -1), trials, out=out, where=trials > 0)

    def reliability(self, units: np.ndarray, seed: int) -> float:
        """Return the split-half reliability off the diagonal; units : (trials,) int, what is halved."""
        shares = np.zeros((len(self.truth), self.number))
        shares[self.trial, self.label] = self.share
        cells = self.truth[:, None] * self.number + np.arange(self.number)
        off = self.truth[:, None] != np.arange(self.number)
        return split_half(shares[off], cells[off], np.repeat(units, self.number - 1), self.number**2, seed)


def choices(truth: Sequence[str], responses: Sequence[str], labels: Sequence[str]) -> Choices:
    """Return responses as indices into `labels`; others are left out.

    truth     : (trials,) text
    responses : (trials,) text, labels joined by "|"
    raises    : ValueError where a true label is not one of `labels`
    """
    index = pd.Index(list(labels))
    place = index.get_indexer(pd.Index(list(truth)))
    if len(place) and place.min() < 0:
        unknown = list(truth)[int(np.argmin(place))]
        raise ValueError(f"{unknown!r} is not one of the labels {', '.join(map(str, labels))}.")
    chosen = [response.split("|") for response in responses]
    counts = np.array([len(each) for each in chosen], int)
    label = index.get_indexer(pd.Index([name for each in chosen for name in each], dtype=object))
    known = label >= 0
    trial = np.repeat(np.arange(len(counts)), counts)
    share = np.repeat(1 / np.maximum(counts, 1), counts)
    return Choices(place, trial[known], label[known], share[known], len(index))


def confusions(truth: Sequence[str], responses: Sequence[str], labels: Sequence[str]) -> pd.DataFrame:
    """Return the share of each label (column) in responses to clips of each label (row): a confusion matrix.

    truth, responses : as in `choices`
    returns          : rows sum to 1, or less where a response is none of `labels`; nan for labels without
                       trials
    """
    matrix = choices(truth, responses, labels).matrix(np.ones(len(truth)))
    rows, columns = pd.Index(labels, name="truth"), pd.Index(labels, name="response")
    return pd.DataFrame(matrix, index=rows, columns=columns)


def confusion_correlation(
    table: pd.DataFrame, clips: pd.DataFrame, labels: Mapping[str, Sequence[str]], params: BehaviorParams
) -> pd.DataFrame:
    """Return, by task, the correlation of the off-diagonal `confusions` of listeners and network.

    table, clips : as in `pairs`
    labels       : possible answers, by task; tasks with more than 100 are left out
    columns      : CONFUSED: task, r with its interval, reliability (of the listeners, by split halves),
                   r_corrected (r / sqrt(reliability)), n (entries)
    Both matrices come from the trials that listeners heard, with params.answers answers (five at most for the
    network). Intervals are normal on Fisher's z, over resampled listeners and sources.
    """
    rows = []
    for task, both in pairs(table, clips, params):
        if len(labels[task]) > LABELS:
            continue
        sides = [choices(both["truth"], both[column], labels[task]) for column in ("response", "given")]
        person, unit = both["person"].to_numpy(), both["unit"].to_numpy()
        drawn = zip(draws(both, params), (person, unit), strict=True)
        resampled = [np.array([_r(sides, each[number]) for each in times]) for times, number in drawn]
        r = _r(sides, np.ones(len(both)))
        low, high = intervals.of_variances(r, resampled, params.confidence, np.arctanh, np.tanh)
        reliability = sides[0].reliability(person, params.seed)
        entries = int(both["truth"].nunique()) * (sides[0].number - 1)
        row = {"task": task, "r": r, "r_low": low, "r_high": high, "reliability": reliability}
        rows.append(row | {"r_corrected": corrected(r, reliability), "n": entries})
    return pd.DataFrame(rows, columns=list(CONFUSED))


def _r(sides: Sequence[Choices], weights: np.ndarray) -> float:
    off = ~np.eye(sides[0].number, dtype=bool)
    return float(pearson(*(side.matrix(weights)[off] for side in sides)))

"""What is taken for what: matrices of true labels and responses, and how alike those of listeners and network are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.behavior.accuracy import BehaviorParams
from pipeline.behavior.pairs import draws, interval, paired
from pipeline.statistics.correlation import corrected, pearson, split_half

COLUMNS = ["task", "r", "r_low", "r_high", "reliability", "r_corrected", "n"]
LABELS = 100  # a task of more has no confusions worth a correlation: nearly all are 0


@dataclass(frozen=True, eq=False)
class Choices:
    """Responses of one or several labels, each of which counts for a trial by `share`: 1/5 for one of five.

    truth               : (trials,) int, place of the true label among `number` labels
    trial, label, share : (choices,), whose trial, which label
    """

    truth: np.ndarray
    trial: np.ndarray
    label: np.ndarray
    share: np.ndarray
    number: int

    def matrix(self, weights: np.ndarray) -> np.ndarray:
        """Return the share of each label (column) where each label is true (row), each trial counted by its weight; nan without trials."""
        size = self.number**2
        sums = np.bincount(
            self.truth[self.trial] * self.number + self.label, weights[self.trial] * self.share, size
        )
        trials = np.bincount(self.truth, weights, self.number)[:, None]
        return np.divide(
            sums.reshape(self.number, -1),
            trials,
            out=np.full((self.number, self.number), np.nan),
            where=trials > 0,
        )

    def reliability(self, units: np.ndarray, seed: int) -> float:
        """Return the split-half reliability of the entries off the diagonal, over halves of the units; units : (trials,) int."""
        shares = np.zeros((len(self.truth), self.number))
        shares[self.trial, self.label] = self.share
        cells = self.truth[:, None] * self.number + np.arange(self.number)
        off = self.truth[:, None] != np.arange(self.number)
        return split_half(shares[off], cells[off], np.repeat(units, self.number - 1), self.number**2, seed)


def choices(truth: Sequence[str], responses: Sequence[str], labels: Sequence[str]) -> Choices:
    """Return responses as numbers; truth, responses : (trials,) text, the labels of a response joined by "|"."""
    index = pd.Index(list(labels))
    place = index.get_indexer(pd.Index(list(truth)))
    if len(place) and place.min() < 0:
        raise ValueError(
            f"{list(truth)[int(np.argmin(place))]!r} is none of the labels {', '.join(map(str, labels))}."
        )
    chosen = [response.split("|") for response in responses]
    counts = np.array([len(each) for each in chosen], int)
    label = index.get_indexer(pd.Index([name for each in chosen for name in each], dtype=object))
    trial, share, known = (
        np.repeat(np.arange(len(counts)), counts),
        np.repeat(1 / np.maximum(counts, 1), counts),
        label >= 0,
    )
    return Choices(place, trial[known], label[known], share[known], len(index))


def confusions(truth: Sequence[str], responses: Sequence[str], labels: Sequence[str]) -> pd.DataFrame:
    """Return the share of responses of each label (column) to clips of each label (row).

    truth, responses : (trials,) text; a response of several labels, joined by "|", counts for each alike: 1/5 for one of five
    returns          : rows sum to 1, or less where a response is none of `labels`; a row without trials is nan
    """
    matrix = choices(truth, responses, labels).matrix(np.ones(len(truth)))
    return pd.DataFrame(
        matrix, index=pd.Index(labels, name="truth"), columns=pd.Index(labels, name="response")
    )


def confused(
    table: pd.DataFrame, clips: pd.DataFrame, labels: Mapping[str, Sequence[str]], params: BehaviorParams
) -> pd.DataFrame:
    """Return the correlation of the wrong entries - off the diagonal - of the listeners' and the network's `confusions`, by task.

    table, clips : as `pairing.paired`; labels : those that may be answered, by task; tasks of more than 100 are left out
    columns      : task, r, r_low, r_high, reliability (of the listeners, by split halves of them), r_corrected, n (entries)
    Both are of the trials that were heard, and of as many answers as params.answers says (of the network five at most). Intervals are
    normal on Fisher's z, by a bootstrap of listeners and of sources: `pairing`.
    """
    rows = []
    for task, both in paired(table, clips, params):
        if len(labels[task]) > LABELS:
            continue
        sides = [choices(both["truth"], both[column], labels[task]) for column in ("response", "given")]
        person, unit = both["person"].to_numpy(), both["unit"].to_numpy()
        r = _r(sides, np.ones(len(both)))
        drawn = zip(draws(both, params), (person, unit), strict=True)
        resampled = [np.array([_r(sides, each[number]) for each in times]) for times, number in drawn]
        low, high = interval(r, resampled, params.confidence, np.arctanh, np.tanh)
        reliable = sides[0].reliability(person, params.seed)
        entries = int(both["truth"].nunique()) * (sides[0].number - 1)
        ends = {
            "r": r,
            "r_low": low,
            "r_high": high,
            "reliability": reliable,
            "r_corrected": corrected(r, reliable),
            "n": entries,
        }
        rows.append({"task": task} | ends)
    return pd.DataFrame(rows, columns=COLUMNS)


def _r(sides: Sequence[Choices], weights: np.ndarray) -> float:
    off = ~np.eye(sides[0].number, dtype=bool)
    return float(pearson(*(side.matrix(weights)[off] for side in sides)))

"""Accuracy of listeners and network in each condition: a background at an SNR."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from heschl.behavior.columns import CONDITIONS
from heschl.behavior.pairs import cells, draws, pairs
from heschl.behavior.params import BehaviorParams
from heschl.statistics import intervals, resampling
from heschl.statistics.correlation import split_half

CONDITION = ["background", "snr_db"]
COLUMNS = [*(name for name in CONDITIONS if name != "group"), "trials"]


class Choice(NamedTuple):
    """What was chosen from: the number of labels, and of answers, correct if one is the true label."""

    labels: int
    answers: int = 1

    @property
    def guess(self) -> float:
        """Return the share correct by chance."""
        return min(self.answers / self.labels, 1.0)


@dataclass(frozen=True, eq=False)
class Accuracies:
    """Accuracy in each condition, and its noise.

    values      : (conditions,) share correct
    by_listener : (resamples, conditions), over resampled listeners; nan where a resample has no trial
    by_source   : the same over resampled sources; either is the one row `values` where nothing is resampled
    reliability : of the values over conditions, by split halves of the units; nan where it is not defined
    trials      : (conditions,) trials of each value, or as many as would give it its standard error
    choice      : what was chosen from
    """

    values: np.ndarray
    by_listener: np.ndarray
    by_source: np.ndarray
    reliability: float
    trials: np.ndarray
    choice: Choice

    def map(self, function: Callable[..., np.ndarray], *others: "Accuracies") -> "Accuracies":
        """Return the accuracies with a function of (..., conditions) applied to values and resamples.

        others : further arguments of the function, in the same conditions
        """
        sides, parts = (self, *others), ("values", "by_listener", "by_source")
        return replace(self, **{part: function(*(getattr(side, part) for side in sides)) for part in parts})

    def joint(self) -> np.ndarray:
        """Return accuracies in which listeners and sources both vary, (resamples, conditions)."""
        return self.by_listener + self.by_source - self.values

    @property
    def resampled(self) -> bool:
        """Return whether listeners or sources were resampled."""
        return max(len(self.by_listener), len(self.by_source)) > 1


def conditions(table: pd.DataFrame, clips: pd.DataFrame, params: BehaviorParams) -> pd.DataFrame:
    """Return the accuracies of listeners and network in each condition, on the clips that listeners heard.

    table, clips : as in `pairs`
    columns      : COLUMNS: task, background, snr_db; listeners and network (shares correct), each with its
                   interval; participants, trials, n (clips)
    All trials weigh the same. Intervals are by `intervals.proportions`, over listeners and over sources.
    """
    tables = []
    for task, both in pairs(table, clips, params):
        out = cells(both).assign(task=task)
        persons, units = draws(both, params)
        heard = both.drop_duplicates("clip")
        for name, trials, value, unit, drawn in (
            ("listeners", both, "correct", "person", persons),
            ("network", heard, "hit", "unit", units),
        ):
            arrays = trials[value].to_numpy(float), trials["cell"].to_numpy(), trials[unit].to_numpy()
            found = intervals.proportions(*arrays, drawn, len(out), params.confidence)
            out[name], out[f"{name}_low"], out[f"{name}_high"] = found
        counted = both.groupby("cell").agg(
            participants=("person", "nunique"), n=("clip", "nunique"), trials=("clip", "size")
        )
        tables.append(pd.concat([out, counted.reset_index(drop=True)], axis=1)[COLUMNS])
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)


def of_listeners(
    both: pd.DataFrame, persons: np.ndarray, units: np.ndarray, seed: int, choice: Choice
) -> Accuracies:
    """Return the accuracies of listeners; both : as `pairs` yields; persons, units : as `draws` returns."""
    names = ("correct", "cell", "person", "unit")
    correct, cell, person, unit = (both[name].to_numpy() for name in names)
    number = int(cell.max()) + 1
    return Accuracies(
        means(correct, cell, np.ones(len(cell)), number),
        resampling.means(correct, cell, person, persons, number),
        resampling.means(correct, cell, unit, units, number),
        split_half(correct, cell, person, number, seed),
        np.bincount(cell, minlength=number),
        choice,
    )


def of_network(heard: pd.DataFrame, units: np.ndarray, number: int, seed: int, choice: Choice) -> Accuracies:
    """Return the accuracies of a network in `number` conditions.

    heard : hit (0 or 1), cell, unit of each clip
    units : (resamples, units), how often each unit is drawn
    """
    arrays = heard["hit"].to_numpy(float), heard["cell"].to_numpy(int), heard["unit"].to_numpy(int)
    values = means(*arrays[:2], np.ones(len(heard)), number)
    return Accuracies(
        values,
        values[None],
        resampling.means(*arrays, units, number),
        split_half(*arrays, number, seed),
        np.bincount(arrays[1], minlength=number),
        choice,
    )


def means(values: np.ndarray, cell: np.ndarray, weights: np.ndarray, number: int) -> np.ndarray:
    """Return the weighted mean in each cell, (number,), nan where it has no trial.

    values, cell, weights : (trials,), cell int below `number`
    """
    sums, trials = np.bincount(cell, weights * values, number), np.bincount(cell, weights, number)
    return np.divide(sums, trials, out=np.full(number, np.nan), where=trials > 0)

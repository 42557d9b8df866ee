"""Accuracies of networks over seeds and sources, and their differences, from answers to the same clips."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from heschl.grid.columns import ACCURACIES, ALL, DIFFERENCES, QUIET
from heschl.mixtures.row import CLEAN
from heschl.statistics import crossed
from heschl.statistics.paired import holm


class Intervals(Protocol):
    """How intervals are found: a section of params.

    seed       : of the resamples
    resamples  : number of bootstrap samples of the sources
    confidence : 0 to 1
    """

    seed: int
    resamples: int
    confidence: float


def rows(
    clips: pd.DataFrame, correct: np.ndarray, base: np.ndarray | None, params: Intervals
) -> Iterator[dict[str, object]]:
    """Yield a row for each task that the network has learned, and set of clips.

    clips   : the test clips
    correct : whether a network named each, (seeds, clips), nan where it was not asked
    base    : whether another did, or None
    columns : those of ACCURACIES; with `base` also those of DIFFERENCES, paired by seed number and clip
    """
    for task in sorted(set(clips.task)):
        for kind in (ALL, QUIET):
            chosen = ((clips.task == task) & ((clips.background == CLEAN) | (kind == ALL))).to_numpy()
            if np.isnan(correct[:, chosen]).any():
                continue
            units = np.unique(clips.source[chosen], return_inverse=True)[1]
            row: dict[str, object] = {"task": task, "clips": kind}
            row |= _values("accuracy", correct[:, chosen], units, params, ACCURACIES)
            if base is not None:
                row |= _values("difference", (correct - base)[:, chosen], units, params, DIFFERENCES)
            yield row


def corrected(table: pd.DataFrame, compared: pd.Series, by: Sequence[str]) -> pd.DataFrame:
    """Correct the p values of differences for the number of comparisons (Holm).

    compared : which rows are compared with another network;  by : columns within which they are counted
    """
    for labels in table[compared].groupby(list(by)).groups.values():
        table.loc[labels, "difference_p"] = holm(table.loc[labels, "difference_p"].to_numpy())
    return table


def _values(
    name: str, values: np.ndarray, units: np.ndarray, params: Intervals, columns: dict[str, type]
) -> dict[str, float]:
    found = crossed.mean(values, units, params.resamples, params.confidence, params.seed)
    every = {"": found.mean, "_low": found.low, "_high": found.high, "_spread": found.spread, "_p": found.p}
    return {f"{name}{end}": value for end, value in every.items() if f"{name}{end}" in columns}

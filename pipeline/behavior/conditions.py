"""Accuracies in conditions, and how well two sets of them agree."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.behavior.accuracy import BehaviorParams
from pipeline.behavior.pairs import interval
from pipeline.mixtures.row import CLEAN
from pipeline.statistics.correlation import corrected, pearson


@dataclass(frozen=True, eq=False)
class Accuracies:
    """Accuracy in each condition, and its noise.

    values      : (conditions,) share correct
    persons     : (resamples, conditions), persons drawn anew; sources : likewise, sources drawn anew. nan where a resample has no trial;
                  one row, the values, where there is nothing to draw
    reliability : of the values over conditions, of units drawn anew; nan where it is not defined
    """

    values: np.ndarray
    persons: np.ndarray
    sources: np.ndarray
    reliability: float


def agree(
    listeners: Accuracies,
    network: Accuracies,
    conditions: pd.DataFrame,
    params: BehaviorParams,
    same_clips: bool,
) -> dict[str, float]:
    """Return how well two agree over conditions; nan is what is not defined: of fewer than three conditions, say, or one listener.

    conditions : background and snr_db of each; same_clips : whether both heard the very same clips
    keys : r, r_low, r_high (Pearson's; normal interval on Fisher's z); rmse, ... (normal interval of its logarithm);
           listeners_reliability, network_reliability (split halves of listeners, and of sources); r_corrected, r without noise: on the same
           clips r / sqrt(listeners' reliability), for what clips have of their own is no noise where both heard them, else
           r / sqrt(product of both); backgrounds_rho (Spearman's, of the mean accuracies in the backgrounds, at the SNRs that all have)
    """
    r, distance = (
        float(pearson(listeners.values, network.values)),
        float(rmse(listeners.values, network.values)),
    )
    drawn = (listeners.persons, network.persons), (listeners.sources, network.sources)
    r_low, r_high = interval(r, [pearson(*each) for each in drawn], params.confidence, np.arctanh, np.tanh)
    low, high = interval(distance, [rmse(*each) for each in drawn], params.confidence, np.log, np.exp)
    return {
        "r": r, "r_low": r_low, "r_high": r_high, "rmse": distance, "rmse_low": low, "rmse_high": high,
        "listeners_reliability": listeners.reliability, "network_reliability": network.reliability,
        "r_corrected": corrected(r, listeners.reliability, *([] if same_clips else [network.reliability])),
        "backgrounds_rho": _order(listeners.values, network.values, conditions),
    }  # fmt: skip


def means(values: np.ndarray, cell: np.ndarray, weights: np.ndarray, number: int) -> np.ndarray:
    """Return the mean in each cell, (number,), nan where it has no trial; values, cell, weights : (trials,), how often each counts."""
    sums, trials = np.bincount(cell, weights * values, number), np.bincount(cell, weights, number)
    return np.divide(sums, trials, out=np.full(number, np.nan), where=trials > 0)


def rmse(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the rms difference over the last axis, without what is nan; nan where nothing is left."""
    squares = (a - b) ** 2
    kept = np.isfinite(squares)
    total = kept.sum(-1)
    sums = np.where(kept, squares, 0).sum(-1)
    return np.sqrt(np.divide(sums, total, out=np.full(np.shape(sums), np.nan), where=total > 0))


def _order(a: np.ndarray, b: np.ndarray, conditions: pd.DataFrame) -> float:
    """Return Spearman's rho over backgrounds; nan for fewer than three, or where one side does not vary."""
    table = conditions[["background", "snr_db"]].reset_index(drop=True).assign(a=a, b=b)
    grid = (
        table[table["background"] != CLEAN]
        .pivot(index="snr_db", columns="background", values=["a", "b"])
        .dropna()
        .mean()
    )
    if not len(grid) or len(grid["a"]) < 3 or grid.isna().any():
        return np.nan
    return float(pearson(grid["a"].rank().to_numpy(), grid["b"].rank().to_numpy()))

"""Agreement of listeners and network over conditions: correlation and rms difference of their accuracies.

Within conditions, see `consistency` (clip by clip), `difficulty` (item by item) and `confusions`.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.behavior.conditions import Accuracies, of_listeners, of_network
from pipeline.behavior.pairs import cells, draws, pairs
from pipeline.behavior.params import BehaviorParams
from pipeline.mixtures.row import CLEAN
from pipeline.statistics import intervals
from pipeline.statistics.correlation import corrected, pearson

AGREEMENT = (
    "r", "r_low", "r_high", "rmse", "rmse_low", "rmse_high", "listeners_reliability", "network_reliability",
    "r_corrected", "backgrounds_rho", "backgrounds_rho_low", "backgrounds_rho_high",
)  # fmt: skip


def agreement(
    table: pd.DataFrame, clips: pd.DataFrame, params: BehaviorParams
) -> dict[str, Mapping[str, float]]:
    """Return the agreement of listeners and network by task, on the clips that listeners heard.

    table, clips : as in `pairs`
    returns      : {task: as `agree`, and conditions and participants, their numbers}
    """
    out = {}
    for task, both in pairs(table, clips, params):
        conditions, (persons, units) = cells(both), draws(both, params)
        listeners = of_listeners(both, persons, units, params.seed)
        network = of_network(both.drop_duplicates("clip"), units, len(conditions), params.seed)
        found = agree(listeners, network, conditions, params, same_clips=True)
        out[task] = found | {"conditions": len(conditions), "participants": persons.shape[1]}
    return out


def agree(
    listeners: Accuracies,
    network: Accuracies,
    conditions: pd.DataFrame,
    params: BehaviorParams,
    same_clips: bool,
) -> dict[str, float]:
    """Return how well two sets of accuracies agree over conditions; nan where a value is not defined.

    conditions : background and snr_db (nan when clean) of each
    same_clips : whether both heard the very same clips
    keys       : r, rmse : Pearson's r, and rms difference; intervals are normal on Fisher's z and on the log
                 listeners_reliability, network_reliability : by split halves of the listeners, of the sources
                 r_corrected     : r / sqrt(product of both reliabilities); for the same clips, whose
                                   peculiarities are no noise, r / sqrt(reliability of the listeners)
                 backgrounds_rho : Spearman's rho of the backgrounds' mean accuracies, at the SNRs all have;
                                   percentiles over listeners and sources that are resampled together
    """
    r = float(pearson(listeners.values, network.values))
    distance = float(rmse(listeners.values, network.values))
    drawn = (listeners.by_listener, network.by_listener), (listeners.by_source, network.by_source)
    r_low, r_high = intervals.of_variances(
        r, [pearson(*each) for each in drawn], params.confidence, np.arctanh, np.tanh
    )
    low, high = intervals.of_variances(
        distance, [rmse(*each) for each in drawn], params.confidence, np.log, np.exp
    )
    reliabilities = [listeners.reliability] if same_clips else [listeners.reliability, network.reliability]
    return {
        "r": r, "r_low": r_low, "r_high": r_high, "rmse": distance, "rmse_low": low, "rmse_high": high,
        "listeners_reliability": listeners.reliability, "network_reliability": network.reliability,
        "r_corrected": corrected(r, *reliabilities),
        **_backgrounds_rho(listeners, network, conditions, params.confidence),
    }  # fmt: skip


def rmse(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the rms difference over the last axis, ignoring nan; nan where nothing is left."""
    squares = (a - b) ** 2
    kept = np.isfinite(squares)
    total = kept.sum(-1)
    sums = np.where(kept, squares, 0).sum(-1)
    return np.sqrt(np.divide(sums, total, out=np.full(np.shape(sums), np.nan), where=total > 0))


def _backgrounds_rho(
    listeners: Accuracies, network: Accuracies, conditions: pd.DataFrame, confidence: float
) -> dict[str, float]:
    """Return Spearman's rho over backgrounds and its interval; nan for fewer than three.

    Each resample of listeners is paired with one of sources. Fisher's z has no place for the 1 and -1 of a
    few backgrounds, so the interval has percentiles, extended to the value itself where they miss it. It is
    nan where neither side was resampled.
    """
    value = float(_rho(listeners.values, network.values, conditions))
    sides = [each for side in (listeners, network) for each in (side.by_listener, side.by_source)]
    if not np.isfinite(value) or max(map(len, sides)) < 2:
        return {"backgrounds_rho": value, "backgrounds_rho_low": np.nan, "backgrounds_rho_high": np.nan}
    resampled = _rho(_joint(listeners), _joint(network), conditions)
    low, high = intervals.percentiles(resampled[:, None], confidence)
    return {
        "backgrounds_rho": value,
        "backgrounds_rho_low": float(np.fmin(low[0], value)),
        "backgrounds_rho_high": float(np.fmax(high[0], value)),
    }


def _joint(side: Accuracies) -> np.ndarray:
    """Return accuracies in which listeners and sources both vary, (resamples, conditions)."""
    return side.by_listener + side.by_source - side.values


def _rho(a: np.ndarray, b: np.ndarray, conditions: pd.DataFrame) -> np.ndarray:
    """Return Spearman's rho of the backgrounds' means; a, b : (..., conditions), broadcast.

    returns : (...); nan for fewer than three backgrounds, or where one side does not vary
    """
    shape = np.broadcast_shapes(a.shape, b.shape)[:-1]
    backgrounds = sorted(set(conditions["background"]) - {CLEAN})
    levels = [set(conditions.loc[conditions["background"] == name, "snr_db"]) for name in backgrounds]
    shared = set.intersection(*levels) if levels else set()
    if len(backgrounds) < 3 or not shared:
        return np.full(shape, np.nan)
    kept = conditions["snr_db"].isin(shared).to_numpy()
    cells = [kept & (conditions["background"] == name).to_numpy() for name in backgrounds]
    means = [np.stack([each[..., cell].mean(-1) for cell in cells], -1) for each in (a, b)]
    r = pearson(*map(_ranks, means))
    return np.where(np.isfinite(means[0] + means[1]).all(-1), r, np.nan)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Return ranks along the last axis, from 0.5; ties have their mean."""
    one, other = values[..., None], values[..., None, :]
    return (one > other).sum(-1) + (one == other).sum(-1) / 2

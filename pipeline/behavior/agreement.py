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
                 backgrounds_rho : Spearman's rho of the backgrounds' mean accuracies, at the SNRs all have
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
        "backgrounds_rho": _backgrounds_rho(listeners.values, network.values, conditions),
    }  # fmt: skip


def rmse(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the rms difference over the last axis, ignoring nan; nan where nothing is left."""
    squares = (a - b) ** 2
    kept = np.isfinite(squares)
    total = kept.sum(-1)
    sums = np.where(kept, squares, 0).sum(-1)
    return np.sqrt(np.divide(sums, total, out=np.full(np.shape(sums), np.nan), where=total > 0))


def _backgrounds_rho(a: np.ndarray, b: np.ndarray, conditions: pd.DataFrame) -> float:
    """Return Spearman's rho over backgrounds; nan for fewer than three, or where one side does not vary."""
    table = conditions[["background", "snr_db"]].reset_index(drop=True).assign(a=a, b=b)
    noisy = table[table["background"] != CLEAN]
    grid = noisy.pivot(index="snr_db", columns="background", values=["a", "b"]).dropna().mean()
    if not len(grid) or len(grid["a"]) < 3 or grid.isna().any():
        return np.nan
    return float(pearson(grid["a"].rank().to_numpy(), grid["b"].rank().to_numpy()))

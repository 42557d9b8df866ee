"""Agreement of listeners and network over conditions: correlation, rms difference, order of backgrounds.

r and rmse are of accuracies and, to allow for different vocabularies, of relative accuracies, of d' and of
matched accuracies (`normalized`). Within conditions, see `consistency` (clip by clip), `difficulty` (item by
item) and `confusions`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from heschl.behavior import orders
from heschl.behavior.conditions import Accuracies, Choice, of_listeners, of_network
from heschl.behavior.normalized import matched, relative, sensitivity
from heschl.behavior.pairs import cells, draws, pairs
from heschl.behavior.params import BehaviorParams
from heschl.statistics import intervals
from heschl.statistics.correlation import corrected, pearson

MEASURES = ("r", "rmse", "r_relative", "rmse_relative", "r_dprime", "rmse_dprime", "r_matched",
            "rmse_matched", "backgrounds_rho", "thresholds_rho")  # fmt: skip
AGREEMENT = (
    *(f"{measure}{end}" for measure in MEASURES for end in ("", "_low", "_high")),
    *("listeners_reliability", "network_reliability", "r_corrected", *orders.OUTSIDE),
)


class Sides(NamedTuple):
    """Listeners and network in the same conditions, of one task."""

    task: str
    listeners: Accuracies
    network: Accuracies
    conditions: pd.DataFrame  # background and snr_db (nan when clean) of each
    participants: int


def sides(
    table: pd.DataFrame, clips: pd.DataFrame, labels: Mapping[str, Sequence[str]], params: BehaviorParams
) -> Iterator[Sides]:
    """Yield listeners and network by task, on the clips that listeners heard.

    table, clips : as in `pairs`; labels : possible answers, by task
    """
    for task, both in pairs(table, clips, params):
        conditions, (persons, units) = cells(both), draws(both, params)
        choice = Choice(len(labels[task]), params.answers.get(task, 1))
        listeners = of_listeners(both, persons, units, params.seed, choice)
        heard = both.drop_duplicates("clip")
        network = of_network(heard, units, len(conditions), params.seed, choice)
        yield Sides(task, listeners, network, conditions, persons.shape[1])


def agree(compared: Sides, params: BehaviorParams, same_clips: bool) -> dict[str, float]:
    """Return how well two sets of accuracies agree over conditions; nan where a value is not defined.

    same_clips : whether both heard the very same clips
    keys       : r, rmse : Pearson's r, and rms difference; intervals are normal on Fisher's z and on the log
                 r_relative, rmse_relative : the same of `normalized.relative` accuracies, in noise
                 r_dprime, rmse_dprime     : the same of d', `normalized.sensitivity`
                 r_matched, rmse_matched   : of accuracies in noise, the network's as `normalized.matched`
                 listeners_reliability, network_reliability : by split halves of the listeners, of the sources
                 r_corrected     : r / sqrt(product of both reliabilities); for the same clips, whose
                                   peculiarities are no noise, r / sqrt(reliability of the listeners)
                 backgrounds_rho, thresholds_rho, thresholds_outside_... : as in `orders`
                 conditions, participants : their numbers
    """
    _, listeners, network, conditions, participants = compared
    found = distance(listeners, network, params.confidence)
    scaled = {
        "_relative": [relative(side, conditions) for side in (listeners, network)],
        "_dprime": [sensitivity(side) for side in (listeners, network)],
        "_matched": [listeners, matched(network, listeners, conditions)],
    }
    for name, both in scaled.items():
        found |= distance(*both, params.confidence, name)
    reliabilities = [listeners.reliability] if same_clips else [listeners.reliability, network.reliability]
    order = listeners, network, conditions, params.confidence
    return found | {
        "listeners_reliability": listeners.reliability, "network_reliability": network.reliability,
        "r_corrected": corrected(found["r"], *reliabilities),
        **orders.by_accuracy(*order), **orders.by_threshold(*order),
        "conditions": len(conditions), "participants": participants,
    }  # fmt: skip


def distance(
    listeners: Accuracies, network: Accuracies, confidence: float, name: str = ""
) -> dict[str, float]:
    """Return r<name> and rmse<name>, with the ends of their intervals in _low and _high."""
    drawn = (listeners.by_listener, network.by_listener), (listeners.by_source, network.by_source)
    out = {}
    for measure, function, scale in (
        ("r", pearson, (np.arctanh, np.tanh)),
        ("rmse", rmse, (np.log, np.exp)),
    ):
        value = float(function(listeners.values, network.values))
        resampled = [function(*each) for each in drawn]
        low, high = intervals.of_variances(value, resampled, confidence, *scale)
        key = f"{measure}{name}"
        out |= {key: value, f"{key}_low": low, f"{key}_high": high}
    return out


def rmse(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the rms difference over the last axis, ignoring nan; nan where nothing is left."""
    squares = (a - b) ** 2
    kept = np.isfinite(squares)
    total = kept.sum(-1)
    sums = np.where(kept, squares, 0).sum(-1)
    return np.sqrt(np.divide(sums, total, out=np.full(np.shape(sums), np.nan), where=total > 0))

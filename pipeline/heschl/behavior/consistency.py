"""Error consistency: do two listeners, or a listener and a network, err on the same clips?

It is Cohen's kappa of right and wrong (Geirhos, Meding & Wichmann 2020), in two scopes. Pooled over easy and
hard conditions, kappa is high for any two who find the same conditions hard; within conditions, it compares
errors clip by clip. See `heschl.statistics.kappa` for the equations.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from heschl.behavior.columns import CONSISTENCY
from heschl.behavior.pairs import draws, pairs
from heschl.behavior.params import BehaviorParams
from heschl.statistics import intervals
from heschl.statistics.kappa import SCOPES, kappas

SHARED = 20  # clips that two must have in common
PAIRS = 500  # pairs of listeners that are compared at most


def consistency(table: pd.DataFrame, clips: pd.DataFrame, params: BehaviorParams) -> pd.DataFrame:
    """Return how consistent the errors of network and listeners are, and those of listeners among themselves.

    table, clips : as in `pairs`
    columns      : CONSISTENCY: task; between (network-person, person-person); conditions (pooled, within);
                   kappa with its interval; n (listeners, or pairs of listeners)
    kappa is averaged over listeners, or pairs of them, each on the clips that both heard, at least 20.
    Intervals are normal, over resampled listeners and sources. person-person is nan without two such
    listeners.
    """
    rows = []
    for task, both in pairs(table, clips, params):
        persons, units = draws(both, params)
        both = both[both.groupby("person")["clip"].transform("size") >= SHARED]
        names = ("hit", "correct", "person", "cell", "unit")
        hit, correct, person, cell, unit = (both[name].to_numpy() for name in names)
        present, group = np.unique(person, return_inverse=True)
        drawn = persons[:, present].astype(float)
        network = _rows((hit, correct, group, cell, unit), drawn, units, params)
        among = _rows(*_listener_pairs(both, persons, params), units, params)
        rows += [{"task": task, "between": "network-person"} | row for row in network]
        rows += [{"task": task, "between": "person-person"} | row for row in among]
    return pd.DataFrame(rows, columns=list(CONSISTENCY))


def _listener_pairs(
    both: pd.DataFrame, persons: np.ndarray, params: BehaviorParams
) -> tuple[np.ndarray, np.ndarray]:
    """Return the clips that two listeners share, and how often each pair of listeners is drawn.

    returns : a, b, pair, cell, unit, (5, trials) int; (resamples, pairs)
    """
    columns = ["correct", "cell", "unit"]
    heard = {
        person: (rows["item"].to_numpy(), rows[columns].to_numpy(int))
        for person, rows in both.groupby("person")
    }
    parts, drawn = [np.zeros((5, 0), int)], []
    for one, other in _sharing(both, params):
        _, here, there = np.intersect1d(
            heard[one][0], heard[other][0], assume_unique=True, return_indices=True
        )
        first, cell, unit = heard[one][1][here].T
        parts.append(np.stack([first, heard[other][1][there, 0], np.full(len(here), len(drawn)), cell, unit]))
        drawn.append(persons[:, one].astype(float) * persons[:, other])
    return np.concatenate(parts, axis=1), np.array(drawn, float).reshape(len(drawn), params.resamples).T


def _sharing(both: pd.DataFrame, params: BehaviorParams) -> np.ndarray:
    """Return pairs of listeners with enough clips in common, (pairs, 2): all of them, or 500 at random."""
    shape = (both["person"].max() + 1, both["item"].max() + 1) if len(both) else (1, 1)
    heard = sparse.csr_matrix((np.ones(len(both)), (both["person"], both["item"])), shape)
    found = np.argwhere(np.triu((heard @ heard.T).toarray() >= SHARED, 1))
    chosen = np.random.default_rng([params.seed, 3]).choice(len(found), min(PAIRS, len(found)), replace=False)
    return found[np.sort(chosen)]


def _rows(
    trials: Sequence[np.ndarray], drawn: np.ndarray, units: np.ndarray, params: BehaviorParams
) -> list[dict[str, Any]]:
    """Return a row for each of SCOPES.

    trials : a, b, group, cell, unit, (trials,) each
    drawn  : (resamples, groups), how often each listener or pair is drawn
    units  : (resamples, units), how often each unit is drawn
    """
    a, b, group, cell, unit = trials
    shape = (drawn.shape[1], int(cell.max()) + 1 if len(cell) else 1)
    once = np.ones(drawn.shape[1])
    each_kappa = kappas(a, b, group, cell, np.ones(len(a)), shape)
    found = _mean(each_kappa, once)
    by_listener = np.array([_mean(each_kappa, each) for each in drawn])
    by_source = np.array([_mean(kappas(a, b, group, cell, each[unit], shape), once) for each in units])
    rows = []
    for place, scope in enumerate(SCOPES):
        resampled = by_listener[:, place], by_source[:, place]
        low, high = intervals.of_variances(found[place], resampled, params.confidence)
        ends = {"kappa": found[place], "kappa_low": max(low, -1.0), "kappa_high": min(high, 1.0)}
        rows.append({"conditions": scope} | ends | {"n": int(np.isfinite(each_kappa[place]).sum())})
    return rows


def _mean(values: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Return the mean over groups, (2,), each counted as often as it is drawn; values : (2, groups)."""
    kept = np.isfinite(values) * drawn
    total = kept.sum(1)
    sums = (np.nan_to_num(values) * kept).sum(1)
    return np.divide(sums, total, out=np.full(len(total), np.nan), where=total > 0)

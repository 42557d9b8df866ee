"""The order of backgrounds, of listeners and of a network: Spearman's rank correlation.

    rho = Pearson's r of the ranks, ties with their mean rank

Backgrounds are ranked by mean accuracy at the SNRs that all have, or by the thresholds of their psychometric
functions. Each resample of listeners is paired with one of sources. Fisher's z has no place for the 1 and -1
of a few backgrounds, so intervals have percentiles, extended to the value itself where they miss it.
"""

import numpy as np
import pandas as pd

from heschl.behavior import psychometric
from heschl.behavior.conditions import Accuracies
from heschl.mixtures.row import CLEAN
from heschl.statistics import intervals
from heschl.statistics.correlation import pearson, ranks

FEWEST = 3  # backgrounds
OUTSIDE = ("thresholds_outside_listeners", "thresholds_outside_network")


def by_accuracy(
    listeners: Accuracies, network: Accuracies, conditions: pd.DataFrame, confidence: float
) -> dict[str, float]:
    """Return backgrounds_rho, _low and _high: of the backgrounds' mean accuracies at the SNRs all have.

    conditions : background and snr_db (nan when clean) of each
    returns    : nan for fewer than three backgrounds or where a side does not vary; the interval is nan where
                 neither side was resampled
    """
    cells = _cells(conditions)
    if len(cells) < FEWEST:
        return _with_interval("backgrounds_rho", np.full(1, np.nan), confidence)
    sides = [_with_resamples(side) for side in (listeners, network)]
    means = [np.stack([each[:, cell].mean(1) for cell in cells], -1) for each in sides]
    return _with_interval("backgrounds_rho", _rho(*means), confidence)


def by_threshold(
    listeners: Accuracies, network: Accuracies, conditions: pd.DataFrame, confidence: float
) -> dict[str, float]:
    """Return thresholds_rho, _low and _high: of the backgrounds' thresholds, and how many lie outside.

    conditions, returns : as in `by_accuracy`; thresholds_outside_listeners and _network are the numbers of
                          thresholds beyond the SNRs tested. They have a rank as all others; those at the
                          bound of the fit are ties
    Every resample is fitted; shares weigh as many trials as in the data. A low threshold and a high accuracy
    are both easy, so rho has the same sign as `backgrounds_rho`.
    """
    fitted = [_thresholds(side, conditions) for side in (listeners, network)]
    kinds = sorted(set(fitted[0]) & set(fitted[1]))
    if len(kinds) < FEWEST:
        return _with_interval("thresholds_rho", np.full(1, np.nan), confidence) | dict.fromkeys(
            OUTSIDE, np.nan
        )
    outside = [sum(_outside(side[kind][0], kind, conditions) for kind in kinds) for side in fitted]
    sides = [np.stack([side[kind] for kind in kinds], -1) for side in fitted]
    found = _with_interval("thresholds_rho", _rho(*sides), confidence)
    return found | dict(zip(OUTSIDE, outside, strict=True))


def _thresholds(side: Accuracies, conditions: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return each background's thresholds, dB, if it has two SNRs: (1 + resamples,), the data first."""
    shares = _with_resamples(side)
    trials = np.where(np.isfinite(shares), side.trials, 0.0)
    hits = np.clip(np.nan_to_num(shares), 0, 1) * trials
    snr_db, out = conditions["snr_db"].fillna(np.inf).to_numpy(float), {}
    for kind in sorted(set(conditions["background"]) - {CLEAN}):
        places = np.flatnonzero(conditions["background"].isin([kind, CLEAN]))
        if len(np.unique(_tested(kind, conditions))) > 1 and side.choice.guess < 1:
            fits = psychometric.fit(hits[:, places], trials[:, places], snr_db[places], side.choice.guess)
            out[kind] = fits.threshold
    return out


def _with_resamples(side: Accuracies) -> np.ndarray:
    """Return the accuracies and, if there are any, their resamples: (1 + resamples, conditions)."""
    return np.vstack([side.values, side.joint()]) if side.resampled else side.values[None]


def _outside(threshold: float, kind: str, conditions: pd.DataFrame) -> bool:
    levels = _tested(kind, conditions)
    return not levels.min() <= threshold <= levels.max()


def _tested(kind: str, conditions: pd.DataFrame) -> np.ndarray:
    return conditions.loc[conditions["background"] == kind, "snr_db"].to_numpy(float)


def _cells(conditions: pd.DataFrame) -> list[np.ndarray]:
    """Return for each background which conditions count: those at the SNRs that all backgrounds have."""
    backgrounds = sorted(set(conditions["background"]) - {CLEAN})
    levels = [set(_tested(kind, conditions)) for kind in backgrounds]
    shared = set.intersection(*levels) if levels else set()
    kept = conditions["snr_db"].isin(shared).to_numpy()
    return [kept & (conditions["background"] == kind).to_numpy() for kind in backgrounds] if shared else []


def _rho(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return Spearman's rho of the data, first, and of resamples; a, b : (resamples, backgrounds)."""
    r = pearson(ranks(a), ranks(b))
    return np.where(np.isfinite(a + b).all(-1), r, np.nan)


def _with_interval(name: str, values: np.ndarray, confidence: float) -> dict[str, float]:
    """Return the first of (1 + resamples,) values and percentiles of the others."""
    value, resampled = float(values[0]), values[1:]
    ends = np.nan, np.nan
    if np.isfinite(value) and len(resampled) > 1:
        low, high = intervals.percentiles(resampled[:, None], confidence)
        ends = float(np.fmin(low[0], value)), float(np.fmax(high[0], value))
    return {name: value, f"{name}_low": ends[0], f"{name}_high": ends[1]}

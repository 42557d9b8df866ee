"""Correlations, and how much of them noise leaves: reliability by split halves."""

import numpy as np

from pipeline.statistics import intervals

SPLITS = 500  # random halves that a reliability is the mean of
LEAST = 3  # pairs that a correlation needs: two lie on a line
CONSTANT = 1e-18  # variance below which values are one value, rounded


def pearson(a: np.ndarray, b: np.ndarray, weights: np.ndarray | float = 1.0) -> np.ndarray:
    """Return Pearson's r over the last axis, in which each pair counts as often as its weight.

    a, b, weights : (..., pairs), broadcast; pairs that are nan in a or b are left out
    returns       : (...); nan where fewer than three pairs are left, or one side does not vary
    """
    a, b, weights = np.broadcast_arrays(a, b, weights)
    kept = np.isfinite(a) & np.isfinite(b) & (weights > 0)
    share = np.where(kept, weights, 0.0)
    share = share / np.maximum(share.sum(-1, keepdims=True), 1e-300)
    a, b = (_centred(np.where(kept, each, 0.0), share) for each in (a, b))
    spread = [(share * each**2).sum(-1) for each in (a, b)]
    defined = (kept.sum(-1) >= LEAST) & (np.minimum(*spread) > CONSTANT)
    with np.errstate(all="ignore"):
        r = (share * a * b).sum(-1) / np.sqrt(spread[0] * spread[1])
    return np.where(defined, np.clip(r, -1, 1), np.nan)


def split_half(values: np.ndarray, cells: np.ndarray, units: np.ndarray, number: int, seed: int) -> float:
    """Return the reliability of the means of `values` in each cell, over cells.

    Units - listeners, or speakers - are halved at random, many times; r is the mean correlation of the halves' means over cells, and
    reliability = 2 r / (1 + r), that of all units together (Spearman 1910; Brown 1910).
    values  : (trials,); cells : (trials,) int below `number`; units : (trials,) int
    returns : nan where there are fewer than two units or three cells, or one half never varies
    """
    total = int(units.max()) + 1 if len(units) else 0
    if total < 2:
        return np.nan
    rng = np.random.default_rng([seed, 2])
    first = rng.permuted(np.tile(np.arange(total) < total // 2, (SPLITS, 1)), axis=1).astype(float)
    r = pearson(*(intervals.means(values, cells, units, half, number) for half in (first, 1 - first)))
    return spearman_brown(r[np.isfinite(r)].mean()) if np.isfinite(r).any() else np.nan


def spearman_brown(r: float) -> float:
    """Return the reliability of the whole from the correlation of its halves: 2 r / (1 + r)."""
    return float(2 * r / (1 + r)) if r > -1 else np.nan


def corrected(r: float, *reliabilities: float) -> float:
    """Return r / sqrt(product of reliabilities): what r would be without noise; nan where one of them is not above 0. May exceed 1."""
    product = float(np.prod(reliabilities)) if min(reliabilities) > 0 else np.nan
    return float(r / np.sqrt(product))


def _centred(values: np.ndarray, share: np.ndarray) -> np.ndarray:
    return values - (share * values).sum(-1, keepdims=True)

"""Pearson correlations, the reliability of what they correlate, and the correction of one by the other."""

from itertools import combinations

import numpy as np

from heschl.statistics import resampling

HALVES = 500  # random halves over which a reliability is averaged
LEAST = 3  # pairs that a correlation needs: two always lie on a line
CONSTANT_VARIANCE = 1e-18  # below which values differ by rounding alone
CONSTANT_DEVIATION = 1e-13  # the same for standard deviations, as a share of the values' scale


def pearson(a: np.ndarray, b: np.ndarray, weights: np.ndarray | float = 1.0) -> np.ndarray:
    """Return Pearson's r over the last axis, weighted.

    a, b, weights : (..., pairs), broadcast; pairs with a nan in a or b are left out
    returns       : (...); nan where fewer than three pairs are left or one side does not vary
    """
    a, b, weights = np.broadcast_arrays(a, b, weights)
    kept = np.isfinite(a) & np.isfinite(b) & (weights > 0)
    share = np.where(kept, weights, 0.0)
    share = share / np.maximum(share.sum(-1, keepdims=True), 1e-300)
    a, b = (_centered(np.where(kept, each, 0.0), share) for each in (a, b))
    variances = [(share * each**2).sum(-1) for each in (a, b)]
    defined = (kept.sum(-1) >= LEAST) & (np.minimum(*variances) > CONSTANT_VARIANCE)
    with np.errstate(all="ignore"):
        r = (share * a * b).sum(-1) / np.sqrt(variances[0] * variances[1])
    return np.where(defined, np.clip(r, -1, 1), np.nan)


def ranks(values: np.ndarray) -> np.ndarray:
    """Return ranks along the last axis, from 0.5; ties have their mean."""
    one, other = values[..., None], values[..., None, :]
    return (one > other).sum(-1) + (one == other).sum(-1) / 2


def column_correlation(a: np.ndarray, b: np.ndarray, scale: np.ndarray | float = 0.0) -> np.ndarray:
    """Return Pearson's r of corresponding columns: many targets at once, without weights or gaps.

    a, b    : (sounds, targets)
    scale   : (targets,), magnitude of the values: a column that varies by less than 1e-13 of it counts as
              constant
    returns : (targets,); nan where one side does not vary
    """
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    deviations = [np.sqrt(np.square(each).mean(axis=0)) for each in (a, b)]
    still = np.minimum(*deviations) <= CONSTANT_DEVIATION * np.asarray(scale)
    with np.errstate(all="ignore"):
        r = np.einsum("st,st->t", a, b) / (len(a) * deviations[0] * deviations[1])
    return np.where(still, np.nan, np.clip(r, -1, 1))


def spearman_brown(r: np.ndarray | float, k: int = 2) -> np.ndarray:
    """Return the reliability of the mean of k measurements that correlate at r (Spearman 1910; Brown 1910).

        k r / (1 + (k - 1) r)

    returns : shape of r; nan at and below the pole at r = -1 / (k - 1), beyond which noise would appear
              reliable
    """
    r = np.asarray(r, float)
    below = 1 + (k - 1) * r
    return np.divide(k * r, below, out=np.full(r.shape, np.nan), where=below > 0)


def split_half(values: np.ndarray, cells: np.ndarray, units: np.ndarray, number: int, seed: int) -> float:
    """Return the reliability, over cells, of the mean of `values` in each cell.

    Units - listeners, or speakers - are halved at random many times; the mean correlation between the halves'
    means over cells gives the reliability of all units together by `spearman_brown`.
    values  : (trials,) float; cells : (trials,) int below `number`; units : (trials,) int
    returns : nan for fewer than two units or three cells, or where one half never varies
    """
    total = int(units.max()) + 1 if len(units) else 0
    if total < 2:
        return np.nan
    rng = np.random.default_rng([seed, 2])
    first = rng.permuted(np.tile(np.arange(total) < total // 2, (HALVES, 1)), axis=1).astype(float)
    r = pearson(*(resampling.means(values, cells, units, half, number) for half in (first, 1 - first)))
    return float(spearman_brown(r[np.isfinite(r)].mean())) if np.isfinite(r).any() else np.nan


def repeat_reliability(repeats: np.ndarray, scale: np.ndarray | float = 0.0) -> np.ndarray:
    """Return the reliability of the mean over repeats, from the median correlation between two of them.

    A median below zero is returned as it is.
    repeats : (sounds, targets, repeats); scale : as in `column_correlation`
    returns : (targets,), at least -1; nan where no two repeats correlate
    """
    _, targets, k = repeats.shape
    pairs = [
        column_correlation(repeats[..., a], repeats[..., b], scale) for a, b in combinations(range(k), 2)
    ]
    pairs = np.array(pairs).reshape(-1, targets)
    if not len(pairs):
        return np.full(targets, np.nan)
    empty = np.isnan(pairs).all(axis=0)
    median = np.where(empty, np.nan, np.nanmedian(np.where(empty, 0.0, pairs), axis=0))
    return np.where(median < 0, np.maximum(median, -1.0), spearman_brown(median, k))


def floored(reliabilities: np.ndarray, floor: float) -> np.ndarray:
    """Return reliabilities of at least `floor`, which also replaces nan."""
    return np.fmax(reliabilities, floor)


def corrected(r: float, *reliabilities: float) -> float:
    """Return r corrected for attenuation: r / sqrt(product of the reliabilities) (Spearman 1904).

    It estimates r without noise and may exceed 1; nan where a reliability is not above 0.
    """
    product = float(np.prod(reliabilities)) if min(reliabilities) > 0 else np.nan
    return float(r / np.sqrt(product))


def _centered(values: np.ndarray, share: np.ndarray) -> np.ndarray:
    return values - (share * values).sum(-1, keepdims=True)

"""Paired comparisons of two models that were fitted to, and scored on, the same sounds.

over_splits   mean difference over random splits   t, corrected for the overlap of the splits
over_units    mean difference over sounds          sign flips, and percentiles over resampled sounds
holm          p values of several comparisons      corrected for their number
"""

from typing import NamedTuple

import numpy as np
from scipy import stats

from heschl.statistics import intervals

DRAWS = 4999  # random signs of the differences


class Paired(NamedTuple):
    """A mean difference, its interval, and the two-sided p value of there being none."""

    difference: float
    low: float
    high: float
    p: float


def over_splits(differences: np.ndarray, ratio: float, confidence: float) -> Paired:
    """Compare two scores over random splits by the corrected resampled t test.

        t = mean / sqrt(variance (1 / splits + test / train)),  splits - 1 degrees of freedom

    Nadeau & Bengio 2003, section 3. Splits share sounds, so their scores vary together, and the variance of
    the mean is larger than variance / splits.

    differences : (splits,), two splits or more; the same splits for both models
    ratio       : test / train, in sounds
    returns     : p 1 where both models have the same score in every split
    """
    mean = float(differences.mean())
    low, high = intervals.over_splits(differences, ratio, confidence, -np.inf, np.inf)
    error = np.sqrt(differences.var(ddof=1) * (1 / len(differences) + ratio))
    if not error > 0:
        return Paired(mean, low, high, float(mean == 0))
    return Paired(mean, low, high, float(2 * stats.t.sf(abs(mean) / error, len(differences) - 1)))


def over_units(differences: np.ndarray, resamples: int, confidence: float, seed: int) -> Paired:
    """Compare two errors over sounds by random signs: if neither model is better, signs are exchangeable.

    differences : (sounds,), without nan
    returns     : interval of the mean, `intervals.of_mean`; p, the share of 4999 sets of random signs, and of
                  the data, with a mean at least as far from 0 (Fisher 1935)
    """
    mean = float(differences.mean())
    low, high = intervals.of_mean(differences, resamples, confidence, seed)
    signs = np.random.default_rng([seed, 6]).integers(0, 2, (DRAWS, len(differences)), np.int8) * 2 - 1
    least = abs(differences.sum()) * (1 - 1e-12)  # equal sums may differ by rounding
    p = (1 + np.sum(abs(signs @ differences) >= least)) / (1 + DRAWS)
    return Paired(mean, low, high, float(p))


def holm(p: np.ndarray) -> np.ndarray:
    """Return p values corrected for their number by the step-down method of Holm 1979, in the same order.

        corrected p of the k-th smallest of m = max over j <= k of min(1, (m - j + 1) p_j)

    The probability of one false positive or more is at most the level, whatever depends on what.
    p : (comparisons,) without nan
    """
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(np.minimum(1.0, p[order] * np.arange(len(p), 0, -1)))
    out = np.empty(len(p))
    out[order] = stepped
    return out

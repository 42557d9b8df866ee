"""Means over seeds and over sources at once: each training answers clips of the same sources."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from heschl.statistics import resampling


class Crossed(NamedTuple):
    """A mean, its interval, the two-sided p value of its being 0, and its spread over seeds."""

    mean: float
    low: float
    high: float
    p: float
    spread: float  # standard deviation over seeds


def mean(values: np.ndarray, units: np.ndarray, resamples: int, confidence: float, seed: int) -> Crossed:
    """Return the mean of values that vary with the seed of a training and with the source of a clip.

    The variance of the mean is that over seeds plus that over sources, which all seeds share:

        variance = var over seeds of the means / seeds  +  var over resampled sources of the mean

    Interval and p value are those of Student's t, with Satterthwaite's degrees of freedom (1946).

    values  : (seeds, clips) float, such as correct answers, or their differences between two networks
    units   : (clips,) int from 0, the source of each clip
    returns : p 1 where all values are 0
    """
    return mean_of_groups([(values, units)], resamples, confidence, seed)


def mean_of_groups(
    groups: Sequence[tuple[np.ndarray, np.ndarray]], resamples: int, confidence: float, seed: int
) -> Crossed:
    """Return the mean of the means of groups of clips, such as tasks, as `mean` does.

    groups : values and units of each; the same seeds, and other sources
    """
    each = np.mean([values.mean(axis=1) for values, _ in groups], axis=0)
    of_seeds = float(each.var(ddof=1)) / len(each)
    of_units = [_of_units(*group, resamples, seed) / len(groups) ** 2 for group in groups]
    variance, center = of_seeds + sum(of_units), float(each.mean())
    if not variance > 0:
        return Crossed(center, center, center, float(center == 0), 0.0)
    sizes = [len(each) - 1, *(max(int(units.max()), 1) for _, units in groups)]
    freedom = variance**2 / sum(
        part**2 / size for part, size in zip((of_seeds, *of_units), sizes, strict=True)
    )
    half = float(stats.t.ppf((1 + confidence) / 2, freedom)) * variance**0.5
    p = float(2 * stats.t.sf(abs(center) / variance**0.5, freedom))
    return Crossed(center, center - half, center + half, p, float(each.std(ddof=1)))


def _of_units(values: np.ndarray, units: np.ndarray, resamples: int, seed: int) -> float:
    """Return the variance of the mean of values over resampled sources."""
    drawn = resampling.counts(int(units.max()) + 1, resamples, seed)
    means = resampling.means(values.mean(axis=0), np.zeros(len(units), int), units, drawn, 1)
    return float(np.nanvar(means[:, 0], ddof=1))

"""Means over seeds and over sources at once: each training answers clips of the same sources."""

from typing import NamedTuple

import numpy as np
from scipy import stats

from pipeline.statistics import resampling


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
    number = len(values)
    each = values.mean(axis=1)
    of_seeds = float(each.var(ddof=1)) / number
    drawn = resampling.counts(int(units.max()) + 1, resamples, seed)
    cells = np.zeros(len(units), int)
    resampled = resampling.means(values.mean(axis=0), cells, units, drawn, 1)[:, 0]
    of_units = float(np.nanvar(resampled, ddof=1))
    variance, center = of_seeds + of_units, float(each.mean())
    if not variance > 0:
        return Crossed(center, center, center, float(center == 0), 0.0)
    sizes = (number - 1, max(int(units.max()), 1))
    freedom = variance**2 / sum(
        part**2 / size for part, size in zip((of_seeds, of_units), sizes, strict=True)
    )
    half = float(stats.t.ppf((1 + confidence) / 2, freedom)) * variance**0.5
    p = float(2 * stats.t.sf(abs(center) / variance**0.5, freedom))
    return Crossed(center, center - half, center + half, p, float(each.std(ddof=1)))

"""Intervals by resampling whole units - speakers, artists, listeners - since their clips are not independent."""

from collections.abc import Callable

import numpy as np
from scipy import stats


def counts(units: int, resamples: int, seed: int) -> np.ndarray:
    """Return how often each unit is drawn in each resample of as many units, with replacement: (resamples, units)."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(units, np.full(units, 1 / units), size=resamples) if units else np.zeros((resamples, 0), int)


def totals(values: np.ndarray, cells: np.ndarray, units: np.ndarray, drawn: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum of `values`, and the number of trials, in each cell, in each resample.

    values  : (trials,) float
    cells   : (trials,) int, the cell - a condition, say - of each trial, below `number`
    units   : (trials,) int, the unit of each trial
    drawn   : (resamples, units), how often each unit counts; np.ones((1, units)) for the plain sum
    returns : (resamples, number) each
    """
    shape = (drawn.shape[1], number)
    place = np.ravel_multi_index((units, cells), shape)
    sums, trials = (np.bincount(place, each, minlength=shape[0] * shape[1]).reshape(shape) for each in (values, np.ones(len(place))))
    return drawn @ sums, drawn @ trials


def means(values: np.ndarray, cells: np.ndarray, units: np.ndarray, drawn: np.ndarray, number: int) -> np.ndarray:
    """Return the mean of `values` in each cell, in each resample: as `totals`; nan where a cell has no trial of the drawn units."""
    sums, trials = totals(values, cells, units, drawn, number)
    return np.divide(sums, trials, out=np.full(sums.shape, np.nan), where=trials > 0)


def percentiles(resampled: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and upper end of the percentile interval over the first axis; resamples that are nan are left out."""
    tail = (1 - confidence) / 2
    empty = np.isnan(resampled).all(axis=0)
    low, high = np.nanquantile(np.where(empty, 0, resampled), [tail, 1 - tail], axis=0)
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def around(
    value: float, resampled: np.ndarray, confidence: float, scale: Callable = np.asarray, back: Callable = np.asarray
) -> tuple[float, float]:
    """Return the normal interval around `value`, of the resamples' standard deviation, on a `scale`.

    For what resampling biases, such as a correlation (scale np.arctanh, back np.tanh) or a distance (np.log, np.exp): noise that is
    added lowers the one and lengthens the other, so that a percentile interval may lie on one side of the value.
    resampled : (resamples,); what is not finite on the scale is left out
    returns   : (nan, nan) where fewer than two resamples are left, or the value itself is not finite on the scale
    """
    with np.errstate(all="ignore"):
        middle, spread = scale(value), scale(resampled)
    spread = spread[np.isfinite(spread)]
    if len(spread) < 2 or not np.isfinite(middle):
        return np.nan, np.nan
    half = stats.norm.ppf((1 + confidence) / 2) * spread.std(ddof=1)
    return float(back(middle - half)), float(back(middle + half))

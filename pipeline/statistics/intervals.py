"""Intervals by resampling whole units - speakers, artists, listeners - since their clips are not independent."""

from collections.abc import Callable

import numpy as np
from scipy import stats

PART = 64  # resamples at a time


def counts(units: int, resamples: int, seed: int) -> np.ndarray:
    """Return how often each unit is drawn in each resample of as many units, with replacement: (resamples, units) uint16."""
    rng = np.random.default_rng(seed)
    out = np.zeros((resamples, units), np.uint16)
    for part in _parts(resamples if units else 0):
        out[part] = rng.multinomial(units, np.full(units, 1 / units), size=len(out[part]))
    return out


def totals(
    values: np.ndarray, cells: np.ndarray, units: np.ndarray, drawn: np.ndarray, number: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum of `values`, and the number of trials, in each cell, in each resample.

    values  : (trials,) float
    cells   : (trials,) int, the cell - a condition, say - of each trial, below `number`
    units   : (trials,) int, the unit of each trial
    drawn   : (resamples, units), how often each unit counts; np.ones((1, units)) for the plain sum
    returns : (resamples, number) each
    """
    shape = (drawn.shape[1], number)
    place = np.ravel_multi_index((units, cells), shape)
    each = [
        np.bincount(place, weights, minlength=shape[0] * shape[1]).reshape(shape)
        for weights in (values, np.ones(len(place)))
    ]
    sums, trials = (np.concatenate([drawn[part] @ table for part in _parts(len(drawn))]) for table in each)
    return sums, trials


def means(
    values: np.ndarray, cells: np.ndarray, units: np.ndarray, drawn: np.ndarray, number: int
) -> np.ndarray:
    """Return the mean of `values` in each cell, in each resample: as `totals`; nan where a cell has no trial of the drawn units."""
    sums, trials = totals(values, cells, units, drawn, number)
    return np.divide(sums, trials, out=np.full(sums.shape, np.nan), where=trials > 0)


def proportions(
    values: np.ndarray,
    cells: np.ndarray,
    units: np.ndarray,
    drawn: np.ndarray,
    number: int,
    confidence: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the share of right trials in each cell, (number,), and both ends of its interval; as `means`, of values 0 or 1.

    Percentiles of the resamples; where these do not vary, since all trials are right, or wrong, or of one unit, the interval of Clopper &
    Pearson (1934), of as many trials as there are units in the cell, or, of one unit, its trials.
    """
    found = means(values, cells, units, np.ones((1, drawn.shape[1])), number)[0]
    low, high = percentiles(means(values, cells, units, drawn, number), confidence)
    pairs = np.unique(np.ravel_multi_index((cells, units), (number, drawn.shape[1])) if len(cells) else cells)
    several, trials = (
        np.bincount(each, minlength=number) for each in (pairs // max(drawn.shape[1], 1), cells)
    )
    size = np.where(several > 1, several, trials)
    right, tail = found * size, (1 - confidence) / 2
    lowest = np.where(right > 0, stats.beta.ppf(tail, np.maximum(right, 1e-9), size - right + 1), 0)
    highest = np.where(right < size, stats.beta.ppf(1 - tail, right + 1, np.maximum(size - right, 1e-9)), 1)
    still = ~(high - low > 1e-12)  # of nan too
    return found, np.where(still, lowest, low), np.where(still, highest, high)


def percentiles(resampled: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and upper end of the percentile interval over the first axis; resamples that are nan are left out."""
    tail = (1 - confidence) / 2
    empty = np.isnan(resampled).all(axis=0)
    low, high = (
        np.nanquantile(np.where(empty, 0, resampled), [tail, 1 - tail], axis=0)
        if resampled.size
        else np.zeros((2, len(empty)))
    )
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def around(
    value: float,
    resampled: np.ndarray,
    confidence: float,
    scale: Callable = np.asarray,
    back: Callable = np.asarray,
) -> tuple[float, float]:
    """Return the normal interval around `value`, of the resamples' standard deviation, on a `scale`.

    For what resampling biases, such as a correlation (scale np.arctanh, back np.tanh) or a distance (np.log, np.exp): noise that is
    added lowers the one and lengthens the other, so that a percentile interval may lie on one side of the value.
    resampled : (resamples,); what is not finite on the scale is left out
    returns   : (nan, nan) where fewer than two resamples are left; a value that is not finite on the scale has itself as its ends
    """
    with np.errstate(all="ignore"):
        half = stats.norm.ppf((1 + confidence) / 2) * deviation(resampled, scale)
        return float(back(scale(value) - half)), float(back(scale(value) + half))


def deviation(resampled: np.ndarray, scale: Callable = np.asarray) -> float:
    """Return the standard deviation of the resamples on a scale; nan where fewer than two are finite there."""
    with np.errstate(all="ignore"):
        spread = scale(resampled)
    spread = spread[np.isfinite(spread)]
    return float(spread.std(ddof=1)) if len(spread) > 1 else np.nan


def _parts(length: int) -> list[slice]:
    """Return slices of so few resamples that what is computed of them is small."""
    return [slice(start, start + PART) for start in range(0, length, PART)]

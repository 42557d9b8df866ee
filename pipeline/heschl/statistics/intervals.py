"""Confidence intervals: every error bar of the project.

proportions   shares correct         expanded percentiles over resampled units, or Clopper & Pearson
percentiles   any statistic          percentiles over resamples, expanded where units are few
of_variances  correlations, errors   normal, from the variances over one or several sets of resamples
of_mean       mean of participants   expanded percentiles over resampled participants
quantiles     values over splits     percentiles of the values themselves
over_splits   mean over splits       t, corrected for the overlap of the splits
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy import stats

from heschl.statistics import resampling

Transform = Callable[[np.ndarray | float], np.ndarray | float]


def proportions(
    values: np.ndarray,
    cells: np.ndarray,
    units: np.ndarray,
    drawn: np.ndarray,
    number: int,
    confidence: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the share correct in each cell and both ends of its interval, (number,) each.

    values : (trials,) 0 or 1; cells, units, drawn, number : as in `resampling.totals`
    The ends are percentiles over the resamples, expanded for the units that the cell has. Where the resamples
    do not vary - all trials are correct, or wrong, or of one unit - the interval is that of Clopper & Pearson
    (1934) for as many trials as the cell has units or, with one unit, as it has trials.
    """
    found = resampling.means(values, cells, units, np.ones((1, drawn.shape[1])), number)[0]
    sizes = sizes_of(cells, units, drawn.shape[1], number)
    low, high = percentiles(resampling.means(values, cells, units, drawn, number), confidence, sizes)
    lowest, highest = _clopper_pearson(found, sizes, confidence)
    still = ~(high - low > 1e-12)  # nan counts as still
    return found, np.where(still, lowest, low), np.where(still, highest, high)


def sizes_of(cells: np.ndarray, units: np.ndarray, total: int, number: int) -> np.ndarray:
    """Return the number of units in each cell, (number,), or of trials where these are of one unit."""
    pairs = np.unique(np.ravel_multi_index((cells, units), (number, total)) if len(cells) else cells)
    several, trials = (np.bincount(each, minlength=number) for each in (pairs // max(total, 1), cells))
    return np.where(several > 1, several, trials)


def _clopper_pearson(share: np.ndarray, size: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    right, tail = share * size, (1 - confidence) / 2
    low = np.where(right > 0, stats.beta.ppf(tail, np.maximum(right, 1e-9), size - right + 1), 0)
    high = np.where(right < size, stats.beta.ppf(1 - tail, right + 1, np.maximum(size - right, 1e-9)), 1)
    return low, high


def percentiles(
    resampled: np.ndarray, confidence: float, units: np.ndarray | int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return both ends of the percentile interval over the first axis, ignoring nan.

    units : how many units were resampled, of all columns or each; the percentiles are then `expanded`
    """
    shape, flat = resampled.shape[1:], resampled.reshape(len(resampled), math.prod(resampled.shape[1:]))
    sizes = np.broadcast_to(0 if units is None else units, shape).ravel()
    ends = np.full((2, flat.shape[1]), np.nan)
    known = ~np.isnan(flat).all(axis=0)
    for size in np.unique(sizes):
        columns = known & (sizes == size)
        tail = (1 - (expanded(confidence, int(size)) if size else confidence)) / 2
        if columns.any():
            ends[:, columns] = np.nanquantile(flat[:, columns], [tail, 1 - tail], axis=0)
    return ends[0].reshape(shape), ends[1].reshape(shape)


def expanded(confidence: float, units: int) -> float:
    """Return the confidence at which the percentiles over a few resampled units hold `confidence`.

        1 - 2 Phi(sqrt(n / (n - 1)) t),  t the quantile of Student's t with n - 1 degrees of freedom

    Resamples of n units vary too little, by sqrt((n - 1) / n), and as if their variance were known: plain
    percentiles are too narrow. This is the expanded percentile interval of Hesterberg 2015, section 4.
    returns : `confidence` itself for fewer than two units
    """
    if units < 2:
        return confidence
    quantile = stats.t.ppf((1 - confidence) / 2, units - 1) * np.sqrt(units / (units - 1))
    return float(1 - 2 * stats.norm.cdf(quantile))


def of_variances(
    value: float,
    resampled: Sequence[np.ndarray],
    confidence: float,
    scale: Transform = np.asarray,
    back: Transform = np.asarray,
) -> tuple[float, float]:
    """Return the normal interval of `value`, adding up the variances over several sets of resamples.

        back(scale(value) +- z sqrt(sum of var(scale(resampled))))

    It suits statistics that resampling biases, such as a correlation (scale np.arctanh, back np.tanh) or a
    distance (np.log, np.exp): resampling adds noise, which lowers the former and raises the latter, so that a
    percentile interval may miss the value.
    resampled : (resamples,) each; entries that are not finite on the scale are left out
    returns   : nan where a set has fewer than two resamples; a value that is not finite on the scale is its
                own interval
    """
    with np.errstate(all="ignore"):
        variance = sum(_deviation(each, scale) ** 2 for each in resampled)
        half = stats.norm.ppf((1 + confidence) / 2) * np.sqrt(variance)
        return float(back(scale(value) - half)), float(back(scale(value) + half))


def _deviation(resampled: np.ndarray, scale: Transform) -> float:
    scaled = scale(resampled)
    finite = scaled[np.isfinite(scaled)]
    return float(finite.std(ddof=1)) if len(finite) > 1 else np.nan


def of_mean(values: np.ndarray, resamples: int, confidence: float, seed: int) -> tuple[float, float]:
    """Return the `expanded` percentile interval of the mean of (participants,) values; nan for one."""
    if len(values) < 2:
        return np.nan, np.nan
    drawn = resampling.counts(len(values), resamples, seed) / len(values)
    low, high = percentiles((drawn @ values)[:, None], confidence, len(values))
    return float(low[0]), float(high[0])


def quantiles(values: np.ndarray, confidence: float) -> tuple[float, float]:
    """Return the quantiles between which the middle `confidence` of (splits,) values lie."""
    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def over_splits(
    values: np.ndarray, ratio: float, confidence: float, lowest: float, highest: float
) -> tuple[float, float]:
    """Return the interval of the mean over random splits, corrected for their overlap.

        mean +- t sqrt(variance (1 / splits + test / train)),  t with splits - 1 degrees of freedom

    Nadeau & Bengio 2003, section 3.

    values          : (splits,)
    ratio           : test / train, in sounds
    lowest, highest : the range of possible values, to which the interval is cut
    """
    t = stats.t.ppf((1 + confidence) / 2, len(values) - 1)
    half = t * np.sqrt(values.var(ddof=1) * (1 / len(values) + ratio))
    return max(lowest, float(values.mean() - half)), min(highest, float(values.mean() + half))

"""Bootstrap whole units - speakers, artists, listeners - because clips of one unit are not independent."""

import numpy as np

PART = 64  # resamples that are computed at a time


def counts(units: int, resamples: int, seed: int | np.random.SeedSequence) -> np.ndarray:
    """Return how often each unit is drawn in each resample, with replacement: (resamples, units) uint16."""
    rng = np.random.default_rng(seed)
    out = np.zeros((resamples, units), np.uint16)
    for part in _parts(resamples if units else 0):
        out[part] = rng.multinomial(units, np.full(units, 1 / units), size=len(out[part]))
    return out


def totals(
    values: np.ndarray, cells: np.ndarray, units: np.ndarray, drawn: np.ndarray, number: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum of `values` and the number of trials in each cell, for each resample.

    values  : (trials,) float
    cells   : (trials,) int below `number`, the cell of each trial, such as its condition
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
    """Return the mean of `values` in each cell, for each resample: arguments and shape as in `totals`.

    A mean is nan where no trial of the cell belongs to a drawn unit.
    """
    sums, trials = totals(values, cells, units, drawn, number)
    return np.divide(sums, trials, out=np.full(sums.shape, np.nan), where=trials > 0)


def _parts(length: int) -> list[slice]:
    """Return slices that are short enough for the arrays of one to stay small."""
    return [slice(start, start + PART) for start in range(0, length, PART)]

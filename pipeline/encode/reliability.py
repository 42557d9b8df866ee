"""How much of a response, or of its prediction, is the same from run to run."""

from itertools import combinations

import numpy as np

CONSTANT = 1e-13  # standard deviation, as a share of the values' scale, below which values are one value


def correlation(a: np.ndarray, b: np.ndarray, scale: np.ndarray | float = 0.0) -> np.ndarray:
    """Return Pearson's r of the columns of (sounds, targets); nan where one side does not vary.

    scale : (targets,), of the values: what varies by less than 1e-13 of it is a constant, rounded
    """
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    spread = [np.sqrt(np.square(each).mean(axis=0)) for each in (a, b)]
    still = np.minimum(*spread) <= CONSTANT * np.asarray(scale)
    with np.errstate(all="ignore"):
        r = np.einsum("st,st->t", a, b) / (len(a) * spread[0] * spread[1])
    return np.where(still, np.nan, np.clip(r, -1, 1))


def reliability(runs: np.ndarray, scale: np.ndarray | float = 0.0) -> np.ndarray:
    """Return the reliability of the mean of the runs, (targets,): k m / (1 + (k - 1) m) of k runs (Spearman 1910; Brown 1910).

    m is the median of the runs' pairwise correlations; nan where none is defined. Where m is below zero, so is the result, down to -1:
    the formula has a pole at m = -1 / (k - 1), beyond which it would call noise reliable.
    runs : (sounds, targets, k)
    """
    k = runs.shape[2]
    pairs = np.array(
        [correlation(runs[..., a], runs[..., b], scale) for a, b in combinations(range(k), 2)]
    ).reshape(-1, runs.shape[1])
    empty = np.isnan(pairs).all(axis=0)
    m = (
        np.where(empty, np.nan, np.nanmedian(np.where(empty, 0.0, pairs), axis=0))
        if len(pairs)
        else np.full(runs.shape[1], np.nan)
    )
    with np.errstate(all="ignore"):
        whole = k * m / (1 + (k - 1) * m)
    return np.where(m < 0, np.maximum(m, -1.0), whole)


def floored(values: np.ndarray, floor: float) -> np.ndarray:
    """Return reliabilities of at least `floor`, which also stands in where there is none."""
    return np.fmax(values, floor)

"""Representational similarity (RSA): which sounds are alike to a layer and to a region.

The matrix of a region or layer holds Pearson's r of each pair of sounds over its voxels or units, each
z-scored over sounds. The similarity of two matrices is Spearman's rho of their upper triangles (Kriegeskorte
et al. 2008), computed from standardized ranks that are reused for all comparisons of a matrix. The noise
ceiling is that of Nili et al. 2014.
"""

from typing import NamedTuple

import numpy as np
from scipy import stats

LEAST = 3  # units that a correlation between two sounds needs
CONSTANT = 1e-12  # standard deviation, as a share of the largest value, below which a unit does not vary


class Ceiling(NamedTuple):
    """The range of rho that the best possible model would reach, given how alike the participants are."""

    lower: float  # mean rho between a participant's matrix and the mean of the others'
    upper: float  # mean rho between a participant's matrix and the mean of all, which no matrix can exceed


def matrix(features: np.ndarray) -> np.ndarray | None:
    """Return Pearson's r of each pair of sounds, (sounds, sounds); None where fewer than three units vary.

    features : (sounds, units); units that do not vary over sounds are left out
    """
    features = features.astype(np.float64)
    centered = features - features.mean(axis=0)
    deviation = centered.std(axis=0)
    varies = deviation > CONSTANT * np.abs(features).max(axis=0, initial=0)
    return np.corrcoef(centered[:, varies] / deviation[varies]) if varies.sum() >= LEAST else None


def ranks(matrix: np.ndarray) -> np.ndarray:
    """Return the standardized ranks of a matrix's upper triangle, (pairs,): rho is then a mean product."""
    return standardized(_ranked(matrix))


def _ranked(matrix: np.ndarray) -> np.ndarray:
    return stats.rankdata(matrix[np.triu_indices_from(matrix, k=1)])


def standardized(values: np.ndarray) -> np.ndarray:
    """Return values with mean 0 and variance 1, or zeros where they do not vary."""
    centered = values - values.mean()
    return centered / (centered.std() or 1)


def rho(a: np.ndarray, b: np.ndarray) -> float:
    """Return Spearman's rho of two matrices from their `ranks`."""
    return float((a * b).mean())


def ceiling(matrices: np.ndarray) -> Ceiling:
    """Return the noise ceiling from (participants, sounds, sounds) matrices; nan for fewer than two.

    Means are over ranks, on which rho depends: otherwise a matrix with larger values would weigh more, and a
    model could exceed the upper end.
    """
    if len(matrices) < 2:
        return Ceiling(np.nan, np.nan)
    ranked = [_ranked(each) for each in matrices]
    total = np.sum(ranked, axis=0)
    lower = [rho(standardized(each), standardized(stats.rankdata(total - each))) for each in ranked]
    upper = [rho(standardized(each), standardized(total)) for each in ranked]
    return Ceiling(float(np.mean(lower)), float(np.mean(upper)))

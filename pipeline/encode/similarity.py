"""Representational similarity: which sounds are alike to a layer, and to a region.

Matrix of a region or layer: Pearson's r of each two sounds over its voxels or units, each z-scored over sounds.  Similarity of two
matrices: Spearman's rho of their upper triangles (Kriegeskorte et al. 2008). Noise ceiling: Nili et al. 2014.
"""

from typing import NamedTuple

import numpy as np
from scipy import stats

LEAST = 3  # units that a correlation of two sounds needs


class Ceiling(NamedTuple):
    """What the best of models could reach, from how alike the participants are."""

    lower: float  # mean rho of a participant's matrix and the mean of the others'
    upper: (
        float  # mean correlation with the mean of all, which is the most that any matrix can have with them
    )


def matrix(features: np.ndarray) -> np.ndarray | None:
    """Return Pearson's r of the patterns of each two sounds, (sounds, sounds); None where fewer than three units vary.

    features : (sounds, units); units that do not vary over sounds are left out
    """
    features = features.astype(np.float64)
    centred = features - features.mean(axis=0)
    spread = centred.std(axis=0)
    varies = spread > 1e-12 * np.abs(features).max(axis=0, initial=0)
    return np.corrcoef(centred[:, varies] / spread[varies]) if varies.sum() >= LEAST else None


def ranks(matrix: np.ndarray) -> np.ndarray:
    """Return the ranks of a matrix's upper triangle, standardised, so that rho is a mean product: (pairs,)."""
    return standardised(_ranked(matrix))


def _ranked(matrix: np.ndarray) -> np.ndarray:
    return stats.rankdata(matrix[np.triu_indices_from(matrix, k=1)])


def standardised(values: np.ndarray) -> np.ndarray:
    """Return values of mean 0 and variance 1, or zeros where they do not vary."""
    centred = values - values.mean()
    return centred / (centred.std() or 1)


def rho(a: np.ndarray, b: np.ndarray) -> float:
    """Return Spearman's rho of two matrices' `ranks`."""
    return float((a * b).mean())


def ceiling(matrices: np.ndarray) -> Ceiling:
    """Return the noise ceiling from the participants' (participants, sounds, sounds); nan where there are not two.

    Means are of ranks, as rho sees the matrices: else a matrix of another scale would count for more, and a model could pass the upper end.
    """
    if len(matrices) < 2:
        return Ceiling(np.nan, np.nan)
    own = [_ranked(each) for each in matrices]
    total = np.sum(own, axis=0)
    lower = np.mean([rho(standardised(mine), standardised(stats.rankdata(total - mine))) for mine in own])
    return Ceiling(
        float(lower), float(np.mean([rho(standardised(mine), standardised(total)) for mine in own]))
    )

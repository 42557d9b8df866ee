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

    lower: float  # mean similarity of a participant with the mean of the others
    upper: float  # and with the mean of all, which holds its own noise


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
    ranked = stats.rankdata(matrix[np.triu_indices_from(matrix, k=1)])
    return (ranked - ranked.mean()) / (ranked.std() or 1)


def rho(a: np.ndarray, b: np.ndarray) -> float:
    """Return Spearman's rho of two matrices' `ranks`."""
    return float((a * b).mean())


def ceiling(matrices: np.ndarray) -> Ceiling:
    """Return the noise ceiling from the participants' (participants, sounds, sounds); nan where there are not two."""
    if len(matrices) < 2:
        return Ceiling(np.nan, np.nan)
    total, own = matrices.sum(axis=0), [ranks(each) for each in matrices]
    lower = [rho(mine, ranks((total - each) / (len(matrices) - 1))) for mine, each in zip(own, matrices, strict=True)]
    return Ceiling(float(np.mean(lower)), float(np.mean([rho(mine, ranks(total)) for mine in own])))

"""The layer that predicts each response best, chosen in each split on the sounds that do not score it."""

from typing import NamedTuple

import numpy as np

NONE = -1  # no layer predicts the response
KNOWS = 1 - 1e-6  # left-out error, as a share of that of the mean, below which a layer predicts anything


class Best(NamedTuple):
    """Of a model."""

    layer: np.ndarray  # (splits, responses) int: place of the layer that is chosen; -1: none
    r2: np.ndarray  # (splits, responses): of that layer, on the sounds that score; 0 where there is none


def best(r2: np.ndarray, error: np.ndarray) -> Best:
    """Return the best layer of each response: of the least left-out error on the fitted sounds, in each split anew.

    The sounds that score have no part in the choice. Splits alone do not part them: a layer that is chosen on other random splits of the
    same sounds has been chosen on those that score it, and the best of many layers then predicts noise.
    r2, error : (layers, splits, responses), of `Scores`
    """
    chosen = error.argmin(axis=0)
    known = np.take_along_axis(error, chosen[None], axis=0)[0] < KNOWS
    picked = np.take_along_axis(r2, chosen[None], axis=0)[0]
    return Best(np.where(known, chosen, NONE), np.where(known, picked, 0.0))

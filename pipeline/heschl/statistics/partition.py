"""One random division of sounds into those that fit a model and those that score it."""

from typing import NamedTuple

import numpy as np


class Partition(NamedTuple):
    """Indices of the sounds to fit and to score: (fit,) and (score,) int."""

    fit: np.ndarray
    score: np.ndarray

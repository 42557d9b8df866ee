"""The layer that predicts each response best, chosen on other splits than those it is scored on."""

from typing import NamedTuple

import numpy as np

NONE = -1  # no layer predicts the response at all


class Best(NamedTuple):
    """Of a model."""

    layer: np.ndarray  # (2, responses) int: place of the layer that the even, the odd splits choose; -1: none
    r2: np.ndarray  # (splits, responses): of the layer that the other half of the splits has chosen; 0 where that is none


def best(scores: np.ndarray) -> Best:
    """Return the best layer of each response from (layers, splits, responses): of the highest median over half of the splits.

    The even splits choose for the odd ones, and these for the even ones, so that no score has chosen itself.
    """
    halves = [np.arange(scores.shape[1]) % 2 == half for half in (0, 1)]
    medians = [np.median(scores[:, half], axis=1) for half in halves]  # (layers, responses)
    chosen = np.array([np.where(each.max(axis=0) > 0, each.argmax(axis=0), NONE) for each in medians])
    r2 = np.empty(scores.shape[1:])
    for half, choice in zip(halves, chosen[::-1], strict=True):
        picked = np.take_along_axis(scores[:, half], np.maximum(choice, 0)[None, None], axis=0)[0]
        r2[half] = np.where(choice == NONE, 0.0, picked)
    return Best(chosen, r2)

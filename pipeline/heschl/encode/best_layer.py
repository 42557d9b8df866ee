"""The layer that predicts each response best, chosen without the sounds on which it is scored."""

from typing import NamedTuple

import numpy as np

NONE = -1  # place of the best layer where no layer predicts the response
PREDICTS = 1 - 1e-6  # a layer with a smaller left-out error, as a share of the mean's, predicts the response


class BestLayer(NamedTuple):
    """The best layer of a model for each response, (splits, responses) each."""

    layer: np.ndarray  # int, place of the layer, or NONE
    r2: np.ndarray  # of that layer, on the scored sounds; 0 for NONE


def best_layer(r2: np.ndarray, error: np.ndarray) -> BestLayer:
    """Return the layer with the least left-out error on the fitted sounds, for each response and split.

    The scored sounds have no part in the choice. Choosing on some splits and scoring on others would not
    ensure that: random splits of the same sounds overlap, so the layer would have been chosen on the sounds
    that score it, and the best of many layers would seem to predict noise.
    r2, error : (layers, splits, responses), as in `LayersScores`
    """
    chosen = error.argmin(axis=0)
    predicts = np.take_along_axis(error, chosen[None], axis=0)[0] < PREDICTS
    chosen_r2 = np.take_along_axis(r2, chosen[None], axis=0)[0]
    return BestLayer(np.where(predicts, chosen, NONE), np.where(predicts, chosen_r2, 0.0))

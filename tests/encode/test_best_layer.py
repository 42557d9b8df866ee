"""The best layer of each response."""

import numpy as np

from heschl.encode.best_layer import NONE, best_layer


def test_the_best_layer_is_chosen_on_the_fitted_sounds_alone():
    r2 = np.array([[[0.9, 0.1, 0.2]] * 2, [[0.5, 0.3, 0.4]] * 2])  # layers, splits, responses
    error = np.array([[[0.8, 0.5, 1.0], [0.6, 0.5, 1.0]], [[0.7, 0.9, 1.0], [0.9, 0.9, 1.0]]])
    found = best_layer(r2, error)
    np.testing.assert_array_equal(found.layer, [[1, 0, NONE], [0, 0, NONE]])
    np.testing.assert_array_equal(found.r2, [[0.5, 0.1, 0], [0.9, 0.1, 0]])

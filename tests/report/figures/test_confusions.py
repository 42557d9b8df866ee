"""A matrix shows shares as color and number."""

import numpy as np
import pandas as pd

from heschl.report.figures import confusions

SHARES = pd.DataFrame([[0.7, 0.3, 0.0], [0.02, 0.9, 0.08], [np.nan] * 3], list("abc"), list("abc"))


def test_matrix_draws_shares_as_colour_and_number():
    axes = confusions.matrix(SHARES).axes[0]
    depth = axes.images[0].get_array()[..., 3]
    np.testing.assert_allclose(depth, confusions.DEEPEST * SHARES.fillna(0) / 0.9)
    written = {(text.get_position(), text.get_text()) for text in axes.texts}
    assert written == {((0, 0), "70"), ((1, 0), "30"), ((1, 1), "90"), ((2, 1), "8")}
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["a", "b", "c"]

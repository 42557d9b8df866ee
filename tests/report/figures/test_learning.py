"""Training and its control are drawn as measured."""

import numpy as np
import pandas as pd

from heschl.report.figures import learning
from tests.helpers.report_curves import lines


def test_learning_skips_empty_cells():
    history = pd.DataFrame({"epoch": [0, 1, 2], "step": [5, 10, 15], "train_loss": [3.0, np.nan, 1.0]})
    history["validation_loss"] = np.nan
    drawn = lines(learning.learning(history, "loss"))
    np.testing.assert_array_equal(drawn["train"].get_xydata(), [[0, 3], [2, 1]])
    assert len(drawn["validation"].get_xdata()) == 0


def test_learning_counts_steps_where_an_epoch_has_many_rows():
    history = pd.DataFrame({"epoch": [0, 0, 1], "step": [5, 10, 15], "train_word_accuracy": [0.1, 0.2, 0.3]})
    figure = learning.learning(history, "word_accuracy", chance=0.05)
    np.testing.assert_allclose(lines(figure)["train"].get_xydata(), [[5, 10], [10, 20], [15, 30]])
    assert figure.axes[0].get_xlabel() == "step"


def test_control_draws_its_rows_from_the_top():
    figure = learning.control([("clean", 0.8, 0.7, 0.9), ("silenced", 0.04, 0.01, 0.1)], 0.05)
    drawn = lines(figure)
    np.testing.assert_allclose(drawn["clean"].get_xydata(), [[80, 1]])
    np.testing.assert_allclose(drawn["silenced"].get_xydata(), [[4, 0]])

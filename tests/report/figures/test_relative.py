"""Relative accuracy, one panel per background, the network and listeners in each."""

import numpy as np
import pandas as pd

from heschl.report.figures import relative
from tests.helpers.report_curves import lines

ENDS = ("", "_low", "_high")
ROWS = pd.DataFrame(
    [
        ("scene", 3.0, 0.9, 0.8, 1.2, 0.7, 0.6, 0.8),
        ("scene", -3.0, 0.4, 0.3, 0.5, 0.2, -0.1, 0.3),
        ("music", 3.0, 0.95, 0.9, 1.0, 0.6, np.nan, np.nan),
    ],
    columns=["background", "snr_db", *(side + end for side in ("listeners", "network") for end in ENDS)],
)


def test_a_panel_has_both_sides_with_intervals_and_room_for_all_of_them():
    figure = relative.panel(ROWS, "scene", "published")
    drawn = lines(figure)
    np.testing.assert_allclose(drawn["published"].get_ydata(), [40, 90])
    np.testing.assert_allclose(drawn["network"].get_ydata(), [20, 70])
    (axes,) = figure.axes
    assert axes.get_ylim() == (-10, 120)
    assert [line.get_ydata()[0] for line in axes.lines if line.get_label() == "_end"] == [0, 100]
    bars = axes.containers[1].lines[2][0].get_segments()
    np.testing.assert_allclose(np.array(bars)[:, :, 1], [[-10, 30], [60, 80]])


def test_together_there_is_a_panel_for_each_background():
    figure = relative.together(ROWS, "own")
    assert [axes.get_title() for axes in figure.axes] == ["auditory scene", "music"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["local", "network"]

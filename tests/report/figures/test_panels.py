"""Each background has a panel of its own, all of one size."""

import numpy as np
import pandas as pd

from heschl.report.figures import panels, svg
from tests.helpers.report_curves import FITS, POINTS, hidden, lines


def test_panel_draws_both_sides_of_one_background():
    figure = panels.panel(POINTS, FITS, "scene", 0.05)
    drawn = lines(figure)
    np.testing.assert_allclose(drawn["network"].get_ydata(), [20, 60, 80])
    np.testing.assert_allclose(drawn["published"].get_ydata(), [30, 70, 90])
    bars = figure.axes[0].containers[0].lines[2][0].get_segments()
    np.testing.assert_allclose(np.array(bars)[:, :, 1], [[12, 30], [50, 70], [75, 85]])
    assert [line.get_xdata()[0] for line in hidden(figure, "_threshold")] == [-2, -6]
    np.testing.assert_allclose([line.get_ydata()[1] for line in hidden(figure, "_threshold")], [42.5, 45])


def test_panel_of_a_background_that_people_did_not_hear_has_none_of_them():
    figure = panels.panel(POINTS, FITS, "babble8", 0.05)
    assert len(lines(figure)["published"].get_xdata()) == 0
    assert hidden(figure, "_threshold") == []  # that of the network lies beyond the SNRs


def test_panels_are_one_for_each_background():
    axes = panels.together(POINTS, FITS, 0.05).axes
    assert [each.get_title() for each in axes] == ["auditory scene", "eight talkers"]


def test_panels_keep_their_size_with_all_backgrounds_and_people():
    kinds = ("scene", "babble2", "babble8", "music", "shaped", "modulated")
    points = pd.concat(
        [
            POINTS[POINTS.background.isin(["scene", "clean"])].replace({"background": {"scene": kind}})
            for kind in kinds
        ]
    )
    fits = pd.concat([FITS[FITS.background == "scene"].assign(background=kind) for kind in kinds])
    figure = panels.together(points.drop_duplicates(), fits, 0.05)
    svg.to_png(figure)  # where the layout is made
    sizes = np.array([axes.get_window_extent().size / figure.dpi for axes in figure.axes])  # inches
    assert len(sizes) == 6
    assert (sizes > 1).all()
    np.testing.assert_allclose(sizes, sizes[[0] * 6])

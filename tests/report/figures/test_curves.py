"""The curves show the numbers of their tables."""

import numpy as np
import pytest

from heschl.report.figures import curves, panels, svg
from tests.helpers.report_curves import FITS, NONE, POINTS, hidden, lines


def test_overview_draws_the_networks_points_and_fits():
    figure = curves.overview(POINTS, FITS, "word", 0.05)
    drawn = lines(figure)
    assert set(drawn) == {"auditory scene", "eight talkers", "none (clean)", "chance"}
    np.testing.assert_allclose(drawn["auditory scene"].get_xydata(), [[-9, 20], [3, 60]])
    np.testing.assert_allclose(drawn["eight talkers"].get_ydata(), [5, 50])
    np.testing.assert_allclose(drawn["none (clean)"].get_ydata(), [80])
    np.testing.assert_allclose(drawn["chance"].get_ydata(), [5, 5])
    assert figure.legends[0].texts[0].get_text() == "none (clean)"
    assert drawn["auditory scene"].get_linestyle() == "None"
    for line, (threshold, ceiling) in zip(hidden(figure, "_fit"), [(-2, 0.8), (5, 0.8)], strict=True):
        x, y = line.get_data()
        np.testing.assert_allclose(y, 100 * (0.05 + (ceiling - 0.05) / (1 + np.exp(-0.5 * (x - threshold)))))
        assert (x[0], x[-1]) == (-9, 3)
    assert [tick.get_text() for tick in figure.axes[0].get_xticklabels()] == ["\u22129", "+3", "clean"]


def test_a_background_without_fit_has_its_points_joined():
    figure = curves.overview(POINTS, NONE, "word", 0.05)
    assert lines(figure)["auditory scene"].get_linestyle() == "-"
    assert hidden(figure, "_fit") == []


@pytest.mark.parametrize(
    "rows", [POINTS[:0], POINTS[:1], POINTS[1:2]], ids=["nothing", "only clean", "one level"]
)
def test_curves_draw_what_there_is(rows):
    for figure in (curves.overview(rows, NONE, "word", 0.05), panels.together(rows, NONE, 0.05)):
        assert "<svg" in svg.to_svg(figure, "little", "a")


def test_each_background_keeps_its_look_whatever_else_is_shown():
    alone = lines(curves.overview(POINTS[POINTS.background == "babble8"], FITS, "word", 0.05))[
        "eight talkers"
    ]
    among = lines(curves.overview(POINTS, FITS, "word", 0.05))["eight talkers"]
    assert (alone.get_color(), alone.get_marker()) == (among.get_color(), among.get_marker())
    assert (
        among.get_color() != lines(curves.overview(POINTS, FITS, "word", 0.05))["auditory scene"].get_color()
    )


def test_the_values_of_a_figure_are_points_with_their_fit_clean_clips_first():
    table = curves.values(POINTS, FITS, 0.05)
    assert list(table.background[:2]) == ["clean", "clean"]
    scene = table[(table.side == "network") & (table.background == "scene")]
    np.testing.assert_allclose(scene.snr_db, [-9, 3])
    np.testing.assert_allclose(scene.fitted, 0.05 + 0.75 / (1 + np.exp(-0.5 * (scene.snr_db + 2))))
    assert table[table.background == "clean"].fitted.isna().all()
    assert set(table.chance) == {0.05}

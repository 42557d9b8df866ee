"""Thresholds are drawn from the easiest background."""

from heschl.report.figures import thresholds
from tests.helpers.report_curves import FITS


def test_thresholds_are_drawn_from_the_easiest_and_hollow_beyond_the_snrs():
    figure = thresholds.thresholds(FITS)
    bars = {
        (each.get_label(), each.lines[0].get_xdata()[0]): each.lines[0] for each in figure.axes[0].containers
    }
    assert set(bars) == {("network", -2.0), ("network", 5.0), ("published", -6.0)}
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == [
        "auditory scene",
        "eight talkers",
    ]
    assert bars["network", -2.0].get_ydata()[0] > bars["network", 5.0].get_ydata()[0]
    assert bars["network", 5.0].get_markerfacecolor() == "none"
    assert bars["network", -2.0].get_markerfacecolor() != "none"
    left, right = figure.axes[0].get_xlim()
    assert left < -6
    assert right > 5


def test_an_interval_that_leaves_the_axis_ends_in_an_arrow():
    rows = FITS.assign(threshold_low=[-40.0, 2.0, -7.0], threshold_high=[1.0, 50.0, -5.0])
    axes = thresholds.thresholds(rows).axes[0]
    arrows = [line for line in axes.lines if line.get_label() == "_beyond"]
    assert sorted(line.get_xdata()[0] for line in arrows) == sorted(axes.get_xlim())
    drawn = thresholds.thresholds(FITS).axes[0]
    assert not [line for line in drawn.lines if line.get_label() == "_beyond"]

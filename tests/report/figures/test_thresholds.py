"""Thresholds are drawn from the easiest background."""

from pipeline.report.figures import thresholds
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

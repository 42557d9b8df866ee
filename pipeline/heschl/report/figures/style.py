"""The style of every figure: fonts, axes, arrows at their ends, and labels that stay text."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.optimize import isotonic_regression

from heschl.report.figures.looks import INK

STYLE = {
    "font.size": 8.5,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.titlesize": 8.5,
    "lines.linewidth": 1.4,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "pdf.fonttype": 42,  # TrueType: journals refuse Type 3
    "svg.hashsalt": "heschl",
}

styled = matplotlib.rc_context(STYLE)  # decorator of functions that draw


def axes_of(width: float, height: float) -> tuple[Figure, Axes]:
    """Return a figure with one panel, width and height in inches, and its axes."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    grid(axes)
    return figure, axes


def grid(axes: Axes) -> None:
    """Draw a faint grid behind the data."""
    axes.grid(True, color=INK, alpha=0.2, linewidth=0.5)
    axes.set_axisbelow(True)


def bars(values: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return error bars as matplotlib takes them, (2, values); 0 where an end is NaN or beyond the value."""
    return np.nan_to_num(np.clip([values - low, high - values], 0, None))


def arrows_up(axes: Axes, at: np.ndarray, low: np.ndarray, high: np.ndarray, color: str) -> None:
    """Draw an arrow at the end of the vertical axis for each bar that leaves it.

    at, low, high : (bars,) place, and ends of a bar; NaN where there is none. Call it when limits are set.
    """
    for end, (out, edge) in _ends(axes.get_ylim(), low, high).items():
        _arrows(axes, np.asarray(at, float)[out], np.full(out.sum(), edge), "v^"[end], color)


def arrows_aside(axes: Axes, at: np.ndarray, low: np.ndarray, high: np.ndarray, color: str) -> None:
    """Draw an arrow at the end of the horizontal axis for each bar that leaves it; as `arrows_up`."""
    for end, (out, edge) in _ends(axes.get_xlim(), low, high).items():
        _arrows(axes, np.full(out.sum(), edge), np.asarray(at, float)[out], "<>"[end], color)


def _ends(limits: tuple[float, float], low: np.ndarray, high: np.ndarray) -> dict:
    """Return which bars leave an axis at its lower (0) and its upper end (1), and where that end is."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    with np.errstate(invalid="ignore"):
        return {0: (low < limits[0], limits[0]), 1: (high > limits[1], limits[1])}


def _arrows(axes: Axes, x: np.ndarray, y: np.ndarray, marker: str, color: str) -> None:
    if len(x):
        carets = {"<": 4, ">": 5, "^": 6, "v": 7}  # matplotlib's, whose tip lies on the point
        drawn = {"linestyle": "none", "markersize": 4, "color": color, "clip_on": False, "zorder": 4}
        axes.plot(x, y, marker=carets[marker], label="_beyond", **drawn)


def plain(text: object) -> str:
    """Return a label that matplotlib never reads as a formula."""
    return str(text).replace("$", r"\$")


def short(text: str, most: int = 14) -> str:
    """Return a name of at most `most` letters: the end of a longer one, where names of layers differ."""
    return text if len(text) <= most else f"\u2026{text[1 - most :]}"


def apart(places: Sequence[float], least: float) -> np.ndarray:
    """Return places, moved as little as possible, with neighbors at least `least` apart, in the same order.

    places : floats; equal ones are separated in the order given
    """
    order = np.argsort(places, kind="stable")
    steps = np.arange(len(places)) * least
    fitted = isotonic_regression(np.asarray(places, float)[order] - steps).x + steps if len(places) else steps
    return fitted[np.argsort(order, kind="stable")]

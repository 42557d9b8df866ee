"""The look of every figure: colors, markers, fonts, and labels that stay text."""

from collections.abc import Sequence
from typing import NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.optimize import isotonic_regression

from pipeline.behavior.columns import LOCAL, PUBLISHED
from pipeline.mixtures.backgrounds import BACKGROUNDS

INK = "#7f7f7f"  # mid-tone, legible on white and on black; in SVG it becomes the page's text color
PALETTE = (  # Okabe & Ito: distinguishable with any color vision
    "#0072b2",
    "#d55e00",
    "#e69f00",
    "#009e73",
    "#56b4e9",
    "#cc79a7",
)
MARKERS = "os^Dv*"
SYMBOLS = {"o": "\u25cf", "s": "\u25a0", "D": "\u25c6", "^": "\u25b2", "v": "\u25bc", "*": "\u2605"}
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
    "svg.hashsalt": "heschl",
}

styled = matplotlib.rc_context(STYLE)  # decorator of functions that draw


class Look(NamedTuple):
    """How a line is drawn.

    series : place of its color in PALETTE, and in the page's variables --series-0, --series-1, ...
    marker : of matplotlib; `symbol` is the same as a letter
    line   : style of matplotlib
    """

    series: int
    marker: str
    line: str

    @property
    def color(self) -> str:
        """Return the color as #rrggbb."""
        return PALETTE[self.series]

    @property
    def symbol(self) -> str:
        """Return the marker as a letter, for legends in the page."""
        return SYMBOLS[self.marker]


SIDES = {"network": Look(0, "o", "-"), PUBLISHED: Look(1, "s", "--"), LOCAL: Look(3, "^", ":")}


def look(kind: str, place: int) -> Look:
    """Return the look of a kind of background in every figure; place : if it is not in BACKGROUNDS."""
    place = list(BACKGROUNDS).index(kind) if kind in BACKGROUNDS else place
    line = "-" if place < len(PALETTE) else ":"
    return Look(place % len(PALETTE), MARKERS[place % len(MARKERS)], line)


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

"""A confusion matrix, for tasks of few labels."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heschl.report.figures.looks import INK, NETWORK
from heschl.report.figures.style import plain, styled

MOST = 45  # labels that a matrix can show
COLOR = np.array([int(NETWORK.color[place : place + 2], 16) / 255 for place in (1, 3, 5)])
DEEPEST = 0.6  # opacity of the color: numbers stay legible on it, in light and in dark
DEEP = 0.5  # share drawn with the deepest color, unless there is a larger one
LETTERS = 20  # of a label
WRITTEN = 0.045  # share from which a cell has its number


@styled
def matrix(shares: pd.DataFrame, what: str = "answer of the network") -> Figure:
    """Draw how often each label (column) is the answer to clips of each label (row).

    shares  : (labels, labels), 0 to 1, rows of the truth; a row of NaN, of a label without clips, stays empty
    returns : Figure of colors, and numbers in % from 4.5 % up
    """
    side = width(shares)
    figure = Figure(figsize=(side, side), layout="constrained")
    axes = figure.add_subplot()
    values = np.nan_to_num(shares.to_numpy(float))
    opacity = DEEPEST * values[..., None] / max(values.max(), DEEP)
    colors = np.concatenate([np.broadcast_to(COLOR, (*values.shape, 3)), opacity], -1)
    axes.imshow(colors, interpolation="nearest")
    for row, column in zip(*np.nonzero(values >= WRITTEN), strict=True):
        weight = "bold" if row == column else "normal"
        written = {"ha": "center", "va": "center", "fontsize": 8, "fontweight": weight}
        axes.text(column, row, f"{100 * values[row, column]:.0f}", **written)
    _labels(axes, shares)
    axes.set(xlabel=plain(what), ylabel="truth")
    return figure


def width(shares: pd.DataFrame) -> float:
    """Return the width and height of `matrix`, in inches."""
    longest = max((len(_short(label)) for label in shares.index), default=0)
    return 0.27 * len(shares) + 0.5 + 0.09 * longest


def _labels(axes: Axes, shares: pd.DataFrame) -> None:
    """Write the labels, and draw lines between the cells."""
    number = len(shares)
    axes.set_xticks(
        range(number), [plain(_short(each)) for each in shares.columns], rotation=90, fontsize=9.5
    )
    axes.set_yticks(range(number), [plain(_short(each)) for each in shares.index], fontsize=9.5)
    axes.tick_params(length=0)
    axes.set_xticks(np.arange(number + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(number + 1) - 0.5, minor=True)
    axes.grid(which="minor", color=INK, alpha=0.25, linewidth=0.4)
    axes.tick_params(which="minor", length=0)


def _short(label: str) -> str:
    return label if len(label) <= LETTERS else f"{label[: LETTERS - 1]}\u2026"

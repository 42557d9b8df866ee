"""What is taken for what: a matrix where labels are few, a list of the most confused where they are many."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pipeline.report.style import INK, PALETTE, plain, styled
from pipeline.report.words import joined, percent

MOST = 45  # labels that a matrix can show
PAIRS = 12  # in the list
NAMED = 3  # in words
BLUE = np.array([int(PALETTE[0][place : place + 2], 16) / 255 for place in (1, 3, 5)])
DEEPEST = 0.6  # of the colour: numbers stay legible on it, in light and in dark
DEEP = 0.5  # share whose colour is the deepest, or the largest share
LETTERS = 20  # of a label that are shown
WRITTEN = 0.045  # share from which a cell has its number


@styled
def matrix(shares, what="answer of the network"):
    """Draw how often each label (column) is the answer to clips of each label (row), as colour and, from 4.5 %, as a number in %.

    shares : DataFrame (labels, labels), 0 to 1, rows of the truth; a row of NaN, of a label without clips, stays empty
    """
    number = len(shares)
    side = width(shares)
    figure = Figure(figsize=(side, side), layout="constrained")
    axes = figure.add_subplot()
    values = np.nan_to_num(shares.to_numpy(float))
    colours = np.concatenate(
        [np.broadcast_to(BLUE, (number, number, 3)), DEEPEST * values[..., None] / max(values.max(), DEEP)],
        -1,
    )
    axes.imshow(colours, interpolation="nearest")
    for row, column in zip(*np.nonzero(values >= WRITTEN), strict=True):
        weight = "bold" if row == column else "normal"
        axes.text(
            column,
            row,
            f"{100 * values[row, column]:.0f}",
            ha="center",
            va="center",
            fontsize=8,
            fontweight=weight,
        )
    axes.set_xticks(
        range(number), [plain(_short(label)) for label in shares.columns], rotation=90, fontsize=9.5
    )
    axes.set_yticks(range(number), [plain(_short(label)) for label in shares.index], fontsize=9.5)
    axes.tick_params(length=0)
    axes.set_xticks(np.arange(number + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(number + 1) - 0.5, minor=True)
    axes.grid(which="minor", color=INK, alpha=0.25, linewidth=0.4)
    axes.tick_params(which="minor", length=0)
    axes.set(xlabel=plain(what), ylabel="truth")
    return figure


def width(shares):
    """Return the width and height of `matrix`, in inches."""
    longest = max((len(_short(label)) for label in shares.index), default=0)
    return 0.27 * len(shares) + 0.5 + 0.09 * longest


def most_confused(shares, number=PAIRS):
    """Return the pairs of labels most often confused: truth, answer, share (0 to 1) of the truth's clips; from the most frequent."""
    values = shares.to_numpy(float)
    off = pd.DataFrame(
        np.where(np.eye(len(shares), dtype=bool), np.nan, values), shares.index, shares.columns
    )
    long = off.rename_axis(index="truth", columns="answer").stack().rename("share").reset_index()
    long = long[long.share > 0].sort_values(["share", "truth", "answer"], ascending=[False, True, True])
    return long.head(number).reset_index(drop=True)


def described(shares):
    """Say in words what a matrix shows: how much is on the diagonal, and the main confusions."""
    values = shares.to_numpy(float)
    kept = np.diag(values)[np.isfinite(np.diag(values))]
    if not len(kept):
        return "No label has clips."
    known = shares[np.isfinite(np.diag(values))]
    right = pd.Series(np.diag(values), shares.index)[known.index]
    pairs = [
        f"{row.truth} for {row.answer} ({percent(row.share, 0)})"
        for row in most_confused(shares, NAMED).itertuples()
    ]
    best, worst = right.idxmax(), right.idxmin()
    ends = (
        f"from {percent(right.min(), 0)} ({worst}) to {percent(right.max(), 0)} ({best})"
        if len(kept) > 1
        else percent(kept[0], 0)
    )
    return (
        f"Right answers {ends}. {'Most often taken: ' + joined(pairs) if pairs else 'Nothing is confused'}."
    )


def _short(label):
    return label if len(label) <= LETTERS else f"{label[: LETTERS - 1]}\u2026"

"""Similarity of sounds in a region and in the layer most similar to it: two matrices of correlations."""

import math
from collections.abc import Sequence

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import rankdata

from heschl.report.figures.looks import INK
from heschl.report.figures.style import apart, plain, short, styled

SIDE, WIDTH, LEFT, GAP, TOP, BOTTOM = 1.3, 3.6, 0.93, 0.05, 0.22, 0.06  # inches
MOST = 256  # rows of a picture; of more sounds, neighbors are averaged
SHADES = matplotlib.colormaps["magma"].resampled(32)  # few, so that the picture is small
LETTERS = 15  # of a category
LINE = 0.1  # inches between two names

Titled = tuple[str, np.ndarray]  # title, (sounds, sounds)
Pair = tuple[Titled, Titled]


@styled
def pair(one: Titled, other: Titled, categories: Sequence[str]) -> Figure:
    """Draw two matrices side by side, with the categories of the sounds at the left.

    Brightness is the rank of a correlation among all pairs of sounds: what Spearman's rho compares.
    """
    height = SIDE + TOP + BOTTOM
    figure = Figure(figsize=(WIDTH, height))
    _pair(figure, (one, other), categories, BOTTOM, height)
    return figure


@styled
def together(pairs: Sequence[Pair], categories: Sequence[str]) -> Figure:
    """Draw several pairs in one picture."""
    height = (SIDE + TOP + BOTTOM) * len(pairs)
    figure = Figure(figsize=(WIDTH, height))
    for place, both in enumerate(pairs):
        _pair(figure, both, categories, height - (SIDE + TOP + BOTTOM) * (place + 1) + BOTTOM, height)
    return figure


def values(pairs: Sequence[Pair], sounds: Sequence[str]) -> pd.DataFrame:
    """Return the correlation of each pair of sounds in each matrix: sound, other, and a column per matrix."""
    row, column = np.tril_indices(len(sounds), -1)
    names = np.asarray(sounds)
    table = {"sound": names[row], "other": names[column]}
    for (region, one), (layer, two) in pairs:
        table |= {region: one[row, column], f"{region}: {layer}": two[row, column]}
    return pd.DataFrame(table).round(4)


def ranks(matrix: np.ndarray) -> np.ndarray:
    """Return the rank of each pair of sounds, 0 to 1 (most similar); NaN on the diagonal and where unknown.

    matrix : (sounds, sounds)
    """
    values = np.where(np.eye(len(matrix), dtype=bool), np.nan, matrix).astype(float)
    known = np.isfinite(values)
    values[known] = (rankdata(values[known]) - 1) / max(known.sum() - 1, 1)
    return np.where(known, values, np.nan)


def _pair(figure: Figure, both: Pair, categories: Sequence[str], bottom: float, height: float) -> None:
    for place, (title, matrix) in enumerate(both):
        left = LEFT + place * (SIDE + GAP)
        axes = figure.add_axes((left / WIDTH, bottom / height, SIDE / WIDTH, SIDE / height))
        drawn = {"cmap": SHADES, "vmin": 0, "vmax": 1, "interpolation": "none"}
        axes.imshow(_thinned(ranks(matrix)), extent=(0, len(matrix), len(matrix), 0), **drawn)
        axes.set_title(plain(short(title, 24)), fontsize=7.5)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        if not place:
            _categories(axes, np.asarray(categories))


def _categories(axes: Axes, categories: np.ndarray) -> None:
    """Mark where each category begins and ends, and write its name as near to its middle as possible."""
    starts = np.flatnonzero(np.r_[True, categories[1:] != categories[:-1]])
    ends = np.r_[starts[1:], len(categories)]
    if len(starts) < 2:
        return
    line = LINE * len(categories) / SIDE
    middles = (starts + ends) / 2
    heights = apart(middles, min(line, len(categories) / len(starts)))
    size = min(6.5, 72 * SIDE / len(starts))
    bar = -0.025 * len(categories)
    for start, end, middle, height in zip(starts, ends, middles, heights, strict=True):
        thick = {"color": INK, "linewidth": 1.5, "solid_capstyle": "butt", "clip_on": False}
        axes.plot([bar, bar], [start + 0.1, end - 0.1], **thick)
        axes.plot([1.6 * bar, 2.6 * bar], [middle, height], color=INK, linewidth=0.4, clip_on=False)
        name = plain(_cut(categories[start]))
        axes.text(2.9 * bar, height, name, ha="right", va="center", fontsize=size)
    axes.set(xlim=(0, len(categories)), ylim=(len(categories), 0))


def _cut(category: str) -> str:
    return category if len(category) <= LETTERS else f"{category[: LETTERS - 1]}\u2026"


def _thinned(matrix: np.ndarray) -> np.ndarray:
    """Return the matrix, neighbors averaged if it has more than `MOST` rows."""
    step = math.ceil(len(matrix) / MOST)
    if step == 1:
        return matrix
    side = math.ceil(len(matrix) / step)
    padded = np.pad(matrix, (0, side * step - len(matrix)), constant_values=np.nan)
    blocks = padded.reshape(side, step, side, step)
    known = np.isfinite(blocks)
    with np.errstate(invalid="ignore"):
        return np.where(known, blocks, 0).sum((1, 3)) / known.sum((1, 3))

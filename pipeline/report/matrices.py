"""Which sounds are alike to a region and to the layer most like it: matrices of correlations, side by side."""

import math

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from scipy.stats import rankdata

from pipeline.report.style import INK, apart, plain, short, styled

SIDE, WIDTH, LEFT, GAP, TOP, BOTTOM = 1.3, 3.6, 0.93, 0.05, 0.22, 0.06  # inches
MOST = 256  # sounds that are drawn one by one
SHADES = matplotlib.colormaps["magma"].resampled(32)  # few, so that the picture is small
LETTERS = 15  # of a category
LINE = 0.1  # inches between two names


@styled
def pair(one, other, categories):
    """Draw two matrices side by side, categories marked at the left; one, other : (title, (sounds, sounds)).

    Brightness is the rank of a correlation among all pairs of sounds: what Spearman's rho compares.
    """
    height = SIDE + TOP + BOTTOM
    figure = Figure(figsize=(WIDTH, height))
    _pair(figure, (one, other), categories, BOTTOM, height)
    return figure


@styled
def pairs(several, categories):
    """Draw several pairs in one picture; several : of the arguments of `pair`."""
    height = (SIDE + TOP + BOTTOM) * len(several)
    figure = Figure(figsize=(WIDTH, height))
    for place, both in enumerate(several):
        _pair(figure, both, categories, height - (SIDE + TOP + BOTTOM) * (place + 1) + BOTTOM, height)
    return figure


def ranks(matrix):
    """Return the rank of each pair of two sounds, 0 to 1 the most alike; NaN on the diagonal, and where there is none."""
    values = np.where(np.eye(len(matrix), dtype=bool), np.nan, matrix).astype(float)
    known = np.isfinite(values)
    values[known] = (rankdata(values[known]) - 1) / max(known.sum() - 1, 1)
    return np.where(known, values, np.nan)


def _pair(figure, both, categories, bottom, height):
    for place, (title, matrix) in enumerate(both):
        left = LEFT + place * (SIDE + GAP)
        axes = figure.add_axes((left / WIDTH, bottom / height, SIDE / WIDTH, SIDE / height))
        picture = _thinned(ranks(matrix))
        axes.imshow(
            picture,
            cmap=SHADES,
            vmin=0,
            vmax=1,
            interpolation="none",
            extent=(0, len(matrix), len(matrix), 0),
        )
        axes.set_title(plain(short(title, 24)), fontsize=7.5)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        if not place:
            _categories(axes, np.asarray(categories))


def _categories(axes, categories):
    """Mark where each category begins and ends, and write its name beside its middle, or as near as there is room."""
    starts = np.flatnonzero(np.r_[True, categories[1:] != categories[:-1]])
    ends = np.r_[starts[1:], len(categories)]
    if len(starts) < 2:
        return
    line = LINE * len(categories) / SIDE
    middles = (starts + ends) / 2
    heights = apart(middles, min(line, len(categories) / len(starts)))
    size = min(6.5, 72 * SIDE / len(starts))
    for start, end, middle, height in zip(starts, ends, middles, heights, strict=True):
        name = (
            categories[start]
            if len(categories[start]) <= LETTERS
            else f"{categories[start][: LETTERS - 1]}\u2026"
        )
        bar = -0.025 * len(categories)
        axes.plot(
            [bar, bar],
            [start + 0.1, end - 0.1],
            color=INK,
            linewidth=1.5,
            solid_capstyle="butt",
            clip_on=False,
        )
        axes.plot([1.6 * bar, 2.6 * bar], [middle, height], color=INK, linewidth=0.4, clip_on=False)
        axes.text(2.9 * bar, height, plain(name), ha="right", va="center", fontsize=size)
    axes.set(xlim=(0, len(categories)), ylim=(len(categories), 0))


def _thinned(matrix):
    """Return the matrix in which so many neighbours are averaged that it is no picture of more than `MOST` rows."""
    step = math.ceil(len(matrix) / MOST)
    if step == 1:
        return matrix
    side = math.ceil(len(matrix) / step)
    padded = np.pad(matrix, (0, side * step - len(matrix)), constant_values=np.nan).reshape(
        side, step, side, step
    )
    known = np.isfinite(padded)
    with np.errstate(invalid="ignore"):
        return np.where(known, padded, 0).sum((1, 3)) / known.sum((1, 3))

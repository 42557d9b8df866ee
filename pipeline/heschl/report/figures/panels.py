"""Accuracy against SNR, one panel per background: network and listeners, intervals, fits and thresholds.

points, fits : tables of one task, as `heschl.report.scores` returns them
"""

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heschl.mixtures.row import CLEAN
from heschl.report.figures import grids
from heschl.report.figures.curves import chance_line, curve, levels_of, measured, scales, step_of
from heschl.report.figures.looks import SIDES, Look
from heschl.report.figures.style import grid, plain, styled
from heschl.report.text.words import SHORT, background, kinds_of, signed


@styled
def panel(points: pd.DataFrame, fits: pd.DataFrame, kind: str, chance: float) -> Figure:
    """Draw one background; chance : 0 to 1."""
    return grids.alone(partial(_draw, points, fits, chance), kind)


@styled
def together(points: pd.DataFrame, fits: pd.DataFrame, chance: float) -> Figure:
    """Draw `panel` of every background in one picture."""
    return grids.together(partial(_draw, points, fits, chance), kinds_of(points), columns=4)


def _draw(points: pd.DataFrame, fits: pd.DataFrame, chance: float, axes: Axes, kind: str) -> None:
    grid(axes)
    levels, clean_at = levels_of(points)
    sides = [side for side in SIDES if side in set(points.side)]
    for place, side in enumerate(sides):
        shift = 0.12 * step_of(levels) * (place - (len(sides) - 1) / 2)  # so that bars do not overlap
        rows = _heard(points[points.side == side], kind)
        at = rows.snr_db.fillna(clean_at) + shift
        measured(axes, rows, at, SHORT[side], SIDES[side].color, SIDES[side].marker, size=5.5)
        fitted = fits[(fits.side == side) & (fits.background == kind) & np.isfinite(fits.rate)]
        if len(fitted):
            _fitted(axes, next(fitted.itertuples()), levels, SIDES[side])
        else:
            inner = rows.background.eq(kind)
            joined = {"color": SIDES[side].color, "linestyle": SIDES[side].line, "label": "_line"}
            axes.plot(at[inner], rows.value[inner] * 100, **joined)
    chance_line(axes, chance)
    scales(axes, levels, clean_at)
    falling = [signed(each) if place % 2 == 0 else "" for place, each in enumerate(levels[::-1])]
    axes.set_xticklabels([*falling[::-1], "clean"])  # every other SNR: there is no room for all
    axes.set_yticks([0, 50, 100], ["0", "50", "100 %"])
    axes.set(title=plain(background(kind)), xlabel="SNR (dB)")


def _heard(points: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the points of a background and of clean clips; none if this side has none of the background."""
    rows = points[points.background.isin([kind, CLEAN])].sort_values("snr_db")
    return rows if rows.background.eq(kind).any() else rows[:0]


def _fitted(axes: Axes, fit: object, levels: np.ndarray, side: Look) -> None:
    """Draw a fitted curve, and its threshold if it lies within the SNRs."""
    axes.plot(*curve(fit, levels), color=side.color, linestyle=side.line, label="_fit")
    half = 50 * (fit.guess + fit.ceiling)
    if levels[0] <= fit.threshold_db <= levels[-1]:
        dotted = {"color": side.color, "linewidth": 0.8, "linestyle": (0, (1, 1.5)), "label": "_threshold"}
        axes.plot([fit.threshold_db] * 2, [0, half], **dotted)

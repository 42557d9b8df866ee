"""Accuracy against SNR, all backgrounds in one panel; and what panels of it have in common.

points, fits : tables of one task, as `heschl.report.scores` returns them
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import expit

from heschl.mixtures.row import CLEAN
from heschl.report.figures.looks import INK, NONE, look
from heschl.report.figures.style import axes_of, bars, plain, styled
from heschl.report.text.words import background, kinds_of, places, signed

STEPS = 60  # points of a fitted curve


@styled
def overview(points: pd.DataFrame, fits: pd.DataFrame, task: str, chance: float) -> Figure:
    """Draw the network's accuracy against SNR, one color per background: measured points, fitted lines.

    points, fits : of the network and others, who are left out
    chance       : 0 to 1, drawn as a dashed line
    returns      : Figure; clean is a point at the right; a background without a fit has its points joined
    """
    figure, axes = axes_of(3.8, 3.3)
    points, fits = (table[table.side == "network"] for table in (points, fits))
    levels, clean_at = levels_of(points)
    measured(axes, points[points.background == CLEAN], clean_at, background(CLEAN), INK, NONE.marker)
    for kind in kinds_of(points):
        rows = points[points.background == kind].sort_values("snr_db")
        shape = look(kind)
        fitted = fits[fits.background == kind]
        joint = "none" if len(fitted) else shape.line
        drawn = {"linestyle": joint, "marker": shape.marker, "color": shape.color, "clip_on": False}
        axes.plot(rows.snr_db, rows.value * 100, label=plain(background(kind)), **drawn)
        for fit in fitted.itertuples():
            axes.plot(
                *curve(fit, levels), color=shape.color, linestyle=shape.line, linewidth=1.2, label="_fit"
            )
    chance_line(axes, chance)
    scales(axes, levels, clean_at)
    axes.set(xlabel="SNR (dB)", ylabel=f"{plain(task)} named correctly (%)")
    handles = dict(zip(*axes.get_legend_handles_labels()[::-1], strict=True))
    first = {name: handle for name, handle in handles.items() if name == background(CLEAN)}
    handles = first | handles  # clean clips come first in every list
    look_of = {"loc": "outside lower center", "ncols": 3, "handlelength": 1.4, "columnspacing": 1}
    figure.legend(handles.values(), handles.keys(), **look_of)
    return figure


def values(points: pd.DataFrame, fits: pd.DataFrame, chance: float) -> pd.DataFrame:
    """Return the points, clean ones first, with chance and the fitted accuracy at their SNR, 0 to 1."""
    order = kinds_of(points, clean=True)
    table = points.sort_values(
        ["background", "snr_db"], key=lambda column: places(column, order), kind="stable"
    )
    keys = ["side", "background"]
    fitted = table.merge(fits[[*keys, "threshold_db", "rate", "ceiling", "guess"]], on=keys, how="left")
    slope = expit(fitted.rate * (fitted.snr_db - fitted.threshold_db))
    return fitted[points.columns].assign(
        fitted=fitted.guess + (fitted.ceiling - fitted.guess) * slope, chance=chance
    )


def curve(fit: object, levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return SNRs (dB) and the fitted accuracy there (%).

    accuracy = guess + (ceiling - guess) / (1 + exp(-rate (snr - threshold)))
    """
    snr_db = np.linspace(levels[0], levels[-1], STEPS)
    return snr_db, 100 * (
        fit.guess + (fit.ceiling - fit.guess) * expit(fit.rate * (snr_db - fit.threshold_db))
    )


def levels_of(points: pd.DataFrame) -> tuple[np.ndarray, float]:
    """Return the SNRs of the points (dB), rising, and where clean is drawn."""
    levels = np.unique(points.snr_db.dropna().to_numpy(float))
    return levels, levels[-1] + 1.5 * step_of(levels) if len(levels) else 0.0


def step_of(levels: np.ndarray) -> float:
    """Return the smallest distance between two SNRs (dB), 1 if there are fewer than two."""
    return np.diff(levels).min() if len(levels) > 1 else 1.0


def measured(
    axes: Axes,
    rows: pd.DataFrame,
    at: float | pd.Series,
    label: str,
    color: str,
    marker: str,
    size: float = 4.5,
) -> None:
    """Draw measured accuracies with their intervals; at : SNR of each row, or of all of them (dB)."""
    low, value, high = (rows[column].to_numpy(float) * 100 for column in ("low", "value", "high"))
    at = np.broadcast_to(np.asarray(at, float), value.shape)
    drawn = {"color": color, "marker": marker, "linestyle": "none", "elinewidth": 0.9, "clip_on": False}
    drawn["markersize"] = size
    _, _, (stems,) = axes.errorbar(at, value, yerr=bars(value, low, high), label=plain(label), **drawn)
    stems.set_alpha(0.6)


def chance_line(axes: Axes, chance: float) -> None:
    """Draw chance, 0 to 1."""
    axes.axhline(chance * 100, color=INK, linestyle="--", linewidth=0.9, label="chance")


def scales(axes: Axes, levels: np.ndarray, clean_at: float) -> None:
    """Label the SNRs and clean, and let accuracy go from 0 to 100 %."""
    axes.set_xticks([*levels, clean_at], [*map(signed, levels), "clean"])
    axes.set_ylim(0, 100)

"""The network compared with listeners: condition by condition, and error by error."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heschl.behavior.columns import LOCAL
from heschl.report.figures.looks import INK, SIDES, look
from heschl.report.figures.style import axes_of, bars, plain, styled
from heschl.report.text.words import WHO, background, kinds_of

Kappa = tuple[str, str, float, float | None, float | None]  # conditions, between whom, kappa, low, high
CHANCE = 0.0  # kappa of two who err independently


@styled
def scatter(rows: pd.DataFrame, who: str) -> Figure:
    """Draw the network's accuracy against the listeners', one point per condition, and the line of equality.

    rows : background, snr_db (NaN when clean), and listeners, listeners_low, listeners_high, network,
           network_low, network_high (0 to 1)
    who  : the listeners, on the horizontal axis
    """
    figure, axes = axes_of(3.8, 4.0)
    axes.plot([0, 100], [0, 100], color=INK, linewidth=0.9, linestyle="--", label="equal")
    for kind in kinds_of(rows, clean=True):
        some = rows[rows.background == kind].sort_values("snr_db")
        _points(axes, some, kind, look(kind).color, look(kind).marker)
    labels = {"xlabel": f"{plain(who)}, correct (%)", "ylabel": f"{WHO['network']}, correct (%)"}
    axes.set(**labels, xlim=(0, 100), ylim=(0, 100), aspect="equal")
    figure.legend(loc="outside lower center", ncols=3, handlelength=1.4, columnspacing=1)
    return figure


@styled
def consistency(rows: Sequence[Kappa]) -> Figure:
    """Draw kappa between the network and listeners, and between listeners, from the top.

    rows : between is "network-person" or "person-person"; low and high are None where there is no interval
    """
    figure, axes = axes_of(3.8, 0.75 + 0.36 * len(rows))
    for height, (what, between, value, low, high) in zip(range(len(rows))[::-1], rows, strict=True):
        side = SIDES["network" if between == "network-person" else LOCAL]
        ends = np.array([[value if low is None else low], [value if high is None else high]])
        drawn = {"fmt": side.marker, "color": side.color, "capsize": 3}
        axes.errorbar([value], [height], xerr=abs(ends - value), label=plain(f"{what}, {between}"), **drawn)
    axes.axvline(CHANCE, color=INK, linestyle="--", linewidth=1)
    names = [plain(f"{between}\n{what}") for what, between, *_ in rows]
    axes.set_yticks(range(len(rows))[::-1], names)
    axes.set(xlabel="error consistency \u03ba", ylim=(-0.6, len(rows) - 0.4))
    axes.grid(False, axis="y")
    return figure


def _points(axes: Axes, rows: pd.DataFrame, kind: str, color: str, marker: str) -> None:
    """Draw the conditions of one background, joined from the lowest SNR to the highest."""
    (x, x_bar), (y, y_bar) = (_with_bars(rows, side) for side in ("listeners", "network"))
    drawn = {"fmt": marker, "color": color, "elinewidth": 0.7, "clip_on": False}
    label = plain(background(kind))
    _, _, stems = axes.errorbar(x, y, xerr=x_bar, yerr=y_bar, label=label, **drawn)
    for each in stems:
        each.set_alpha(0.45)
    axes.plot(x, y, color=color, linewidth=0.7, alpha=0.6, label="_path")


def _with_bars(rows: pd.DataFrame, side: str) -> tuple[np.ndarray, np.ndarray]:
    low, value, high = (rows[side + end].to_numpy(float) * 100 for end in ("_low", "", "_high"))
    return value, bars(value, low, high)

"""Relative accuracy against SNR, one panel per background: the network and a group of listeners.

rows : background, snr_db, and listeners, listeners_low, listeners_high, network, network_low, network_high:
       accuracy relative to clean clips and corrected for guessing, 0 at chance, 1 as in quiet
"""

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heschl.report.figures import grids
from heschl.report.figures.curves import levels_of, measured, step_of
from heschl.report.figures.looks import INK, SIDES
from heschl.report.figures.style import grid, plain, styled
from heschl.report.text.words import SHORT, background, kinds_of, signed

ENDS = {"": "value", "_low": "low", "_high": "high"}


@styled
def panel(rows: pd.DataFrame, kind: str, group: str) -> Figure:
    """Draw one background; group : of the listeners."""
    return grids.alone(partial(_draw, rows, group), kind)


@styled
def together(rows: pd.DataFrame, group: str) -> Figure:
    """Draw `panel` of every background in one picture."""
    return grids.together(partial(_draw, rows, group), kinds_of(rows), columns=3)


def _draw(rows: pd.DataFrame, group: str, axes: Axes, kind: str) -> None:
    grid(axes)
    levels, _ = levels_of(rows)
    some = rows[rows.background == kind].sort_values("snr_db")
    for place, (column, side) in enumerate((("listeners", group), ("network", "network"))):
        look = SIDES[side]
        values = some[[column + end for end in ENDS]].set_axis([*ENDS.values()], axis=1)
        at = some.snr_db + 0.12 * step_of(levels) * (place - 0.5)  # so that bars do not overlap
        measured(axes, values, at, SHORT[side], look.color, look.marker, size=5.5)
        axes.plot(at, values.value * 100, color=look.color, linestyle=look.line, label="_line")
    for height in (0, 100):  # chance, and as in quiet
        axes.axhline(height, color=INK, linestyle="--", linewidth=0.9, label="_end")
    falling = [signed(each) if place % 2 == 0 else "" for place, each in enumerate(levels[::-1])]
    axes.set_xticks(levels, falling[::-1])  # every other SNR: there is no room for all
    axes.set_yticks([0, 50, 100], ["0", "50", "100 %"])
    axes.set(title=plain(background(kind)), xlabel="SNR (dB)", ylim=_limits(rows))


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the vertical axis, %, the same for every panel: 0 to 100 and all values."""
    values = rows[[f"{side}{end}" for side in ("listeners", "network") for end in ENDS]].to_numpy(float) * 100
    known = values[np.isfinite(values)]
    return min(-4.0, *known) if len(known) else -4.0, max(104.0, *known) if len(known) else 104.0

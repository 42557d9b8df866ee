"""The threshold of each background, of the network and of listeners."""

import pandas as pd
from matplotlib.figure import Figure

from heschl.report.figures.looks import INK, SIDES
from heschl.report.figures.style import arrows_aside, axes_of, plain, styled
from heschl.report.scores import easiest_first
from heschl.report.text.words import SHORT, background


@styled
def thresholds(fits: pd.DataFrame) -> Figure:
    """Draw each background's threshold and interval, the easiest for the network on top.

    fits    : as `heschl.report.scores` returns them
    returns : Figure; a marker is hollow where the threshold lies beyond the SNRs tested, which are shaded;
              an arrow says that an interval goes on beyond the axis
    """
    kinds = easiest_first(fits)
    sides = [side for side in SIDES if side in set(fits.side)]
    figure, axes = axes_of(3.8, 0.8 + max(0.16 * len(sides), 0.36) * len(kinds))
    low, high = fits.levels_low.min(), fits.levels_high.max()
    reach = (high - low) / 2
    left = min(low - reach, fits.threshold_db.min() - 1)
    right = max(high + reach, fits.threshold_db.max() + 1)
    heights = {
        (side, kind): len(kinds) - 1 - place - 0.22 * (offset - (len(sides) - 1) / 2)
        for offset, side in enumerate(sides)
        for place, kind in enumerate(kinds)
    }
    for side in sides:
        for row in fits[fits.side == side].itertuples():
            height = heights[side, row.background]
            below, above = row.threshold_db - row.threshold_low, row.threshold_high - row.threshold_db
            color = SIDES[side].color
            drawn = {"fmt": SIDES[side].marker, "color": color, "mfc": color if row.tested else "none"}
            bar = [[max(below, 0)], [max(above, 0)]]
            axes.errorbar([row.threshold_db], [height], xerr=bar, label=SHORT[side], **drawn)
    axes.axvspan(low, high, color=INK, alpha=0.08, linewidth=0)
    axes.set_yticks(range(len(kinds))[::-1], [plain(background(kind)) for kind in kinds])
    axes.set(xlabel="SNR at the threshold (dB)", xlim=(left, right), ylim=(-0.6, len(kinds) - 0.4))
    axes.grid(False, axis="y")
    for side in sides:
        rows = fits[fits.side == side]
        at = [heights[side, kind] for kind in rows.background]
        arrows_aside(axes, at, rows.threshold_low, rows.threshold_high, SIDES[side].color)
    return figure

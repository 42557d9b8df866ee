"""Errors of directions against SNR, one color per background."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from heschl.mixtures.row import CLEAN
from heschl.report.figures.looks import INK, NONE, look
from heschl.report.figures.style import bars, grid, plain, styled
from heschl.report.text.words import background, kinds_of

PANELS = {"great_circle": "angle to the truth (°)", "azimuth": "error in azimuth (°)"}


@styled
def errors(table: pd.DataFrame) -> Figure:
    """Draw the errors of one half with their intervals; clean clips are a point at the right.

    table : background, snr_db, and each of PANELS with _low and _high
    """
    figure = Figure(figsize=(6.6, 3.2), layout="constrained")
    every = figure.subplots(1, len(PANELS), squeeze=False)[0]
    levels = np.sort(table.snr_db.dropna().unique())
    step = float(np.diff(levels).mean()) if len(levels) > 1 else 3.0
    clean_at = (levels[-1] if len(levels) else 0.0) + 1.5 * step
    for axes, (name, label) in zip(every, PANELS.items(), strict=True):
        grid(axes)
        for kind in [CLEAN, *kinds_of(table)]:
            rows = table[table.background == kind].sort_values("snr_db")
            shape = look(kind) if kind != CLEAN else NONE
            color = shape.color if kind != CLEAN else INK
            at = rows.snr_db.fillna(clean_at)
            ends = bars(rows[name], rows[f"{name}_low"], rows[f"{name}_high"])
            axes.errorbar(
                at, rows[name], yerr=ends, color=color, marker=shape.marker, linewidth=1, capsize=2,
                label=plain(background(kind)),
            )  # fmt: skip
        axes.set_xticks([*levels, clean_at], [f"{level:g}" for level in levels] + ["clean"])
        axes.set(xlabel="SNR (dB)", ylabel=label, ylim=(0, None))
    handles, names = every[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=4, handlelength=1.4, columnspacing=1)
    return figure

"""What experiments on localization measured of people and of the network, a panel each."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heschl.behavior.columns import PUBLISHED
from heschl.localize.columns import NETWORK, PEOPLE
from heschl.report.figures.looks import INK, SIDES
from heschl.report.figures.style import grid, plain, styled

COLUMNS = 4
LINES = ("-", "--", ":")  # of the measures of an experiment


@styled
def panels(values: pd.DataFrame, scores: pd.DataFrame) -> Figure:
    """Draw a panel for each experiment; values, scores : as the stage writes them, of those with people."""
    number = len(scores)
    lines = -(-number // COLUMNS)
    figure = Figure(figsize=(8.6, 2.2 * lines + 0.4), layout="constrained")
    every = figure.subplots(lines, COLUMNS, squeeze=False).ravel()
    for axes in every[number:]:
        axes.set_axis_off()
    for axes, (_, score) in zip(every, scores.iterrows(), strict=False):
        grid(axes)
        axes.set_title(score.title)
        rows = values[values.experiment == score.experiment]
        draw = _curves if np.isfinite(rows.x).any() else _alike
        draw(axes, rows, score)
    look = {NETWORK: SIDES["network"], PEOPLE: SIDES[PUBLISHED]}
    handles = [
        every[0].errorbar([], [], color=look[who].color, marker=look[who].marker, linestyle="none", label=who)
        for who in (PEOPLE, NETWORK)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    return figure


def _curves(axes: Axes, rows: pd.DataFrame, score: pd.Series) -> None:
    """Draw curves of each measure; what has no finite x stands at the right."""
    finite = rows.x[np.isfinite(rows.x)]
    beyond = finite.max() + 0.15 * np.ptp(finite) if len(finite) else 0.0
    for who, side in ((PEOPLE, SIDES[PUBLISHED]), (NETWORK, SIDES["network"])):
        for line, measure in zip(LINES * 9, dict.fromkeys(rows.measure), strict=False):
            some = rows[(rows.who == who) & (rows.measure == measure)].sort_values("x")
            at = some.x.where(np.isfinite(some.x), beyond)
            axes.errorbar(
                at, some.value, yerr=np.nan_to_num(some.error), color=side.color, marker=side.marker,
                markersize=3, linewidth=1, linestyle=line, capsize=1.5,
            )  # fmt: skip
    if score.logarithmic:
        axes.set_xscale("log")
    if not np.isfinite(rows.x).all():
        ticks = sorted(set(finite))[:-1:2]
        axes.set_xticks([*ticks, beyond], [*(f"{tick:g}" for tick in ticks), "quiet"])
    axes.set(xlabel=score.x_label, ylabel=score.value_label, ylim=(0, None))
    measures = list(dict.fromkeys(rows.measure))
    if len(measures) > 1:
        for line, measure in zip(LINES, measures, strict=False):
            axes.plot([], [], line, color=INK, label=plain(measure.replace("_", " ")))
        axes.legend(fontsize=6, handlelength=1.6)


def _alike(axes: Axes, rows: pd.DataFrame, score: pd.Series) -> None:
    """Draw the network's values against people's."""
    table = rows.pivot(index=["condition", "measure"], columns="who", values="value").dropna()
    for mark, (measure, some) in zip("o^sD", table.groupby("measure"), strict=False):
        axes.plot(
            some[PEOPLE], some[NETWORK], mark, markersize=3.5, color=SIDES["network"].color, alpha=0.7,
            label=str(measure),
        )  # fmt: skip
    low, high = float(min(0, table.min().min())), float(table.max().max())
    axes.plot([low, high], [low, high], color=INK, linewidth=0.6)
    label = score.value_label
    axes.set(xlabel=f"people: {label}", ylabel=f"network: {label}")
    axes.legend(fontsize=6.5, handletextpad=0.2)

"""What a search found: scores against cost, in the order of the trials, and what mattered."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from heschl.report.figures.looks import INK, NETWORK
from heschl.report.figures.style import axes_of, grid, plain, styled

MOST = 12  # draws in the figure of importances


@styled
def against_cost(trials: pd.DataFrame, names: Sequence[str]) -> Figure:
    """Draw the scores of networks that were trained to the end against their multiplications.

    trials : macs, front (bool), and a column of scores (0 to 1) for each of `names`
    """
    figure = Figure(figsize=(3.3 * len(names), 2.7), layout="constrained")
    every = figure.subplots(1, len(names), squeeze=False)[0]
    for axes, name in zip(every, names, strict=True):
        grid(axes)
        for on, color, label in ((False, INK, "others"), (True, NETWORK.color, "front")):
            some = trials[trials.front == on]
            axes.plot(some.macs / 1e6, some[name] * 100, NETWORK.marker, color=color, label=label)
        axes.set(xscale="log", xlabel="multiplications of a clip (millions)", ylabel=plain(f"{name} (%)"))
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
    figure.legend(*every[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


@styled
def history(trials: pd.DataFrame) -> Figure:
    """Draw the score of each trial after the first rung, and the best so far.

    trials : in order: score (0 to 1), best (0 to 1)
    """
    figure, axes = axes_of(3.3, 2.6)
    place = range(1, len(trials) + 1)
    axes.plot(place, trials.score * 100, NETWORK.marker, color=INK, label="trial", markersize=3)
    axes.step(place, trials.best * 100, where="post", color=NETWORK.color, label="best so far")
    axes.set(xlabel="networks trained", ylabel="mean score (%)")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


@styled
def importances(rows: pd.DataFrame) -> Figure:
    """Draw bars of importances; rows : drawn, importance (0 to 1), the highest first."""
    rows = rows.head(MOST).iloc[::-1]
    figure, axes = axes_of(3.6, 0.7 + 0.2 * len(rows))
    axes.barh([plain(name) for name in rows.drawn], rows.importance * 100, color=NETWORK.color)
    axes.set(xlabel="share of the variance (%)")
    axes.grid(False, axis="y")
    return figure

"""Accuracy of networks trained in full, a panel for each task."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from heschl.report.figures.looks import NETWORK
from heschl.report.figures.style import bars, grid, plain, styled


@styled
def side_by_side(rows: pd.DataFrame, tasks: Sequence[str]) -> Figure:
    """Draw the accuracy of each network with its interval, the first network above the others.

    rows : network, task, accuracy, accuracy_low, accuracy_high (0 to 1)
    """
    names = list(dict.fromkeys(rows.network))
    figure = Figure(figsize=(3.2 * len(tasks), 0.9 + 0.3 * len(names)), layout="constrained")
    every = figure.subplots(1, len(tasks), squeeze=False, sharey=True)[0]
    for axes, task in zip(every, tasks, strict=True):
        grid(axes)
        own = rows[rows.task == task].set_index("network").loc[names]
        ends = bars(own.accuracy * 100, own.accuracy_low * 100, own.accuracy_high * 100)
        look = {"color": NETWORK.color, "marker": NETWORK.marker, "linestyle": "", "capsize": 2}
        axes.errorbar(own.accuracy * 100, range(len(names)), xerr=ends, **look)
        axes.set_yticks(range(len(names)), [plain(name) for name in names])
        axes.set(xlabel=plain(f"{task} (%)"), ylim=(len(names) - 0.5, -0.5))
    return figure

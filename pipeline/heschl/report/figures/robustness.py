"""Accuracy against the size of a change, by an adversary and by noise."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from heschl.report.figures.looks import BRANCHES, PALETTE
from heschl.report.figures.style import bars, grid, plain, styled
from heschl.robustness.columns import ADVERSARY, NOISE

LINES = {ADVERSARY: ("o", "-"), NOISE: ("s", ":")}


@styled
def by_size(rows: pd.DataFrame, clean: Mapping[str, float]) -> Figure:
    """Draw a panel for each attack: accuracy of each task against epsilon, with intervals.

    rows  : task, input, norm, epsilon, change, accuracy, accuracy_low, accuracy_high (0 to 1)
    clean : accuracy on the clips as they are, by task: a thin line
    """
    attacks = list(rows.groupby(["input", "norm"], sort=False))
    figure = Figure(figsize=(2.6 * len(attacks), 2.9), layout="constrained")
    every = figure.subplots(1, len(attacks), squeeze=False, sharey=True)[0]
    for axes, ((kind, norm), some) in zip(every, attacks, strict=True):
        grid(axes)
        for number, (task, correct) in enumerate(clean.items()):
            color = PALETTE[BRANCHES[number % len(BRANCHES)]]
            axes.axhline(100 * correct, color=color, linewidth=0.6)
            for change, (marker, line) in LINES.items():
                own = some[(some.task == task) & (some.change == change)].sort_values("epsilon")
                ends = bars(own.accuracy * 100, own.accuracy_low * 100, own.accuracy_high * 100)
                look = {"color": color, "marker": marker, "linestyle": line, "capsize": 2, "elinewidth": 0.8}
                label = plain(f"{task}, {change}")
                axes.errorbar(own.epsilon, own.accuracy * 100, ends, label=label, **look)
        axes.set(xscale="log", xlabel=plain(f"{norm} norm of the change, {kind}"), ylim=(-3, 103))
    every[0].set_ylabel("correct (%)")
    figure.legend(*every[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure

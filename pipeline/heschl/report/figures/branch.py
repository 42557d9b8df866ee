"""Accuracy against the number of shared layers, a panel for each task."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from heschl.branch.columns import FROZEN
from heschl.report.figures.looks import BRANCHES, INK, NETWORK, PALETTE
from heschl.report.figures.style import bars, grid, plain, styled

LOOKS = {"published": (NETWORK.color, NETWORK.marker, "-"), "matched": (INK, "o", "--")}  # of each form
TITLES = {"published": "same layers", "matched": "same number of parameters"}
FROZEN_LOOKS = (("v", ":"), ("^", "-."), ("<", ":"), (">", "-."))  # of layers of each other task
ANGLE = 60  # of names of layers


@styled
def shared_layers(rows: pd.DataFrame, tasks: Sequence[str]) -> Figure:
    """Draw the accuracy of each task against the last shared layer, in both forms, with intervals.

    rows : form, after, shared, task, accuracy, accuracy_low, accuracy_high (0 to 1)
    """
    figure = Figure(figsize=(3.6 * len(tasks), 3.1), layout="constrained")
    every = figure.subplots(1, len(tasks), squeeze=False)[0]
    for axes, task in zip(every, tasks, strict=True):
        grid(axes)
        some = rows[rows.task == task]
        for place, (form, (color, marker, line)) in enumerate(LOOKS.items()):
            own = some[some.form == form].sort_values("shared")
            ends = bars(own.accuracy * 100, own.accuracy_low * 100, own.accuracy_high * 100)
            look = {"color": color, "marker": marker, "linestyle": line, "capsize": 2, "elinewidth": 0.8}
            axes.errorbar(own.shared + 0.12 * place, own.accuracy * 100, ends, label=TITLES[form], **look)
        points = some.drop_duplicates("shared").sort_values("shared")
        axes.set_xticks(points.shared, [plain(name) for name in points.after], rotation=ANGLE, ha="right")
        axes.set(xlabel="last shared layer", ylabel=plain(f"{task} (%)"))
    figure.legend(*every[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def title_of(form: str) -> str:
    """Return the name of a form for a reader."""
    other = form.removeprefix(FROZEN).strip()
    return TITLES.get(form) or ("added to frozen layers" + (f" of {other}" if other else ""))


@styled
def pathway(rows: pd.DataFrame, task: str) -> Figure:
    """Draw the accuracy of a task against its last shared layer: trained together, and on frozen layers.

    rows : as of `shared_layers`, of the task
    """
    figure = Figure(figsize=(5.2, 3.4), layout="constrained")
    axes = figure.subplots()
    grid(axes)
    looks = dict(LOOKS)
    frozen = [form for form in dict.fromkeys(rows.form) if form.startswith(FROZEN)]
    for place, form in enumerate(frozen):
        marker, line = FROZEN_LOOKS[place % len(FROZEN_LOOKS)]
        looks[form] = (PALETTE[BRANCHES[place % len(BRANCHES)]], marker, line)
    for place, (form, (color, marker, line)) in enumerate(looks.items()):
        own = rows[rows.form == form].sort_values("shared")
        if form.startswith(f"{FROZEN} "):  # goes on from the layers that all share
            own = pd.concat([rows[rows.form == FROZEN].sort_values("shared").tail(1), own])
        if len(own):
            ends = bars(own.accuracy * 100, own.accuracy_low * 100, own.accuracy_high * 100)
            axes.errorbar(
                own.shared + 0.1 * place, own.accuracy * 100, ends, label=plain(title_of(form)), color=color,
                marker=marker, linestyle=line, capsize=2, elinewidth=0.8,
            )  # fmt: skip
    points = rows.drop_duplicates("shared").sort_values("shared")
    axes.set_xticks(points.shared, [plain(name) for name in points.after], rotation=ANGLE, ha="right")
    axes.set(xlabel="last shared layer", ylabel=plain(f"{task} (%)"))
    figure.legend(loc="outside lower center", ncols=2)
    return figure


@styled
def transferred(rows: pd.DataFrame, tasks: Sequence[str]) -> Figure:
    """Draw how well each task is read out along each separate network: mean over seeds, and their range.

    rows : branch (task learned), layer, depth, readout (task read out); value, low, high over seeds (0 to 1),
           chance
    """
    figure = Figure(figsize=(3.6 * len(tasks), 3.1), layout="constrained")
    every = figure.subplots(1, len(tasks), squeeze=False)[0]
    for axes, task in zip(every, tasks, strict=True):
        grid(axes)
        some = rows[rows.readout == task]
        for place, branch in enumerate(tasks):
            own = some[some.branch == branch].sort_values("depth")
            color, line = PALETTE[BRANCHES[place % len(BRANCHES)]], "-" if branch == task else "--"
            axes.plot(own.depth, own.value * 100, line, color=color, label=plain(f"network of {branch}"))
            axes.fill_between(own.depth, own.low * 100, own.high * 100, color=color, alpha=0.2, linewidth=0)
        if len(some):
            axes.axhline(some.chance.iloc[0] * 100, color=INK, linestyle=":", linewidth=1, label="chance")
        names = some.drop_duplicates("depth").sort_values("depth")
        last = [name.split(".", 1)[-1] for name in names.layer]
        axes.set_xticks(names.depth, [plain(name) for name in last], rotation=ANGLE, ha="right")
        axes.set(xlabel="layer", ylabel=plain(f"{task} read out (%)"))
    figure.legend(*every[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure

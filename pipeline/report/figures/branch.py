"""Accuracy against the number of shared layers, a panel for each task."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.report.figures.looks import INK, NETWORK
from pipeline.report.figures.style import bars, grid, plain, styled

LOOKS = {"published": (NETWORK.color, NETWORK.marker, "-"), "matched": (INK, "o", "--")}  # of each form
TITLES = {"published": "same layers", "matched": "same number of parameters"}
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

"""The course of training, and the control for leaks."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from heschl.report.figures.looks import INK, NETWORK
from heschl.report.figures.style import axes_of, plain, styled


@styled
def learning(history: pd.DataFrame, measure: str, chance: float | None = None) -> Figure:
    """Draw a measure of the training and the validation clips over the course of training.

    history : epoch, step, train_<measure>, validation_<measure>; empty cells are skipped
    measure : "loss" or "<task>_accuracy" (0 to 1, drawn in %)
    """
    figure, axes = axes_of(3.3, 2.5)
    accuracy = measure.endswith("_accuracy")
    columns = [f"{part}_{measure}" for part in ("train", "validation") if f"{part}_{measure}" in history]
    repeated = any(history.loc[history[column].notna(), "epoch"].duplicated().any() for column in columns)
    clock = "step" if repeated else "epoch"  # several rows per epoch would draw vertical lines
    for column, color, line in zip(columns, (INK, NETWORK.color), ("--", "-"), strict=False):
        known = history[[clock, column]].dropna().astype(float)
        values = known[column] * (100 if accuracy else 1)
        label = column.removesuffix(f"_{measure}")
        axes.plot(known[clock], values, line, marker=NETWORK.marker, color=color, label=label)
    if chance is not None:
        axes.axhline(chance * 100, color=INK, linestyle="--", linewidth=1, label="chance")
    axes.set(xlabel=clock, ylabel=plain(measure.replace("_", " ") + (" (%)" if accuracy else "")))
    axes.set_ylim(bottom=0, top=100 if accuracy else None)
    axes.xaxis.get_major_locator().set_params(integer=True)
    if axes.lines:
        figure.legend(loc="outside lower center", ncols=3)
    return figure


@styled
def control(rows: Sequence[tuple[str, float, float, float]], chance: float) -> Figure:
    """Draw accuracies with their intervals, and chance.

    rows   : (name, accuracy, low, high), the last three 0 to 1, drawn from the top
    chance : 0 to 1
    """
    figure, axes = axes_of(3.4, 0.75 + 0.4 * len(rows))
    for height, (label, value, low, high) in zip(range(len(rows))[::-1], rows, strict=True):
        bar = [[max(value - low, 0) * 100], [max(high - value, 0) * 100]]
        drawn = {"fmt": NETWORK.marker, "color": NETWORK.color, "capsize": 3, "label": plain(label)}
        axes.errorbar([value * 100], [height], xerr=bar, **drawn)
    axes.axvline(chance * 100, color=INK, linestyle="--", linewidth=1)
    axes.annotate("chance", (chance * 100, 1), (3, -2), ("data", "axes fraction"), "offset points", va="top")
    axes.set_yticks(range(len(rows))[::-1], [plain(row[0]) for row in rows])
    axes.set(xlabel="named correctly (%)", xlim=(0, 100), ylim=(-0.6, len(rows) - 0.1))
    axes.grid(False, axis="y")
    return figure

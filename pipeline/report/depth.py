"""A value against depth in a network: the trunk as one line that parts into the branches, and what it is compared with."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pipeline.report.style import INK, PALETTE, apart, grid, plain, short, styled

NETWORK = "network"
TRUNK, BRANCHES = 0, (1, 3, 4)  # places in the palette
CONTROLS = {
    "shuffled": (INK, (0, (5, 2))),
    "untrained": (PALETTE[2], "-"),
    "permuted": (PALETTE[5], (0, (4, 1, 1, 1))),
}
LEVELS = {"chance": (0, (1, 1.5)), "modulation": (0, (7, 2, 1, 2)), "ceiling": "-"}  # horizontal
BESIDE = {
    "s": "\u25a0",
    "D": "\u25c6",
    "^": "\u25b2",
    "v": "\u25bc",
    "*": "\u2605",
}  # of models that stand beside, drawn and written
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = (
    3.6,
    2.6,
    0.56,
    0.5,
    0.24,
    0.78,
)  # inches of a panel, and of its margins
MANY = 18  # layers on a path from which their names are small
COLUMNS = 2  # of panels, in a picture of all
ROOM = 0.09  # of the height, for a name at the end of a line


@dataclass(frozen=True, eq=False)
class Panel:
    """What is drawn against depth.

    lines  : model, layer, branch, depth, value, low, high; of models with the same layers, low and high NaN without interval
    main   : the model whose branches have colours, with points and bars; the trunk too, if it is the network
    levels : name -> (value, low, high), horizontal; NaN for what there is not
    limits : of the values
    """

    title: str
    unit: str
    main: str
    lines: pd.DataFrame
    levels: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    limits: tuple[float, float] = (0.0, 1.0)


@styled
def single(panel):
    """Draw one panel."""
    height = HEIGHT if panel.title else HEIGHT - TOP / 2
    figure = Figure(figsize=(WIDTH, height))
    _draw(
        figure.add_axes(
            (LEFT / WIDTH, BOTTOM / height, 1 - (LEFT + RIGHT) / WIDTH, (HEIGHT - TOP - BOTTOM) / height)
        ),
        panel,
    )
    return figure


@styled
def panels(several):
    """Draw panels in one picture, each as large as `single` draws it, with a legend."""
    columns = min(COLUMNS, len(several))
    rows = -(-len(several) // columns)
    width, height = WIDTH * columns, HEIGHT * rows + 0.5
    figure = Figure(figsize=(width, height))
    for place, panel in enumerate(several):
        row, column = divmod(place, columns)
        left, bottom = WIDTH * column + LEFT, height - HEIGHT * (row + 1) + BOTTOM
        _draw(
            figure.add_axes(
                (
                    left / width,
                    bottom / height,
                    (WIDTH - LEFT - RIGHT) / width,
                    (HEIGHT - TOP - BOTTOM) / height,
                )
            ),
            panel,
        )
    named = {
        label: handle
        for axes in figure.axes
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(named.values(), named.keys(), loc="lower center", ncols=3 * columns)
    return figure


def paths(rows):
    """Return the layers of one model on each way through it, branch -> rows by depth; a branch begins with the last of the trunk."""
    trunk = rows[rows.branch == ""].sort_values("depth", kind="stable")
    branches = {
        name: some.sort_values("depth", kind="stable")
        for name, some in rows[rows.branch != ""].groupby("branch", sort=False)
    }
    return ({"": trunk} if len(trunk) else {}) | {
        name: pd.concat([trunk.tail(1), some]) for name, some in branches.items()
    }


def names(rows):
    """Return depth -> name of the layers there, without their branch: what branches share is said once."""
    alone = [layer.removeprefix(f"{branch}.") for layer, branch in zip(rows.layer, rows.branch, strict=True)]
    found = rows.assign(alone=alone).groupby("depth").alone.unique()
    return {depth: short("/".join(each)) for depth, each in found.items()}


def colour(branch, branches):
    """Return the place in the palette of a branch; branches : all, in order."""
    return BRANCHES[branches.index(branch) % len(BRANCHES)] if branch else TRUNK


def beside(models, main):
    """Return the marker of each model that is neither the main one nor a control, in their order."""
    others = [model for model in models if model != main and model not in CONTROLS]
    return dict(zip(others, itertools.cycle(BESIDE), strict=False))


def branches_of(rows):
    """Return the branches of a table in their order."""
    return [branch for branch in dict.fromkeys(rows.branch) if branch]


def _draw(axes, panel):
    grid(axes)
    for name, level in panel.levels.items():
        _level(axes, name, level)
    models = dict.fromkeys(panel.lines.model)
    marks = beside(models, panel.main)
    for model in (model for model in models if model != panel.main):
        _beside(axes, panel.lines[panel.lines.model == model], model, marks.get(model, "none"))
    _main(axes, panel.lines[panel.lines.model == panel.main], panel.limits)
    shown = names(panel.lines)
    axes.set_xticks(
        list(shown),
        [plain(name) for name in shown.values()],
        rotation=90,
        fontsize=6.0 if len(shown) > MANY else 7.5,
    )
    axes.tick_params(axis="x", length=2, pad=2)
    axes.set(
        title=plain(panel.title),
        ylabel=plain(panel.unit),
        ylim=panel.limits,
        xlim=(min(shown) - 0.5, max(shown) + 0.5),
    )


def _level(axes, name, level):
    value, low, high = level
    if np.isfinite([low, high]).all():
        axes.axhspan(
            low,
            high,
            color=INK,
            alpha=0.16,
            linewidth=0,
            label="noise ceiling" if name == "ceiling" else "_band",
        )
    if np.isfinite(value):
        axes.axhline(value, color=INK, linewidth=1, linestyle=LEVELS.get(name, "-"), label=plain(name))


def _beside(axes, rows, model, marker):
    hue, line = CONTROLS.get(model, (INK, "-"))
    for place, path in enumerate(paths(rows).values()):
        look = {"color": hue, "linestyle": line, "marker": marker, "markersize": 2.5, "linewidth": 1}
        axes.plot(path.depth, path.value, **look, label="_path" if place else plain(model))
        if model in CONTROLS and model != "shuffled":
            axes.fill_between(
                path.depth.to_numpy(float),
                path.low,
                path.high,
                color=hue,
                alpha=0.18,
                linewidth=0,
                label="_band",
            )


def _main(axes, rows, limits):
    ends, branches = {}, branches_of(rows)
    for branch, path in paths(rows).items():
        hue = PALETTE[colour(branch, branches)] if branch or rows.model.iloc[0] == NETWORK else INK
        own, name = path[path.branch == branch], branch or ("trunk" if hue != INK else rows.model.iloc[0])
        shift = (
            0.24 * (branches.index(branch) - (len(branches) - 1) / 2) / max(len(branches) - 1, 1)
            if branch
            else 0
        )
        at = path.depth + shift * (path.branch == branch)
        axes.plot(at, path.value, color=hue, label="_path")
        bars = np.nan_to_num(np.clip([own.value - own.low, own.high - own.value], 0, None))
        axes.errorbar(
            own.depth + shift,
            own.value,
            yerr=bars,
            color=hue,
            fmt="o",
            markersize=3,
            elinewidth=0.9,
            label=plain(name),
        )
        known = path.value.dropna()
        if branch and len(known):
            ends[branch] = float(np.clip(known.iloc[-1], *limits)), hue
    heights = apart([height for height, _ in ends.values()], ROOM * (limits[1] - limits[0]))
    for (branch, (_, hue)), height in zip(ends.items(), heights, strict=True):
        axes.text(
            rows.depth.max() + 0.7, height, plain(short(branch, 9)), color=hue, va="center", fontsize=7.5
        )

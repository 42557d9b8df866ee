"""The axes of a value against depth: the trunk as one line that splits into the branches, and other models.

rows : as in `heschl.report.layers`
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from heschl.activations.names import MODULATION, NETWORK
from heschl.report.figures.looks import BRANCHES, CONTROLS, INK, OTHERS, PALETTE
from heschl.report.figures.looks import NETWORK as LOOK
from heschl.report.figures.style import apart, arrows_up, bars, grid, plain, short
from heschl.report.layers import SHUFFLED, branches_of, paths

COMPARED = {  # color and line of models with the network's layers
    SHUFFLED: (INK, (0, (5, 2))),
    **{model: (look.color, look.line) for model, look in CONTROLS.items()},
}
CHANCE, CEILING = "chance", "ceiling"
LEVELS = {CHANCE: (0, (1, 1.5)), MODULATION: (0, (7, 2, 1, 2)), CEILING: "-"}  # lines of horizontal levels
MANY = 18  # layers on a path; with more, their names are smaller
ROOM = 0.09  # of the height, for a name at the end of a line

Level = tuple[float, float, float]  # value, low, high


def series(branch: str, branches: Sequence[str]) -> int:
    """Return the place of a branch's color in the palette; branches : all of them, in order."""
    return BRANCHES[branches.index(branch) % len(BRANCHES)] if branch else LOOK.series


def markers(models: Iterable[str], main: str) -> dict[str, str]:
    """Return the marker of each model that is neither the main one nor one of COMPARED, in their order."""
    others = [model for model in models if model != main and model not in COMPARED]
    return dict(zip(others, itertools.cycle(OTHERS), strict=False))


def names_at(rows: pd.DataFrame) -> dict[int, str]:
    """Return depth -> name of the layers there without their branch; one that branches share appears once."""
    alone = [layer.removeprefix(f"{branch}.") for layer, branch in zip(rows.layer, rows.branch, strict=True)]
    found = rows.assign(alone=alone).groupby("depth").alone.unique()
    return {depth: short("/".join(each)) for depth, each in found.items()}


def label_layers(axes: Axes, names: Mapping[float, str]) -> None:
    """Write the names of layers below their depth."""
    size = 6.0 if len(names) > MANY else 7.5
    axes.set_xticks(list(names), [plain(name) for name in names.values()], rotation=90, fontsize=size)
    axes.tick_params(axis="x", length=2, pad=2)


def draw(
    axes: Axes, rows: pd.DataFrame, main: str, levels: Mapping[str, Level], limits: tuple[float, float]
) -> None:
    """Draw the models of a panel; rows, main, levels, limits : as in `depth.Panel`."""
    grid(axes)
    for name, level in levels.items():
        _level(axes, name, level)
    models = dict.fromkeys(rows.model)
    marks = markers(models, main)
    for model in (model for model in models if model != main):
        _other(axes, rows[rows.model == model], model, marks.get(model, "none"))
    names = names_at(rows)
    axes.set(ylim=limits, xlim=(min(names) - 0.5, max(names) + 0.5))
    _main(axes, rows[rows.model == main], limits)
    label_layers(axes, names)


def _level(axes: Axes, name: str, level: Level) -> None:
    value, low, high = level
    if np.isfinite([low, high]).all():
        label = "noise ceiling" if name == CEILING else "_band"
        axes.axhspan(low, high, color=INK, alpha=0.16, linewidth=0, label=label)
    if np.isfinite(value):
        axes.axhline(value, color=INK, linewidth=1, linestyle=LEVELS.get(name, "-"), label=plain(name))


def _other(axes: Axes, rows: pd.DataFrame, model: str, marker: str) -> None:
    color, line = COMPARED.get(model, (INK, "-"))
    drawn = {"color": color, "linestyle": line, "marker": marker, "markersize": 2.5, "linewidth": 1}
    for place, path in enumerate(paths(rows).values()):
        axes.plot(path.depth, path.value, **drawn, label="_path" if place else plain(model))
        if model in COMPARED and model != SHUFFLED:
            band = {"color": color, "alpha": 0.18, "linewidth": 0, "label": "_band"}
            axes.fill_between(path.depth.to_numpy(float), path.low, path.high, **band)


def _main(axes: Axes, rows: pd.DataFrame, limits: tuple[float, float]) -> None:
    ends, branches = {}, branches_of(rows)
    for branch, path in paths(rows).items():
        color = PALETTE[series(branch, branches)] if branch or rows.model.iloc[0] == NETWORK else INK
        name = branch or ("trunk" if color != INK else rows.model.iloc[0])
        _path(axes, path, branch, _shift(branch, branches), color, plain(name))
        known = path.value.dropna()
        if branch and len(known):
            ends[branch] = float(np.clip(known.iloc[-1], *limits)), color
    heights = apart([height for height, _ in ends.values()], ROOM * (limits[1] - limits[0]))
    for (branch, (_, color)), height in zip(ends.items(), heights, strict=True):
        at = rows.depth.max() + 0.7, height
        axes.text(*at, plain(short(branch, 9)), color=color, va="center", fontsize=7.5)


def _path(axes: Axes, path: pd.DataFrame, branch: str, shift: float, color: str, label: str) -> None:
    """Draw a path from the trunk's last layer on, with points and bars at the layers of the branch."""
    layers = path[path.branch == branch]
    axes.plot(path.depth + shift * (path.branch == branch), path.value, color=color, label="_path")
    drawn = {"color": color, "fmt": LOOK.marker, "markersize": 4.2, "markeredgewidth": 0}
    yerr = bars(layers.value, layers.low, layers.high)
    axes.errorbar(layers.depth + shift, layers.value, yerr=yerr, elinewidth=0.9, label=label, **drawn)
    ends = layers[["value", "low", "high"]]
    arrows_up(axes, layers.depth + shift, ends.min(axis=1), ends.max(axis=1), color)


def _shift(branch: str, branches: Sequence[str]) -> float:
    """Return how far a branch's points are moved aside, so that bars of two branches do not overlap."""
    place = branches.index(branch) - (len(branches) - 1) / 2 if branch else 0.0
    return 0.24 * place / max(len(branches) - 1, 1)

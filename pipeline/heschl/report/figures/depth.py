"""A value against depth in a network: panels of one or more models, from a table of layers."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heschl.activations.names import NETWORK
from heschl.report.figures.depth_axes import Level, draw, markers, series
from heschl.report.figures.style import plain, styled
from heschl.report.layers import branches_of, families, named, single

WIDTH, HEIGHT = 3.6, 2.6  # inches of a panel
LEFT, RIGHT, TOP, BOTTOM = 0.56, 0.5, 0.24, 0.78  # inches of its margins
COLUMNS = 2  # of panels, in a picture of all


@dataclass(frozen=True, eq=False)
class Panel:
    """What is drawn against depth.

    rows   : model, layer, branch, depth, value, low, high; models with the same layers; low and high NaN
             without interval
    main   : the model whose branches are colored, with points and error bars; if it is the network, so is
             its trunk
    levels : name -> (value, low, high), horizontal; NaN for what is not known
    limits : of the values
    """

    title: str
    unit: str
    main: str
    rows: pd.DataFrame
    levels: Mapping[str, Level] = field(default_factory=dict)
    limits: tuple[float, float] = (0.0, 1.0)


def panels_of(
    rows: pd.DataFrame, title: str, unit: str, levels: Mapping[str, Level], limits: tuple[float, float]
) -> list[Panel]:
    """Return a table's panels: one of the models with the network's layers, and one per other set of layers.

    rows   : as in `heschl.report.layers`; a model of one layer becomes a horizontal level
    levels : as in `Panel`, of every panel
    """
    rows_of = {model: rows[rows.model == model] for model in single(rows)}
    flat = {
        model: (some.value.iloc[0], some.low.iloc[0], some.high.iloc[0]) for model, some in rows_of.items()
    }
    return [
        Panel(
            title if same[0] == NETWORK else f"{title}: {same[0]}",
            unit,
            same[0],
            rows[rows.model.isin(same)],
            flat | dict(levels),
            limits,
        )
        for same in families(rows)
    ]


@styled
def one(panel: Panel) -> Figure:
    """Draw one panel."""
    height = HEIGHT if panel.title else HEIGHT - TOP / 2
    figure = Figure(figsize=(WIDTH, height))
    size = 1 - (LEFT + RIGHT) / WIDTH, (HEIGHT - TOP - BOTTOM) / height
    _draw(figure.add_axes((LEFT / WIDTH, BOTTOM / height, *size)), panel)
    return figure


@styled
def together(panels: Sequence[Panel]) -> Figure:
    """Draw panels in one picture, each as large as `one` draws it, with a legend."""
    columns = min(COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    width, height = WIDTH * columns, HEIGHT * rows + 0.5
    figure = Figure(figsize=(width, height))
    size = (WIDTH - LEFT - RIGHT) / width, (HEIGHT - TOP - BOTTOM) / height
    for place, panel in enumerate(panels):
        row, column = divmod(place, columns)
        left, bottom = WIDTH * column + LEFT, height - HEIGHT * (row + 1) + BOTTOM
        _draw(figure.add_axes((left / width, bottom / height, *size)), panel)
    legends = (zip(*axes.get_legend_handles_labels(), strict=True) for axes in figure.axes)
    handles = {label: handle for handle, label in itertools.chain.from_iterable(legends)}
    figure.legend(handles.values(), handles.keys(), loc="lower center", ncols=3 * columns)
    return figure


def values(panels: Sequence[Panel]) -> pd.DataFrame:
    """Return what panels show: panel, unit, model, layer, branch, depth, value, low, high.

    A horizontal level, such as chance, is a model without layer.
    """
    shown = ["model", "layer", "branch", "depth", "value", "low", "high"]
    parts = []
    for panel in panels:
        levels = [(name, "", "", None, *level) for name, level in panel.levels.items()]
        rows = pd.concat([panel.rows[shown].astype({"depth": float}), pd.DataFrame(levels, columns=shown)])
        parts.append(rows.assign(panel=panel.title, unit=panel.unit)[["panel", "unit", *shown]])
    return pd.concat(parts, ignore_index=True)


def legend(rows: pd.DataFrame) -> dict[str, Any]:
    """Return what the page's legend says of a table.

    returns : "branches", (branch, place of its color); "models", (model, its name, its marker or None)
    """
    branches = branches_of(rows)
    models = [model for same in families(rows) if same[0] == NETWORK for model in same[1:]]
    marks = markers(models, NETWORK)
    return {
        "branches": [(branch, series(branch, branches)) for branch in branches],
        "models": [(model, named(model), marks.get(model)) for model in [*models, *single(rows)]],
    }


def _draw(axes: Axes, panel: Panel) -> None:
    draw(axes, panel.rows, panel.main, panel.levels, panel.limits)
    axes.set(title=plain(panel.title), ylabel=plain(panel.unit))

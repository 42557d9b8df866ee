"""The layers of models in a table: their order, paths and branches, and which layer is the best.

rows : model, layer, branch, depth, value, low, high, of one readout or region; low and high are NaN without
       interval
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from heschl.activations.names import MODULATION, NETWORK, PERMUTED, UNTRAINED

SHUFFLED = (
    "shuffled"  # what a readout of the network gives with shuffled labels: another model in these tables
)
CONTROLS = (UNTRAINED, PERMUTED)  # the same layers without training
NAMES = {
    NETWORK: "this network",
    UNTRAINED: "untrained",
    PERMUTED: "permuted weights",
    MODULATION: "modulation filters",
}


def named(model: str) -> str:
    """Return a model's name for readers."""
    return NAMES.get(model, model)


def paths(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the layers of one model on each path through it, branch -> rows by depth.

    The trunk is the branch ""; every other branch begins with the layer of the trunk that it leaves.
    """
    trunk = rows[rows.branch == ""].sort_values("depth", kind="stable")
    branches = {
        name: some.sort_values("depth", kind="stable")
        for name, some in rows[rows.branch != ""].groupby("branch", sort=False)
    }
    return ({"": trunk} if len(trunk) else {}) | {
        name: pd.concat([trunk[trunk.depth < some.depth.min()].tail(1), some])
        for name, some in branches.items()
    }


def branches_of(rows: pd.DataFrame) -> list[str]:
    """Return the branches of a table in their order."""
    return [branch for branch in dict.fromkeys(rows.branch) if branch]


def families(rows: pd.DataFrame) -> list[list[str]]:
    """Return lists of models that share the layers of the first, the network's list first.

    Models of one layer, compared with others of several, are in no list.
    """
    several = rows[~rows.model.isin(single(rows))].groupby("model", sort=False)
    layers = {model: set(some.layer) for model, some in several}
    found: list[list[str]] = []
    for model in sorted(layers, key=lambda model: (model != NETWORK, -len(layers[model]))):
        same = next((each for each in found if layers[model] <= layers[each[0]]), None)
        found.append([model]) if same is None else same.append(model)
    return found


def single(rows: pd.DataFrame) -> list[str]:
    """Return the models of one layer, if others have several."""
    number = rows.groupby("model", sort=False).layer.nunique()
    return [model for model in number.index if number[model] == 1 and number.max() > 1]


def controls(rows: pd.DataFrame) -> list[str]:
    """Return the controls in a table: networks with the same layers, and the modulation filters."""
    return [model for model in (*CONTROLS, MODULATION) if model in set(rows.model)]


def best(rows: pd.DataFrame, model: str = NETWORK) -> pd.Series | None:
    """Return a model's row with the highest value; None if the model has no value."""
    known = rows[(rows.model == model) & rows.value.notna()]
    return known.loc[known.value.idxmax()] if len(known) else None


def best_of_others(rows: pd.DataFrame) -> list[tuple[str, pd.Series]]:
    """Return the other models that have a value, each with its best row."""
    others = (model for model in dict.fromkeys(rows.model) if model not in (NETWORK, SHUFFLED))
    found = ((model, best(rows, model)) for model in others)
    return [(model, row) for model, row in found if row is not None]


def versus(one: Any, other: Any) -> int:
    """Return 1 if the interval of one row lies above that of another, -1 if below, 0 if they overlap.

    A row without interval counts as its value.
    """
    (low, high), (least, most) = (
        [row.value if pd.isna(end) else end for end in (row.low, row.high)] for row in (one, other)
    )
    return int(low > most) - int(high < least)


def limits_of(values: pd.DataFrame, *others: float, least: float = -np.inf) -> tuple[float, float]:
    """Return the limits of an axis that shows 0, the values and intervals of a table, and other numbers.

    least : where the axis ends even if there are lower values
    """
    ends = values[["value", "low", "high"]].to_numpy(float).ravel()
    found = np.concatenate([ends, np.array(others, float)])
    found = found[np.isfinite(found)]
    if not len(found):
        return 0.0, 1.0
    top = max(found.max() * 1.06, 0.1)
    return float(max(min(found.min() * 1.06, -0.02 * top), least)), float(top)


def tables(rows: pd.DataFrame) -> list[Mapping[str, Any]]:
    """Return every number for the page, one table per family.

    returns : "models"; "rows", (layer, {model: row or None}) by depth; "flat", {model: row} of models of one
              layer, in the first table
    """
    cells = {(row["model"], row["layer"]): row for row in rows.to_dict("records")}
    flat = {model: next(row for (name, _), row in cells.items() if name == model) for model in single(rows)}
    return [
        {"models": models, "rows": _by_depth(rows, models, cells), "flat": {} if place else flat}
        for place, models in enumerate(families(rows))
    ]


def _by_depth(
    rows: pd.DataFrame, models: Sequence[str], cells: Mapping[tuple[str, str], Mapping[str, Any]]
) -> list[tuple[str, dict[str, Mapping[str, Any] | None]]]:
    first = rows[rows.model == models[0]].sort_values(["depth", "branch"], kind="stable")
    return [(layer, {model: cells.get((model, layer)) for model in models}) for layer in first.layer]

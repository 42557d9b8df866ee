"""From a table of models and layers to what is drawn against depth, and to what is written of it.

rows : model, layer, branch, depth, value, low, high, of one readout or region; low and high NaN without interval
"""

import numpy as np
import pandas as pd

from pipeline.report.depth import CONTROLS, NETWORK, Panel

SHUFFLED, MODULATION = "shuffled", "modulation"
MARGIN = 1.06
NAMES = {
    "network": "the network",
    "untrained": "untrained",
    "permuted": "permuted weights",
    "modulation": "modulation filters",
}


def panels(rows, title, unit, levels, limits):
    """Return the panels of a table: the models whose layers the network has in one, and one for each model of other layers.

    rows   : a model of one layer becomes a horizontal level;  levels : as `Panel` has them, in each panel
    """
    flat = {model: interval(rows[rows.model == model].iloc[0]) for model in single(rows)}
    return [
        Panel(
            title if same[0] == NETWORK else f"{title}: {same[0]}",
            unit,
            same[0],
            rows[rows.model.isin(same)],
            flat | levels,
            limits,
        )
        for same in families(rows)
    ]


def families(rows):
    """Return lists of the models that have the layers of their first, the network's list first; models of one layer are in none."""
    layers = {
        model: set(some.layer)
        for model, some in rows[~rows.model.isin(single(rows))].groupby("model", sort=False)
    }
    found = []
    for model in sorted(layers, key=lambda model: (model != NETWORK, -len(layers[model]))):
        same = next((each for each in found if layers[model] <= layers[each[0]]), None)
        found.append([model]) if same is None else same.append(model)
    return found


def single(rows):
    """Return the models of one layer that stand beside others of several."""
    number = rows.groupby("model", sort=False).layer.nunique()
    return [model for model in number.index if number[model] == 1 and number.max() > 1]


def interval(row):
    """Return value, low and high of a row."""
    return float(row.value), float(row.low), float(row.high)


def limits_of(values, *others, least=-np.inf):
    """Return the limits of an axis that holds the value, low and high of a table, 0, and other numbers, but nothing below `least`."""
    found = np.concatenate(
        [values[["value", "low", "high"]].to_numpy(float).ravel(), np.array(others, float)]
    )
    found = found[np.isfinite(found)]
    if not len(found):
        return 0.0, 1.0
    top = max(found.max() * MARGIN, 0.1)
    return float(max(min(found.min() * MARGIN, -0.02 * top), least)), float(top)


def best(rows, model=NETWORK):
    """Return a model's row of the highest value; None where it has no number."""
    known = rows[(rows.model == model) & rows.value.notna()]
    return known.loc[known.value.idxmax()] if len(known) else None


def versus(one, other):
    """Return 1 where the interval of a row lies above that of another, -1 below it, 0 where they overlap; none is a point."""
    (low, high), (least, most) = (
        [row.value if pd.isna(end) else end for end in (row.low, row.high)] for row in (one, other)
    )
    return int(low > most) - int(high < least)


def tables(rows):
    """Return each number for the page, a table a family: models, rows (layer, {model: row}) by depth, and rows of models of one layer."""
    cells = {(row["model"], row["layer"]): row for row in rows.to_dict("records")}
    found = []
    for models in families(rows):
        mine = rows[rows.model == models[0]].sort_values(["depth", "branch"], kind="stable")
        found.append(
            {
                "models": models,
                "rows": [
                    (layer, {model: cells.get((model, layer)) for model in models}) for layer in mine.layer
                ],
            }
        )
    flat = {model: next(row for (name, _), row in cells.items() if name == model) for model in single(rows)}
    return [table | {"flat": {} if place else flat} for place, table in enumerate(found)]


def controls(rows):
    """Return the controls in a table: other networks of the same layers, and the modulation filters."""
    return [model for model in (*CONTROLS, MODULATION) if model != SHUFFLED and model in set(rows.model)]


def named(model):
    """Return the reader's name of a model."""
    return NAMES.get(model, model)

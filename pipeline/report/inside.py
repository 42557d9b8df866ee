"""What each layer knows: each readout against depth, in figures, words and numbers."""

from dataclasses import replace

import pandas as pd

from pipeline.report import depth, knows, lines
from pipeline.report.style import to_svg
from pipeline.report.words import count, percent

LOWEST = -0.3  # where the axis of R² ends: a readout that fits nothing can be far below zero
UNITS = {"accuracy": "read out correctly (%)", "r2": "R² of held-out sounds"}


def section(report):
    """Return what the page shows of decode: of each readout the words, the panels and the tables."""
    inside = report.inside
    return {
        "about": inside.about,
        "readouts": [_readout(inside, name, f"i{place}") for place, name in enumerate(names(inside))],
        "skipped": inside.about["skipped"],
        "left_out": inside.about["left_out"],
        "key": key(pd.concat([_rows(inside, name) for name in names(inside)] or [inside.readouts])),
    }


def names(inside):
    """Return the readouts in the table's order."""
    return list(dict.fromkeys(inside.readouts.readout))


def panels(inside):
    """Return the panels of every readout."""
    return [panel for name in names(inside) for panel in _panels(_rows(inside, name), name)]


def key(rows):
    """Return what a legend says of a table: branches with their colours, and the other models."""
    branches = depth.branches_of(rows)
    models = [model for same in lines.families(rows) if same[0] == lines.NETWORK for model in same[1:]]
    marks = depth.beside(models, lines.NETWORK)
    return {
        "branches": [(branch, depth.colour(branch, branches)) for branch in branches],
        "models": [
            (model, lines.named(model), depth.BESIDE.get(marks.get(model)))
            for model in [*models, *lines.single(rows)]
        ],
    }


def _readout(inside, name, key):
    rows = _rows(inside, name)
    words = knows.sentence(rows, name)
    first = rows.iloc[0]
    items = inside.items[
        (inside.items.readout == name) & (inside.items.model == lines.NETWORK) & inside.items.value.notna()
    ]
    return {
        "name": name,
        "heading": knows.noun(name)[0],
        "sentence": words,
        "plain": knows.plain(rows),
        "panels": [to_svg(depth.single(_untitled(each)), f"{each.title} against depth. {words}", f"{key}p{place}")
                   for place, each in enumerate(_panels(rows, name))],
        "cut": bool((rows.value < LOWEST).any()),
        "tables": lines.tables(rows),
        "percent": first.measure == "accuracy",
        "notes": [f"{count(int(first.n))} sounds", *([f"chance {percent(first.chance)}"] if first.chance else []),
                  *([f"no {first.sources} is in both halves of a split"] if first.sources else [])],
        "items": _items(items),
    }  # fmt: skip


def _rows(inside, name):
    """Return a readout's rows; what shuffled labels gave is a model more, where it is a number."""
    rows = inside.readouts[inside.readouts.readout == name]
    shuffled = rows[rows.shuffled.notna()].assign(model=lines.SHUFFLED)
    shuffled = shuffled.assign(
        value=shuffled.shuffled, low=shuffled.shuffled_low, high=shuffled.shuffled_high
    )
    return pd.concat([rows, shuffled], ignore_index=True)


def _panels(rows, name):
    measure, chance = rows.measure.iloc[0], float(rows.chance.iloc[0])
    scale = 100 if measure == "accuracy" else 1
    drawn = rows.assign(**{each: rows[each] * scale for each in ("value", "low", "high")})
    levels = {"chance": (chance * scale, float("nan"), float("nan"))} if chance else {}
    floor, top = lines.limits_of(drawn, chance * scale, least=LOWEST * scale)
    return lines.panels(
        drawn,
        knows.noun(name)[0],
        UNITS.get(measure, measure),
        levels,
        (floor, min(top, 100) if scale > 1 else top),
    )


def _untitled(panel):
    """Return the panel as it stands below a heading: with the name of its model, unless that is the network."""
    return replace(panel, title="" if panel.main == lines.NETWORK else panel.main)


def _items(items):
    """Return the columns (layers) and rows (item, values) of a table of the network's items; None where there are none."""
    if not len(items):
        return None
    wide = items.pivot_table(index="item", columns="layer", values="value", sort=False)
    order = items.drop_duplicates("layer").sort_values(["depth", "branch"], kind="stable").layer
    return {
        "layers": list(order),
        "rows": [
            (item, list(values)) for item, values in zip(wide.index, wide[order].to_numpy(), strict=True)
        ],
    }

"""What each layer represents: each readout against depth, in figures, words and numbers."""

from dataclasses import replace
from typing import Any

import pandas as pd

from heschl.activations.names import NETWORK
from heschl.report import layers
from heschl.report.figures import depth
from heschl.report.figures.depth_axes import CHANCE
from heschl.report.figures.files import Drawn
from heschl.report.figures.svg import to_svg
from heschl.report.results import Decode
from heschl.report.section import Content
from heschl.report.text import decode as text
from heschl.report.text.words import count, percent

LOWEST = -0.3  # where the axis of R² ends: a readout that fits nothing can be far below zero
UNITS = {"accuracy": "decoded correctly (%)", "r2": "R² on held-out sounds"}


def content(decode: Decode) -> Content:
    """Return words, panels and tables of each readout."""
    names = list(dict.fromkeys(decode.readouts.readout))
    rows = {name: rows_of(decode, name) for name in names}
    every = [panel for name in names for panel in panels_of(rows[name], name)]
    context = {
        "about": decode.about,
        "readouts": [_shown(rows[name], _items(decode, name), name, f"i{n}") for n, name in enumerate(names)],
        "legend": depth.legend(pd.concat([*rows.values()] or [decode.readouts])),
    }
    drawn = {"decode": Drawn(depth.together(every), depth.values(every))} if every else {}
    return Content(context, drawn)


def rows_of(decode: Decode, name: str) -> pd.DataFrame:
    """Return the rows of a readout, in which the scores of shuffled labels are those of another model."""
    rows = decode.readouts[decode.readouts.readout == name]
    shuffled = rows[rows.shuffled.notna()].assign(model=layers.SHUFFLED)
    values = {"value": shuffled.shuffled, "low": shuffled.shuffled_low, "high": shuffled.shuffled_high}
    return pd.concat([rows, shuffled.assign(**values)], ignore_index=True)


def panels_of(rows: pd.DataFrame, name: str) -> list[depth.Panel]:
    """Return the panels of a readout; rows : as `rows_of`."""
    measure, chance = rows.measure.iloc[0], float(rows.chance.iloc[0])
    scale = 100 if measure == "accuracy" else 1
    scaled = rows.assign(**{each: rows[each] * scale for each in ("value", "low", "high")})
    levels = {CHANCE: (chance * scale, float("nan"), float("nan"))} if chance else {}
    floor, top = layers.limits_of(scaled, chance * scale, least=LOWEST * scale)
    limits = floor, min(top, 100) if scale > 1 else top
    return depth.panels_of(scaled, text.noun(name)[0], UNITS.get(measure, measure), levels, limits)


def _shown(rows: pd.DataFrame, items: dict[str, Any] | None, name: str, key: str) -> dict[str, Any]:
    """Return what the template shows of a readout; key : of the ids in its figures."""
    sentence, first = text.sentence(rows, name), rows.iloc[0]
    notes = [f"{count(int(first.n))} sounds"]
    notes += [f"chance {percent(first.chance)}"] if first.chance else []
    notes += [f"no {first.sources} is in both parts of a split"] if first.sources else []
    panels = [
        to_svg(depth.one(_untitled(each)), f"{each.title} against depth. {sentence}", f"{key}p{place}")
        for place, each in enumerate(panels_of(rows, name))
    ]
    return {
        "name": name,
        "heading": text.noun(name)[0],
        "sentence": sentence,
        "explained": text.explained(rows),
        "panels": panels,
        "cut": bool((rows.value < LOWEST).any()),
        "tables": layers.tables(rows),
        "percent": first.measure == "accuracy",
        "notes": notes,
        "items": items,
    }


def _untitled(panel: depth.Panel) -> depth.Panel:
    """Return a panel for below a heading: with the name of its model, unless that is the network."""
    return replace(panel, title="" if panel.main == NETWORK else panel.main)


def _items(decode: Decode, name: str) -> dict[str, Any] | None:
    """Return the network's score on each item of a readout, such as a band: layers, rows (item, values)."""
    table = decode.items
    items = table[(table.readout == name) & (table.model == NETWORK) & table.value.notna()]
    if not len(items):
        return None
    wide = items.pivot_table(index="item", columns="layer", values="value", sort=False)
    order = list(items.drop_duplicates("layer").sort_values(["depth", "branch"], kind="stable").layer)
    rows = zip(wide.index, wide[order].to_numpy(), strict=True)
    return {"layers": order, "rows": [(item, list(values)) for item, values in rows]}

"""Sounds that a layer of the network cannot tell from natural ones, where they were made."""

from typing import Any

import pandas as pd

from heschl.metamers.results import Metamers, published
from heschl.report.figures.files import Drawn
from heschl.report.figures.metamers import by_layer, by_rank
from heschl.report.figures.svg import to_svg
from heschl.report.section import Content
from heschl.report.text.words import decimal, percent


def content(found: Metamers | None, run_id: str) -> Content | None:
    """Return counts, a figure and a table; None if none was made.

    run_id : of the page's network
    """
    if found is None:
        return None
    table, highest = found.table, found.null.set_index(["layer", "measure"]).high
    layers = list(dict.fromkeys(table.layer))
    drawn = Drawn(by_layer(table, layers), table)
    context: dict[str, object] = {
        "made": len(table),
        "accepted": int(table.accepted.sum()),
        "pairs": int(found.null.pairs.max()),
        "first": _decibels(table, layers[0]),
        "last": _decibels(table, layers[-1]),
        "current": found.about["run_id"] == run_id,
        "network": found.about["network"],
        "figure": to_svg(drawn.figure, "SNR of the cochleagrams of metamers, by layer", "metamers"),
        "rows": [_row(own, highest[layer]) for layer, own in table.groupby("layer", sort=False)],
    }
    figures, heard = {"metamers": drawn}, found.recognized
    context |= {"heard": "", "recognized": []}
    if heard is not None and len(heard):
        people = published()
        figures["recognized"] = Drawn(by_rank(heard, people), heard)
        context |= {
            "heard": to_svg(figures["recognized"].figure, "Share recognized, by layer", "recognized"),
            "recognized": [_recognized(row) for row in heard.to_dict("records")],
            "listeners": heard.drop_duplicates("task").set_index("task").listeners.to_dict(),
        }
    return Content(context, figures)


def _decibels(table: pd.DataFrame, layer: str) -> dict[str, str]:
    own = table[table.layer == layer].cochleagram_snr_db
    return {"layer": layer, "snr": decimal(own.median(), 0)}


def _recognized(row: dict[str, Any]) -> dict[str, object]:
    """Return the cells of a layer and task."""
    counted = row["trials"] > 0
    return {
        "task": row["task"],
        "layer": row["layer"],
        "trials": row["trials"],
        "left_out": row["left_out"],
        "share": percent(row["recognized"], 0) if counted else "",
        "low": percent(row["recognized_low"], 0) if counted else "",
        "high": percent(row["recognized_high"], 0) if counted else "",
    }


def _row(own: pd.DataFrame, highest: pd.Series) -> dict[str, object]:
    return {
        "layer": own.layer.iloc[0],
        "made": len(own),
        "accepted": int(own.accepted.sum()),
        "same": int(own.same.sum()),
        "spearman": decimal(own.spearman.median(), 3),
        "pairs": decimal(highest["spearman"], 3),
        "snr": decimal(own.snr_db.median(), 0),
        "pairs_snr": decimal(highest["snr_db"], 0),
        "heard": decimal(own.cochleagram_snr_db.median(), 0),
    }

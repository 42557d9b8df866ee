"""How far from the truth the network's answers are, where it names directions."""

import pandas as pd

from heschl.mixtures.row import CLEAN
from heschl.report.figures.directions import errors
from heschl.report.figures.files import Drawn
from heschl.report.figures.svg import to_svg
from heschl.report.section import Content
from heschl.report.text.words import background, percent, signed, with_span

MEASURES = ("great_circle", "azimuth", "elevation")


def content(table: pd.DataFrame, confidence: float) -> Content | None:
    """Return a sentence, a figure and a table; None if no task names directions.

    table : as `behavior.directions.table` returns
    """
    if not len(table):
        return None
    drawn = Drawn(errors(table[table.half == "ahead"]), table)
    clean = table[table.background == CLEAN]
    context: dict[str, object] = {
        "confidence": confidence,
        "clean": [_row(row) for row in clean.itertuples()],
        "rows": [_row(row) for row in table[table.half == "ahead"].itertuples()],
        "figure": to_svg(
            drawn.figure, "Error of the direction against the signal-to-noise ratio", "directions"
        ),
    }
    return Content(context, {"directions": drawn})


def _row(row: object) -> dict[str, object]:
    values = row._asdict()
    return {
        "half": "of all directions" if values["half"] == "all" else "from ahead",
        "background": background(values["background"]),
        "snr_db": "" if values["background"] == CLEAN else signed(values["snr_db"]),
        "n": values["n"],
        "chance": _degrees(values["chance"]),
        "reversed": with_span(*(values[f"reversed{end}"] for end in ("", "_low", "_high")), percent),
    } | {
        name: with_span(*(values[f"{name}{end}"] for end in ("", "_low", "_high")), _degrees)
        for name in MEASURES
    }


def _degrees(value: float) -> str:
    return f"{value:.0f}°"

"""Published experiments on where people hear a sound, with the network beside the people."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from heschl.localize.columns import NETWORK, PEOPLE
from heschl.localize.results import Localize
from heschl.report.figures.files import Drawn
from heschl.report.figures.localize import panels
from heschl.report.figures.svg import to_svg
from heschl.report.section import Content
from heschl.report.text.words import decimal


def content(found: Localize) -> Content | None:
    """Return means, a figure and tables; None if the network names no directions."""
    if not len(found.scores):
        return None
    titles = {row.experiment: row.title for row in found.scores.itertuples() if not row.source}
    with_people = found.scores[found.scores.source != ""]
    drawn = Drawn(panels(found.values, with_people), found.values) if len(with_people) else None
    alt = "What ten published experiments measured of people, and of the network"
    context: dict[str, object] = {
        "r": decimal(found.about["r"]),
        "rmse": decimal(found.about["rmse"]),
        "left_out": found.about["left_out"],
        "scores": [_score(row) for row in found.scores.itertuples() if row.source],
        "controls": [_control(row, titles) for row in found.values.itertuples() if row.experiment in titles],
        "duplex": _duplex(found.values),
        "claims": found.claims.to_dict("records"),
        "figure": to_svg(drawn.figure, alt, "localize") if drawn else None,
    }
    return Content(context, {"localize": drawn} if drawn else {})


def _score(row: object) -> dict[str, object]:
    values = row._asdict()
    return {
        **{name: values[name] for name in ("title", "source", "compared", "missing", "sounds")},
        **{name: decimal(values[name]) for name in ("r", "rmse")},
    }


def _control(row: object, titles: Mapping[str, str]) -> dict[str, str]:
    values = row._asdict()
    shown = {name: values[name] for name in ("condition", "measure")}
    return shown | {"title": titles[values["experiment"]], "value": decimal(values["value"], 1)}


def _duplex(values: pd.DataFrame) -> list[dict[str, str]]:
    """Return the weights of time and level in each band, of network and people; empty if not measured."""
    rows = values[values.experiment == "weights"]
    table = rows.set_index(["condition", "measure", "who"]).value
    return [
        {
            "band": band,
            **{
                f"{cue}_{who}": decimal(table.get((band, f"{cue} weight", who), np.nan))
                for cue in ("time", "level")
                for who in (NETWORK, PEOPLE)
            },
        }
        for band in dict.fromkeys(rows.condition)
    ]

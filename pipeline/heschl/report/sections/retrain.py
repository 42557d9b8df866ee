"""How networks trained in full compare with that of params.yaml, where they were trained."""

import pandas as pd

from heschl.grid.columns import ALL
from heschl.report.figures.files import Drawn
from heschl.report.figures.retrain import side_by_side
from heschl.report.figures.svg import to_svg
from heschl.report.searches import Retrain
from heschl.report.section import Content
from heschl.report.text.words import count, percent, with_span
from heschl.retrain.columns import OURS

SURE = 0.05  # p of a difference


def content(found: Retrain | None) -> Content | None:
    """Return a sentence for each network, a figure and a table; None if none was trained."""
    if found is None:
        return None
    every = found.accuracy[found.accuracy.clips == ALL]
    tasks, ours = sorted(set(every.task)), every[every.network == OURS]
    drawn = Drawn(side_by_side(every, tasks), every)
    groups = every.groupby("network", sort=False)
    context: dict[str, object] = {
        "about": found.about,
        "current": found.current,
        "same": found.same,
        "tasks": tasks,
        "ours": OURS,
        "verdicts": [_verdict(some, ours) for network, some in groups if network != OURS],
        "figure": to_svg(drawn.figure, "Accuracy of each network in each task", "retrain"),
        "rows": [_row(some, tasks) for _, some in groups],
    }
    return Content(context, {"retrain": drawn})


def _verdict(some: pd.DataFrame, ours: pd.DataFrame) -> dict[str, object]:
    """Return what is said of a network: better, worse or not shown to differ in each task, and its cost."""
    first, own = some.iloc[0], ours.iloc[0]
    return {
        "network": first.network,
        "parameters": percent(first.parameters / own.parameters, 0),
        "macs": percent(first.macs / own.macs, 0),
        "tasks": [_said(row) for _, row in some.iterrows()],
    }


def _said(row: pd.Series) -> str:
    said = "not shown to differ" if row.difference_p >= SURE else "better" if row.difference > 0 else "worse"
    values = (100 * row.difference, 100 * row.difference_low, 100 * row.difference_high)
    return "{} {}, {:+.1f} points ({:+.1f} to {:+.1f})".format(row.task, said, *values)


def _row(some: pd.DataFrame, tasks: list[str]) -> dict[str, object]:
    first, each = some.iloc[0], some.set_index("task")
    ours = first.network == OURS
    return {
        "network": first.network,
        "parameters": count(int(first.parameters)),
        "macs": count(int(first.macs)),
        "epochs": int(first.epochs),
        "accuracies": [_spanned(each.loc[task], "accuracy") for task in tasks],
        "differences": ["–" if ours else _spanned(each.loc[task], "difference") for task in tasks],
    }


def _spanned(row: pd.Series, name: str) -> str:
    return with_span(row[name], row[f"{name}_low"], row[f"{name}_high"], percent)

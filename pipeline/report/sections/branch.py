"""Where the branches should part, if the experiment was made."""

import pandas as pd

from pipeline.branch.columns import INPUT
from pipeline.report.figures.branch import TITLES, shared_layers
from pipeline.report.figures.files import Drawn
from pipeline.report.figures.svg import to_svg
from pipeline.report.results import Branch
from pipeline.report.section import Content
from pipeline.report.text.words import absent, count, percent, with_span

CLIPS = "all"  # test clips of every condition


def content(found: Branch | None) -> Content | None:
    """Return the optimum of each form, a figure and a table; None without the experiment."""
    if found is None:
        return None
    every = found.accuracy[found.accuracy.clips == CLIPS]
    rows = every[every.moved == ""]
    tasks = sorted(set(rows.task))
    figure = Drawn(shared_layers(rows, tasks), rows)
    alt = "Accuracy of each task against the last layer that the tasks share"
    context = {
        "about": found.about,
        "current": found.current,
        "tasks": tasks,
        "optima": [
            _optimum(some, form, moved)
            for (form, moved), some in found.points.groupby(["form", "moved"], sort=False)
        ],
        "figure": to_svg(figure.figure, alt, "branchpoints"),
        "rows": [_row(some, tasks) for _, some in every.groupby(["form", "moved", "shared"], sort=False)],
    }
    return Content(context, {"branch_points": figure})


def _optimum(rows: pd.DataFrame, form: str, moved: str) -> dict[str, str]:
    top = rows.loc[rows["mean"].idxmax()]
    inside = (rows.after != INPUT) & (rows.shared < rows.shared.max())
    return {
        "title": TITLES[form],
        "moved": moved,
        "after": top.after,
        "mean": percent(top["mean"]),
        "often": percent(top.best, 0),
        "inside": percent(rows.best[inside].sum(), 0),
    }


def _row(some: pd.DataFrame, tasks: list[str]) -> dict[str, object]:
    first, each = some.iloc[0], some.set_index("task")
    return {
        "title": TITLES[first.form],
        "moved": first.moved,
        "after": first.after,
        "parameters": count(int(first.parameters)),
        "macs": count(int(first.macs)),
        "accuracies": [_spanned(each.loc[task], "accuracy") for task in tasks],
        "differences": [_difference(each.loc[task], first.after) for task in tasks],
    }


def _spanned(row: pd.Series, name: str) -> str:
    return with_span(row[name], row[f"{name}_low"], row[f"{name}_high"], percent)


def _difference(row: pd.Series, after: str) -> str:
    """Write the difference from separate networks, with a star where it is significant at .05."""
    if after == INPUT or absent(row.difference):
        return "–"
    return _spanned(row, "difference") + ("*" if row.difference_p < 0.05 else "")

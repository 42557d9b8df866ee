"""Where the branches should split, if the experiment was made."""

import pandas as pd

from heschl.branch.columns import BASE, FROZEN, TOGETHER
from heschl.branch.optimum import above, optimum
from heschl.branch.pathway import Pathway, curves, pathways
from heschl.network.table import INPUT
from heschl.report.figures.branch import pathway, shared_layers, title_of, transferred
from heschl.report.figures.files import Drawn
from heschl.report.figures.svg import to_svg
from heschl.report.searches import Branch
from heschl.report.section import Content
from heschl.report.text.words import absent, count, decimal, joined, percent, with_span

CLIPS = "all"  # test clips of every condition


def content(found: Branch | None) -> Content | None:
    """Return the optimum of each form, a figure and a table; None without the experiment."""
    if found is None:
        return None
    every = found.accuracy[(found.accuracy.clips == CLIPS) & (found.accuracy.form != BASE)]
    rows = every[every.moved == TOGETHER]
    tasks = sorted(set(every.task))
    figure = Drawn(shared_layers(rows, tasks), rows) if len(rows) else None
    alt = "Accuracy of each task against the last layer that the tasks share"
    context: dict[str, object] = {
        "about": found.about,
        "current": found.current,
        "transfer": None,
        "transfers": [],
        "tasks": tasks,
        "optima": [
            _optimum(some, form, moved)
            for (form, moved), some in found.points.groupby(["form", "moved"], sort=False)
        ],
        "figure": to_svg(figure.figure, alt, "branchpoints") if figure else None,
        "rows": [_row(some, tasks) for _, some in every.groupby(["form", "moved", "shared"], sort=False)],
    }
    figures = {"branch_points": figure} if len(rows) else {}
    context["pathways"] = []
    for each in pathways(found.accuracy):
        own = curves(every, each.task)
        name = f"pathway_{each.task}"
        figures[name] = Drawn(pathway(own, each.task), own)
        alt = f"Accuracy of {each.task} against its last shared layer"
        context["pathways"].append(_pathway(each) | {"figure": to_svg(figures[name].figure, alt, name)})
    if len(found.transfer):
        along = _over_seeds(found.transfer)
        told = [task for task in tasks if task in set(along.readout)]  # directions are not read out
        figures["transfer"] = Drawn(transferred(along, told), along)
        alt = "How well each task is read out of the layers of networks that learned one task"
        context["transfer"] = to_svg(figures["transfer"].figure, alt, "transfer")
        context["transfers"] = [_transfer(along, task) for task in told]
    return Content(context, figures)


def _over_seeds(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the mean over seeds of each layer's readout, and their range."""
    keys = ["branch", "layer", "depth", "readout", "chance"]
    return rows.groupby(keys, sort=False).value.agg(value="mean", low="min", high="max").reset_index()


def _transfer(along: pd.DataFrame, task: str) -> dict[str, str]:
    """Return where a task is read out best of its own network and of the others."""
    rows = along[along.readout == task]
    own, others = (rows[(rows.branch == task) == same] for same in (True, False))
    tops = [some.loc[some.value.idxmax()] for some in (own, others) if len(some)]
    texts = [f"{top.layer}, {with_span(top.value, top.low, top.high, percent)}" for top in tops]
    return {"task": task, "own": texts[0], "other": texts[-1], "chance": percent(rows.chance.iloc[0])}


def _optimum(rows: pd.DataFrame, form: str, moved: str) -> dict[str, str]:
    best = optimum(rows)
    if form == FROZEN:
        curve = f"With {moved} added to frozen layers of the other tasks"
    elif moved == TOGETHER:
        curve = f"With the {title_of(form)}"
    else:
        curve = f"With the {title_of(form)}, where only the branch point of {moved} varies"
    return {
        "curve": curve,
        "after": best.after,
        "last": best.last,
        "mean": _spanned(best.row, "mean"),
        "spread": _points(best.row.mean_spread),
        "above": joined(
            f"{with_span(value, low, high, _points)} points above {name}"
            for name, value, low, high in above(best)
        ),
        "often": percent(best.often, 0),
        "inside": percent(best.inside, 0),
    }


def _points(share: float) -> str:
    return decimal(100 * share, 1)


def _pathway(found: Pathway) -> dict[str, object]:
    joint = found.joint
    return {
        "task": found.task,
        "shared": _found(found.shared),
        "joint": None if joint is None else _found(joint),
        "deepest": [_found(row) | {"other": row.form.removeprefix(FROZEN).strip()} for row in found.deepest],
        "separate": _spanned(found.separate, "accuracy"),
    }


def _found(row: pd.Series) -> dict[str, str]:
    return {
        "after": row.after,
        "accuracy": _spanned(row, "accuracy"),
        "difference": _difference(row, row.after),
    }


def _row(some: pd.DataFrame, tasks: list[str]) -> dict[str, object]:
    first, each = some.iloc[0], some.set_index("task")
    return {
        "title": title_of(first.form),
        "moved": "" if first.moved == TOGETHER else first.moved,
        "after": first.after,
        "parameters": count(int(first.parameters)),
        "macs": count(int(first.macs)),
        "accuracies": [_spanned(each.loc[task], "accuracy") if task in each.index else "–" for task in tasks],
        "differences": [
            _difference(each.loc[task], first.after) if task in each.index else "–" for task in tasks
        ],
    }


def _spanned(row: pd.Series, name: str) -> str:
    return with_span(row[name], row[f"{name}_low"], row[f"{name}_high"], percent)


def _difference(row: pd.Series, after: str) -> str:
    """Write the difference from separate networks, with a star where it is significant at .05."""
    if after == INPUT or absent(row.difference):
        return "–"
    return _spanned(row, "difference") + ("*" if row.difference_p < 0.05 else "")

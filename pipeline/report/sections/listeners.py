"""The network compared with listeners: condition by condition and, for local listeners, error by error."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from pipeline.behavior.columns import LOCAL, PUBLISHED
from pipeline.report.figures import confusions
from pipeline.report.figures.listeners import Kappa, consistency, scatter
from pipeline.report.figures.svg import to_svg
from pipeline.report.results import Behavior, Listeners
from pipeline.report.section import Content
from pipeline.report.text import listeners as text
from pipeline.report.text.confusions import described
from pipeline.report.text.words import WHO, absent, kinds_of

WIDE = 12  # labels from which a matrix needs a minimal width


def content(
    labels: Mapping[str, Sequence[str]], behavior: Behavior, listeners: Listeners, synthetic: bool
) -> Content:
    """Return the comparison with each group in each task, local listeners first; labels : task -> labels."""
    pairs = [(group, task) for group in (LOCAL, PUBLISHED) for task in labels]
    pairs = [(group, task) for group, task in pairs if group in listeners.groups(task)]
    figures: dict[str, Figure] = {}
    shown = []
    for place, (group, task) in enumerate(pairs):
        rows = listeners.conditions
        rows = rows[(rows.group == group) & (rows.task == task)]
        figure = scatter(rows, WHO[group])
        found = listeners.metrics[group][task]
        shown.append(
            _agreement(found, group, task, len(labels[task]), rows)
            | {"answers": behavior.answers.get(task, 1)}
            | {"scatter": to_svg(figure, _alt(found, group, task), f"scatterg{place}")}
            | {"errors": _errors(behavior, listeners, task, f"g{place}") if group == LOCAL else None}
        )
        figures[f"{task}_{group}_listeners"] = figure
    context = {"compared": shown, "confidence": behavior.confidence, "synthetic": synthetic}
    return Content(context | {"correlated": text.CORRELATED, "local": LOCAL, "published": PUBLISHED}, figures)


def _alt(found: Mapping[str, Any], group: str, task: str) -> str:
    against = f"The network's accuracy on the {task} against that of {WHO[group]}, one point per condition."
    return f"{against} {text.agreement(found)}"


def _agreement(
    found: Mapping[str, Any], group: str, task: str, labels: int, rows: pd.DataFrame
) -> dict[str, Any]:
    """Return the numbers and words of a group's agreement with the network, which has a number of labels."""
    return {
        "task": task,
        "group": group,
        "found": found,
        "labels": labels,
        "similar": text.similar_size(found["labels"], labels),
        "comparable": text.comparable(found["labels"], labels, task),
        "backgrounds": len(kinds_of(rows)),
        "agreement": text.agreement(found),
    }


def _errors(behavior: Behavior, listeners: Listeners, task: str, key: str) -> dict[str, Any]:
    """Return the errors of local listeners and the network: consistency, difficulty of clips, confusions."""
    kappas, items, confused = (
        _rows(listeners.comparisons.get(name), task) for name in ("consistency", "items", "confused")
    )
    drawn = [_kappa(row) for row in kappas if not absent(row["kappa"])]
    matrices = _matrices(behavior.confusions[task], listeners.confusions.get(task), key)
    alt = f"Error consistency. {text.kappas(drawn)}."
    return {
        "consistency": to_svg(consistency(drawn), alt, f"kappa{key}") if drawn else None,
        "alone": not any(between == "person-person" for _, between, *_ in drawn),
        "items": items,
        "confused": confused[0] if confused else None,
        "matrices": matrices if len(matrices) > 1 else [],
        "wide": len(behavior.confusions[task]) > WIDE,
    }


def _kappa(row: Mapping[str, Any]) -> Kappa:
    ends = row["kappa"], row["kappa_low"], row["kappa_high"]
    return text.KAPPAS[row["conditions"]], row["between"], *ends


def _matrices(network: pd.DataFrame, local: pd.DataFrame | None, key: str) -> list[tuple[str, str]]:
    """Return the matrices of the network and of local listeners that can be drawn: who, figure."""
    sides = ((WHO["network"], "network", network), (WHO[LOCAL], "people", local))
    return [
        (
            who,
            to_svg(
                confusions.matrix(shares, f"answer of {who}"),
                f"Confusions of {who}. {described(shares)}",
                f"{side}{key}",
            ),
        )
        for who, side, shares in sides
        if shares is not None and 0 < len(shares) <= confusions.MOST
    ]


def _rows(table: pd.DataFrame | None, task: str) -> list[dict[str, Any]]:
    return [] if table is None else table[table.task == task].to_dict("records")

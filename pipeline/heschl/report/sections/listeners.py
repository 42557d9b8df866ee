"""The network compared with listeners: condition by condition and, for local listeners, error by error."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from heschl.behavior import verdicts
from heschl.behavior.columns import LOCAL, PUBLISHED
from heschl.report.figures import confusions, looks, relative
from heschl.report.figures.files import Drawn
from heschl.report.figures.listeners import Kappa, consistency, scatter
from heschl.report.figures.svg import to_svg
from heschl.report.results import Behavior, Listeners
from heschl.report.section import Content
from heschl.report.text import listeners as text
from heschl.report.text.confusions import described
from heschl.report.text.words import WHO, absent, background, kinds_of

SIDES = {"network": WHO["network"], "people": WHO[LOCAL]}  # whose confusions are compared
WIDE = 12  # labels from which a matrix needs a minimal width


def content(
    labels: Mapping[str, Sequence[str]], behavior: Behavior, listeners: Listeners, synthetic: bool
) -> Content:
    """Return the comparison with each group in each task, local listeners first; labels : task -> labels."""
    pairs = [(group, task) for group in (LOCAL, PUBLISHED) for task in labels]
    pairs = [(group, task) for group, task in pairs if group in listeners.groups(task)]
    figures: dict[str, Drawn] = {}
    shown = []
    for place, (group, task) in enumerate(pairs):
        rows = listeners.conditions
        rows = rows[(rows.group == group) & (rows.task == task)]
        figure = scatter(rows, WHO[group])
        found = listeners.metrics[group][task]
        at_chance = verdicts.at_chance(behavior.metrics, task)
        errors = _errors_drawn(behavior, listeners, task) if group == LOCAL else {}
        shape, panels = _relative(listeners, group, task, place)
        shown.append(
            _agreement(found, group, task, len(labels[task]), rows)
            | {"answers": behavior.answers.get(task, 1), "few": verdicts.too_few(found)}
            | {"agreement": text.agreement(found, at_chance)}
            | {"scatter": to_svg(figure, _alt(found, group, task, at_chance), f"scatterg{place}")}
            | {"relative": panels, "sides": [(side, looks.SIDES[side]) for side in (group, "network")]}
            | {"errors": _errors(behavior, listeners, task, errors, f"g{place}") if group == LOCAL else None}
        )
        figures |= {f"{task}_{group}_listeners": Drawn(figure, rows), **shape, **errors}
    context = {"compared": shown, "confidence": behavior.confidence, "synthetic": synthetic}
    return Content(context | {"correlated": text.CORRELATED, "local": LOCAL, "published": PUBLISHED}, figures)


def _relative(
    listeners: Listeners, group: str, task: str, place: int
) -> tuple[dict[str, Drawn], list[Markup]]:
    """Return the figure of relative accuracies, by name, and its panels; neither if there are none."""
    table = listeners.comparisons.get("relative")
    rows = table[(table.group == group) & (table.task == task)] if table is not None else ()
    if not len(rows):
        return {}, []
    said = f"Accuracy relative to clean clips against SNR, {{}}: this network and {WHO[group]}."
    kinds = kinds_of(rows)
    panels = [
        to_svg(relative.panel(rows, kind, group), said.format(background(kind)), f"relative{place}p{number}")
        for number, kind in enumerate(kinds)
    ]
    return {f"{task}_{group}_relative": Drawn(relative.together(rows, group), rows)}, panels


def _alt(found: Mapping[str, Any], group: str, task: str, at_chance: bool) -> str:
    against = f"This network's accuracy on the {task} against that of {WHO[group]}, one point per condition."
    return f"{against} {text.agreement(found, at_chance)}".strip()


def _agreement(
    found: Mapping[str, Any], group: str, task: str, labels: int, rows: pd.DataFrame
) -> dict[str, Any]:
    """Return the numbers and words of a group's agreement with the network, which has a number of labels."""
    similar = text.similar_size(found["labels"], labels)
    return {
        "task": task,
        "group": group,
        "found": found,
        "labels": labels,
        "similar": similar,
        "measures": text.measures(found, similar),
        "comparable": text.comparable(found["labels"], labels, task),
        "backgrounds": len(kinds_of(rows)),
    }


def _errors_drawn(behavior: Behavior, listeners: Listeners, task: str) -> dict[str, Drawn]:
    """Return the figures of the errors of local listeners and the network, by name."""
    kappas = _kappas(listeners, task)
    values = pd.DataFrame(kappas, columns=["conditions", "between", "kappa", "low", "high"])
    figures = {f"{task}_consistency": Drawn(consistency(kappas), values)} if kappas else {}
    sides = {"network": behavior.confusions[task], "people": listeners.confusions.get(task)}
    if all(shares is not None and 0 < len(shares) <= confusions.MOST for shares in sides.values()):
        for side, shares in sides.items():
            drawn = confusions.matrix(shares, f"answer of {SIDES[side]}")
            figures[f"{task}_{side}_confusions"] = Drawn(drawn, shares.rename_axis("truth"))
    return figures


def _errors(
    behavior: Behavior, listeners: Listeners, task: str, drawn: Mapping[str, Drawn], key: str
) -> dict[str, Any]:
    """Return the errors of local listeners and the network: consistency, difficulty of clips, confusions."""
    items, confused = (_rows(listeners.comparisons.get(name), task) for name in ("items", "confused"))
    kappas, figure = _kappas(listeners, task), drawn.get(f"{task}_consistency")
    alt = f"Error consistency. {text.kappas(kappas)}."
    return {
        "consistency": to_svg(figure.figure, alt, f"kappa{key}") if figure else None,
        "alone": not any(between == "person-person" for _, between, *_ in kappas),
        "items": items,
        "confused": confused[0] if confused else None,
        "matrices": _matrices(task, drawn, key),
        "wide": len(behavior.confusions[task]) > WIDE,
    }


def _kappas(listeners: Listeners, task: str) -> list[Kappa]:
    rows = _rows(listeners.comparisons.get("consistency"), task)
    return [
        (
            text.KAPPAS[row["conditions"]],
            row["between"],
            *(row[f"kappa{end}"] for end in ("", "_low", "_high")),
        )
        for row in rows
        if not absent(row["kappa"])
    ]


def _matrices(task: str, drawn: Mapping[str, Drawn], key: str) -> list[tuple[str, str]]:
    """Return the confusion matrices that can be drawn, of the network and of local listeners: who, figure."""
    found = [(side, drawn.get(f"{task}_{side}_confusions")) for side in SIDES]
    return [
        (
            SIDES[side],
            to_svg(each.figure, f"Confusions of {SIDES[side]}. {described(each.values)}", side + key),
        )
        for side, each in found
        if each
    ]


def _rows(table: pd.DataFrame | None, task: str) -> list[dict[str, Any]]:
    return [] if table is None else table[table.task == task].to_dict("records")

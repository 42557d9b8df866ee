"""Accuracy in each background at each SNR, psychometric functions and thresholds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from heschl.mixtures.row import CLEAN
from heschl.report import scores
from heschl.report.figures import curves, panels
from heschl.report.figures.curves import overview
from heschl.report.figures.files import Drawn
from heschl.report.figures.looks import SIDES
from heschl.report.figures.svg import to_svg
from heschl.report.figures.thresholds import thresholds
from heschl.report.results import Behavior, Listeners
from heschl.report.section import Content
from heschl.report.text import accuracy as text
from heschl.report.text.words import kinds_of, places

FIVE = 20  # labels from which the true one among five answers says something


@dataclass(frozen=True, eq=False)
class Scoring:
    """A task scored by a number of answers; points, fits : as in `heschl.report.scores`."""

    task: str
    answers: int
    points: pd.DataFrame
    fits: pd.DataFrame
    chance: float  # 0 to 1

    @property
    def name(self) -> str:
        """Return what its figures are called by."""
        return self.task if self.answers == 1 else f"{self.task}_{self.answers}"


def content(
    labels: Mapping[str, Sequence[str]], behavior: Behavior, listeners: Listeners, synthetic: bool
) -> Content:
    """Return curves, panels, thresholds and tables of each task; labels : task -> labels."""
    figures: dict[str, Drawn] = {}
    tasks = []
    for place, (task, names) in enumerate(labels.items()):
        every = [scoring(behavior, listeners, task, n) for n in scores.answers_of(behavior, task)]
        for each in every:
            figures |= _drawn(each)
        shown = [_shown(each, figures, f"t{place}a{each.answers}") for each in every]
        table = behavior.psychometric[behavior.psychometric.task == task]
        about = {"name": task, "labels": len(names), "scorings": shown, "five": len(names) >= FIVE}
        tasks.append(about | _numbers(table))
    context = {"tasks": tasks, "confidence": behavior.confidence, "synthetic": synthetic}
    return Content(context | {"limits": text.limits(behavior.metrics, labels, synthetic)}, figures)


def scoring(behavior: Behavior, listeners: Listeners, task: str, answers: int) -> Scoring:
    """Return a task scored by a number of answers."""
    of = behavior, listeners, task, answers
    return Scoring(
        task, answers, scores.points(*of), scores.fits(*of), scores.chance_of(behavior, task, answers)
    )


def _drawn(scoring: Scoring) -> dict[str, Drawn]:
    points, fits, chance = scoring.points, scoring.fits, scoring.chance
    values = curves.values(points, fits, chance)
    network = values[values.side == "network"]
    figures = {
        f"{scoring.name}_in_noise": Drawn(overview(points, fits, scoring.task, chance), network),
        f"{scoring.name}_panels": Drawn(panels.together(points, fits, chance), values),
    }
    return figures | ({f"{scoring.name}_thresholds": Drawn(thresholds(fits), fits)} if len(fits) else {})


def _shown(scoring: Scoring, figures: Mapping[str, Drawn], key: str) -> dict[str, Any]:
    """Return what the template shows of a scoring; key : of the ids in its figures."""
    points, fits, order = scoring.points, scoring.fits, text.order(scoring.fits)
    more = "The table below gives every number."
    alt = text.panel_alt(scoring.task)
    at = f"Threshold of each background, with intervals. {order} {more}"
    drawn = figures.get(f"{scoring.name}_thresholds")
    return {
        "answers": scoring.answers,
        "chance": scoring.chance,
        "sides": [(side, look) for side, look in SIDES.items() if side in set(points.side)],
        "overview": to_svg(figures[f"{scoring.name}_in_noise"].figure, alt, f"curves{key}"),
        "panels": _panels(scoring, key),
        "order": order,
        "trend": text.trend(points),
        "thresholds": to_svg(drawn.figure, at, f"thresholds{key}") if drawn else None,
        "table": _thresholds(fits),
    }


def _panels(scoring: Scoring, key: str) -> list[str]:
    """Return one figure per background, the easiest first."""
    points, fits = scoring.points, scoring.fits
    kinds = scores.easiest_first(fits) if len(fits) else []
    kinds += [kind for kind in kinds_of(points) if kind not in kinds]
    drawn = ((panels.panel(points, fits, kind, scoring.chance), kind) for kind in kinds)
    return [
        to_svg(figure, text.panel(points, kind), f"panel{key}k{place}")
        for place, (figure, kind) in enumerate(drawn)
    ]


def _thresholds(fits: pd.DataFrame) -> list[tuple[str, dict[str, tuple[int, Mapping[str, Any]]]]]:
    """Return a row per background, the easiest first: background, {side: (rank for the side, fit)}."""
    found = {(fit["side"], fit["background"]): fit for fit in fits.to_dict("records")}
    orders = {side: scores.order_of(fits, side) for side in SIDES}
    return [
        (
            kind,
            {
                side: (order.index(kind) + 1, found[side, kind])
                for side, order in orders.items()
                if kind in order
            },
        )
        for kind in scores.easiest_first(fits)
    ]


def _numbers(table: pd.DataFrame) -> dict[str, Any]:
    """Return the accuracies of a task as the tables show them, clean clips first."""
    kinds = kinds_of(table, clean=True)
    rows = table.sort_values(["background", "snr_db"], key=lambda column: places(column, kinds))
    rows = rows.to_dict("records")
    cells = {(row["background"], row["snr_db"]): row for row in rows if row["background"] != CLEAN}
    return {
        "rows": rows,
        "clean": next((row for row in rows if row["background"] == CLEAN), None),
        "levels": sorted({snr for _, snr in cells}),
        "kinds": kinds_of(table),
        "cells": cells,
    }

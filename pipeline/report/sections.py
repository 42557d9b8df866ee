"""What each section of the page shows, gathered from a Report and from the figures drawn of it."""

import re

from pipeline.report import confusions, curves, learning, prose, scores
from pipeline.report.style import to_svg
from pipeline.report.words import decibel, kinds_of, name, percent
from pipeline.tasks import named

MARKS = {"network": ("\u25cf", 0), "published": ("\u25a0", 1), "own": ("\u25b2", 3)}  # as `style.SIDES`


def noise(report, task, key, figures):
    """Return a task's curves, thresholds and accuracies; key : letters and digits, of the ids."""
    table = report.psychometric[report.psychometric.task == task]
    rows = table.to_dict("records")
    cells = {(row["background"], row["snr_db"]): row for row in rows if row["background"] != "clean"}
    return {
        "name": task,
        "chance": report.evaluated["chance"][task],
        "labels": named(report.config["labels"][task]),
        "summary": prose.summary(report, task),
        "rows": rows,
        "clean": next((row for row in rows if row["background"] == "clean"), None),
        "levels": sorted({snr for _, snr in cells}),
        "kinds": kinds_of(table),
        "cells": cells,
        "scorings": [
            _scoring(report, task, answers, f"{key}a{answers}", figures)
            for answers in scores.answers_of(report, task)
        ],
    }


def _scoring(report, task, answers, key, figures):
    """Return the figures and words of a task, right if the true label is among so many answers."""
    points, fits, chance = scores.both(report, task, answers)
    where = task if answers == 1 else f"{task}_{answers}"
    kinds = curves.ordered(fits) if len(fits) else kinds_of(points)
    singles = [(to_svg(curves.panel(points, fits, kind, chance), prose.panel(points, kind), f"panel{key}k{place}")) for place, kind in
               enumerate([*kinds, *(kind for kind in kinds_of(points) if kind not in kinds)])]  # fmt: skip
    at = f"SNR at the threshold of each background, with intervals. {prose.order(fits)} The table below gives every number."
    alt = f"Accuracy on the {task} against SNR, one line a background. The table below gives every number."
    return {
        "answers": answers,
        "chance": chance,
        "sides": [(side, *MARKS[side]) for side in MARKS if side in set(points.side)],
        "overview": to_svg(figures[f"{where}_in_noise"], alt, f"curves{key}"),
        "panels": singles,
        "order": prose.order(fits),
        "trend": prose.trend(points),
        "thresholds": to_svg(figures[f"{where}_thresholds"], at, f"thresholds{key}") if len(fits) else None,
        "table": _thresholds(fits),
    }


def _thresholds(fits):
    """Return a row a background from the network's easiest: (background, {side: (place in that side's order, fit)})."""
    sides = [side for side in MARKS if side in set(fits.side)]
    places = {
        side: {kind: place + 1 for place, kind in enumerate(prose.list_of(fits, side))} for side in sides
    }
    found = {(fit["side"], fit["background"]): fit for fit in fits.to_dict("records")}
    return [
        (
            kind,
            {
                side: (places[side][kind], found[side, kind]) if (side, kind) in found else None
                for side in sides
            },
        )
        for kind in curves.ordered(fits)
    ]


def confused(report, task, key, figures):
    """Return the confusions of a task: a matrix and its table, or for many labels the most confused pairs alone."""
    shares = report.confusions[task]
    figure = figures.get(f"{task}_confusions")
    words = confusions.described(shares)
    alt = f"Confusion matrix of the {len(shares)} {task}s, rows the truth, columns the answer. {words}"
    return {
        "name": task,
        "number": len(shares),
        "words": words,
        "figure": to_svg(figure, alt, f"confusions{key}") if figure else None,
        "rems": 5.6 * confusions.width(shares),  # of its figure, so that letters are of one size in all
        "shares": shares,
        "pairs": confusions.most_confused(shares).to_dict("records"),
    }


def control(report, key, control):
    """Return a control for leaks: its figure and what it means."""
    task = key.removesuffix("_silenced")
    accuracies = {"clean": report.evaluated.get(task, {}).get("clean"), "silenced": control}
    rows = [
        (what, each["top1"], each["top1_low"], each["top1_high"]) for what, each in accuracies.items() if each
    ]
    alt = f"Accuracy on the {task} with the middle of the clip silenced: {percent(control['top1'])}"
    svg = to_svg(learning.control(rows, control["chance"]), alt, "control" + re.sub(r"\W", "", key))
    return {**control, "task": task, "verdict": learning.verdict(control), "figure": svg}


def heading(clip):
    """Say in which background and at which SNR a clip is."""
    return "clean" if clip.background == "clean" else f"{name(clip.background)}, {decibel(clip.snr_db)}"

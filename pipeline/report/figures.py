"""Which figures a run has, by name: for the page, and for MLflow."""

from pipeline.report import (
    brain,
    cochleagrams,
    confusions,
    curves,
    depth,
    inside,
    learning,
    people,
    prose,
    scores,
)


def drawn(report):
    """Return the figures of a run by name; panels are one picture here."""
    figures = {"loss": learning.learning(report.history, "loss")}
    for task in report.config["tasks"]:
        for answers in scores.answers_of(report, task):
            points, fits, chance = scores.both(report, task, answers)
            where = task if answers == 1 else f"{task}_{answers}"
            figures[f"{where}_in_noise"] = curves.overview(points, fits, task, chance)
            figures[f"{where}_panels"] = curves.panels(points, fits, chance)
            if len(fits):
                figures[f"{where}_thresholds"] = curves.thresholds(fits)
        if 0 < len(report.confusions[task]) <= confusions.MOST:
            figures[f"{task}_confusions"] = confusions.matrix(report.confusions[task])
        for group in scores.groups(report, task):
            figures[f"{task}_beside_{group}"] = people.scatter(
                scores.conditions(report, group, task), prose.WHO[group]
            )
        figures[f"{task}_training"] = learning.learning(
            report.history, f"{task}_accuracy", report.evaluated["chance"][task]
        )
    readouts = inside.panels(report.inside)
    figures |= ({"inside_the_network": depth.panels(readouts)} if readouts else {}) | brain.drawn(
        report.brain
    )
    if report.heard:
        one = [*report.examples, *(hard.example for hard in report.hard)][0]
        figures["cochleagrams"] = cochleagrams.cochleagrams(report.heard, one.frequencies_hz, one.times_s)
    return figures

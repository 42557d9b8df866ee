"""Loss and accuracy over the course of training."""

from collections.abc import Iterable, Mapping

import pandas as pd

from heschl.report.figures.files import Drawn
from heschl.report.figures.learning import learning
from heschl.report.figures.svg import to_svg
from heschl.report.section import Content


def content(
    history: pd.DataFrame, chance: Mapping[str, float], tasks: Iterable[str], synthetic: bool
) -> Content:
    """Return the curves of the loss and of each task; history : of the training; chance : task -> 0 to 1."""
    tasks = list(tasks)
    loss = Drawn(learning(history, "loss"), _values(history, "loss"))
    figures = {
        f"{task}_training": Drawn(
            learning(history, f"{task}_accuracy", chance[task]),
            _values(history, f"{task}_accuracy").assign(chance=chance[task]),
        )
        for task in tasks
    }
    alt = "Accuracy on the {} over the course of training, for training and validation clips"
    shown = [
        (task, to_svg(figures[f"{task}_training"].figure, alt.format(task), f"learning{place}"))
        for place, task in enumerate(tasks)
    ]
    drawn = to_svg(loss.figure, "Loss of training and validation over the course of training", "loss")
    return Content({"loss": drawn, "tasks": shown, "synthetic": synthetic}, {"loss": loss} | figures)


def _values(history: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return epoch, step, and the measure of training and validation."""
    return history[
        [
            "epoch",
            "step",
            *(name for name in history if name in {f"train_{measure}", f"validation_{measure}"}),
        ]
    ]

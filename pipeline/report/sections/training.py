"""Loss and accuracy over the course of training."""

from collections.abc import Iterable, Mapping

import pandas as pd

from pipeline.report.figures.learning import learning
from pipeline.report.figures.svg import to_svg
from pipeline.report.section import Content


def content(
    history: pd.DataFrame, chance: Mapping[str, float], tasks: Iterable[str], synthetic: bool
) -> Content:
    """Return the curves of the loss and of each task; history : of the training; chance : task -> 0 to 1."""
    tasks = list(tasks)
    loss = learning(history, "loss")
    figures = {f"{task}_training": learning(history, f"{task}_accuracy", chance[task]) for task in tasks}
    alt = "Accuracy on the {} over the course of training, for training and validation clips"
    shown = [
        (task, to_svg(figures[f"{task}_training"], alt.format(task), f"learning{place}"))
        for place, task in enumerate(tasks)
    ]
    drawn = to_svg(loss, "Loss of training and validation over the course of training", "loss")
    return Content({"loss": drawn, "tasks": shown, "synthetic": synthetic}, {"loss": loss} | figures)

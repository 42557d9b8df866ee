"""Confusions: a matrix where labels are few, a list of the most confused pairs where they are many."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from heschl.report.figures.confusions import MOST, matrix, width
from heschl.report.figures.files import Drawn
from heschl.report.figures.svg import to_svg
from heschl.report.section import Content
from heschl.report.text.confusions import described, most_confused
from heschl.report.text.words import plural

REMS = 5.6  # width on the page per inch of the figure, so that letters have the same size in all matrices


def content(tasks: Iterable[str], confusions: Mapping[str, pd.DataFrame]) -> Content:
    """Return the confusions of each task; confusions : task -> (labels, labels), as in `Behavior`."""
    tasks = list(tasks)
    figures = {
        f"{task}_confusions": Drawn(matrix(confusions[task]), confusions[task].rename_axis("truth"))
        for task in tasks
        if 0 < len(confusions[task]) <= MOST
    }
    shown = [
        _shown(task, confusions[task], figures.get(f"{task}_confusions"), f"confusionst{place}")
        for place, task in enumerate(tasks)
    ]
    return Content({"tasks": shown}, figures)


def _shown(task: str, shares: pd.DataFrame, figure: Drawn | None, key: str) -> dict[str, Any]:
    words = described(shares)
    alt = f"Confusion matrix of the {len(shares)} {plural(task)}, rows the truth, columns the answer. {words}"
    return {
        "name": task,
        "number": len(shares),
        "words": words,
        "figure": to_svg(figure.figure, alt, key) if figure else None,
        "rems": REMS * width(shares),
        "shares": shares,
        "pairs": most_confused(shares).to_dict("records"),
    }

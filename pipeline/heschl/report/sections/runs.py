"""Other runs on the same data, newest first: their accuracy, and the parameters in which they differ."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from heschl.report.runs import Compared
from heschl.report.section import Content
from heschl.report.text.accuracy import headlines

DIFFERENCES = 4  # parameters of a run that are listed
LONG = 24  # characters of a value that is shown


def content(
    tasks: Iterable[str], summary: Mapping[str, float], run_id: str, runs: Sequence[Compared]
) -> Content:
    """Return a row per run; summary : of behavior.json; run_id : of the page's run."""
    columns = [(key, f"{task} {where}") for task in tasks for key, where, _ in headlines(summary, task)]
    rows = [
        {
            "id": run.id[:8],
            "name": run.name,
            "this": run.id == run_id,
            "started": f"{datetime.fromtimestamp(run.started / 1000, UTC):%Y-%m-%d %H:%M}",
            "differs": [_difference(*each) for each in list(run.differs.items())[:DIFFERENCES]],
            "more": max(len(run.differs) - DIFFERENCES, 0),
            "scores": [run.metrics.get(key) for key, _ in columns],
        }
        for run in runs
    ]
    context: dict[str, Any] = {"columns": [title for _, title in columns], "rows": rows}
    return Content(context)


def _difference(parameter: str, values: tuple[str, str]) -> str:
    theirs, this = values
    if max(len(theirs), len(this)) > LONG:
        return f"{parameter} differs"
    return f"{parameter} {theirs or 'none'} (here {this or 'none'})"

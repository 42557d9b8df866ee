"""The head of the page: the result in a sentence, its main curve and numbers, and where it comes from."""

from collections.abc import Mapping, Sequence
from typing import Any

from heschl.behavior import verdicts
from heschl.report.figures.curves import overview
from heschl.report.figures.svg import to_svg
from heschl.report.inputs import Network
from heschl.report.results import Behavior, Listeners
from heschl.report.section import Content
from heschl.report.sections.accuracy import scoring
from heschl.report.text.accuracy import headlines, limits, panel_alt
from heschl.report.text.listeners import agreed, result
from heschl.report.text.origin import described
from heschl.report.text.words import joined, percent, plural
from heschl.tasks import TASKS
from heschl.tracking import Origin


def content(
    network: Network,
    behavior: Behavior,
    listeners: Listeners,
    synthetic: bool,
    origin: Origin | None = None,
    trainings: str = "",
) -> Content:
    """Return the sentence, the curve of the first centered task (words), the tiles and the origin.

    trainings : how this training compares with those of other seeds, in a sentence
    """
    metrics, tasks = behavior.metrics, list(network.labels)
    tiles = [
        {"task": task, "where": where, "value": value, "clean": _clean(behavior, task, where)}
        | {"chance": metrics["chance"][task]}
        for task in tasks
        for _, where, value in headlines(metrics["summary"], task)
    ]
    context = {
        "sentence": sentence(network.labels, metrics, listeners),
        "trainings": trainings,
        "limits": limits(metrics, tasks, synthetic),
        "curve": _curve(behavior, listeners, tasks),
        "tiles": tiles,
        "compared": agreed(listeners, _above(tasks, metrics)),
        "clips": len(behavior.clips),
        "parameters": network.parameters,
        "tasks": len(tasks),
        "confidence": behavior.confidence,
        "synthetic": synthetic,
        "origin": described(origin),
    }
    return Content(context)


def sentence(labels: Mapping[str, Sequence[str]], metrics: Mapping[str, Any], listeners: Listeners) -> str:
    """Say the result: accuracy of each task, clean and in noise, and how it compares with listeners.

    labels : task -> labels; metrics : behavior.json
    """
    above = _above(labels, metrics)
    parts = [_named(task, len(labels[task]), metrics) for task in above]
    said = [f"This network names {'; '.join(parts)}."] if parts else []
    for task in labels:
        if task not in above:
            who = "It" if said else "This network"
            said.append(f"{who} does not name the {task}: it is {verdicts.chance(metrics, task)}.")
    return " ".join([*said, result(listeners, above)]).strip()


def _named(task: str, labels: int, metrics: Mapping[str, Any]) -> str:
    """Say in how many clips a task is named."""
    known = headlines(metrics["summary"], task)
    said = joined(f"in {percent(value, 0)} {_of(where)}" for _, where, value in known)
    number, chance = f"{labels}\u00a0{plural(task)}", f"chance\u00a0{percent(metrics['chance'][task])}"
    return f"the {task} {said or 'in no condition'} ({number}, {chance})"


def _above(tasks: Sequence[str] | Mapping[str, Any], metrics: Mapping[str, Any]) -> list[str]:
    """Return the tasks in which the network is above chance."""
    return [task for task in tasks if not verdicts.at_chance(metrics, task)]


def _of(where: str) -> str:
    return "of clean clips" if where == "clean" else f"{where} SNR"


def _curve(behavior: Behavior, listeners: Listeners, tasks: Sequence[str]) -> dict[str, str] | None:
    """Return the accuracy in noise of the task on words, or else of the first one."""
    if not tasks:
        return None
    task = next((each for each in tasks if each in TASKS and TASKS[each].centered), tasks[0])
    of = scoring(behavior, listeners, task, 1)
    drawn = overview(of.points, of.fits, task, of.chance)
    return {"task": task, "figure": to_svg(drawn, panel_alt(task), "top")}


def _clean(behavior: Behavior, task: str, where: str) -> Mapping[str, Any] | None:
    """Return the accuracy on clean clips with its interval, for the tile of clean clips."""
    return behavior.metrics.get(task, {}).get("clean") if where == "clean" else None

"""The head of the page: the result in a sentence, and its main numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.report.inputs import Network
from pipeline.report.results import Behavior, Listeners
from pipeline.report.section import Content
from pipeline.report.text.accuracy import headlines
from pipeline.report.text.listeners import agreed, result
from pipeline.report.text.words import joined, percent, plural


def content(network: Network, behavior: Behavior, listeners: Listeners, synthetic: bool) -> Content:
    """Return the sentence and the tiles."""
    metrics = behavior.metrics
    tiles = [
        {"task": task, "where": where, "value": value, "clean": _clean(behavior, task, where)}
        | {"chance": metrics["chance"][task]}
        for task in network.labels
        for _, where, value in headlines(metrics["summary"], task)
    ]
    compared = agreed(listeners, list(network.labels))
    context = {
        "sentence": sentence(network.labels, metrics, listeners),
        "tiles": tiles,
        "compared": compared,
        "many": len(tiles) + bool(compared) > 4,
        "clips": len(behavior.clips),
        "parameters": network.parameters,
        "tasks": len(network.labels),
        "confidence": behavior.confidence,
        "synthetic": synthetic,
    }
    return Content(context)


def sentence(labels: Mapping[str, Sequence[str]], metrics: Mapping[str, Any], listeners: Listeners) -> str:
    """Say the result: accuracy of each task, clean and in noise, and how it compares with listeners.

    labels : task -> labels; metrics : behavior.json
    """
    parts = []
    for task, names in labels.items():
        known = headlines(metrics["summary"], task)
        said = joined(f"in {percent(value, 0)} {_of(where)}" for _, where, value in known)
        number = f"{len(names)}\u00a0{plural(task)}"
        chance = f"chance\u00a0{percent(metrics['chance'][task])}"
        parts.append(f"the {task} {said or 'in no condition'} ({number}, {chance})")
    return f"The network names {'; '.join(parts)}. {result(listeners, list(labels))}".strip()


def _of(where: str) -> str:
    return "of clean clips" if where == "clean" else f"{where} SNR"


def _clean(behavior: Behavior, task: str, where: str) -> Mapping[str, Any] | None:
    """Return the accuracy on clean clips with its interval, for the tile of clean clips."""
    return behavior.metrics.get(task, {}).get("clean") if where == "clean" else None

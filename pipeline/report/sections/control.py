"""The control for leaks: accuracy with the answer silenced."""

import re
from collections.abc import Mapping
from typing import Any

from pipeline.report.figures.learning import control
from pipeline.report.figures.svg import to_svg
from pipeline.report.results import Behavior
from pipeline.report.section import Content
from pipeline.report.text.words import percent

SILENCED = "_silenced"  # end of a control's name in behavior.json, after the task


def content(behavior: Behavior) -> Content:
    """Return the controls, with a verdict on each."""
    controls = behavior.metrics.get("control", {})
    shown = [_shown(behavior.metrics, name, values) for name, values in controls.items()]
    return Content({"controls": shown, "confidence": behavior.confidence})


def verdict(control: Mapping[str, Any]) -> str:
    """Say whether chance lies within the interval of a control, and what that means."""
    if control["top1_low"] > control["chance"]:
        return "Chance lies below the interval: the rest of the clip gives the answer away. Look for a leak."
    if control["top1_high"] < control["chance"]:
        few = "nothing gives the answer away; the network uses only a few labels."
        return f"Chance lies above the interval: {few}"
    return "Chance lies within the interval: the answer comes only from the silenced part."


def _shown(metrics: Mapping[str, Any], name: str, control_of: Mapping[str, Any]) -> dict[str, Any]:
    task = name.removesuffix(SILENCED)
    accuracies = {"clean": metrics.get(task, {}).get("clean"), "silenced": control_of}
    rows = [
        (what, each["top1"], each["top1_low"], each["top1_high"]) for what, each in accuracies.items() if each
    ]
    alt = f"Accuracy on the {task} with the middle of the clip silenced: {percent(control_of['top1'])}"
    svg = to_svg(control(rows, control_of["chance"]), alt, "control" + re.sub(r"\W", "", name))
    return {**control_of, "task": task, "verdict": verdict(control_of), "figure": svg}

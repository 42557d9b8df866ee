"""The control for leaks: accuracy with the answer silenced."""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from heschl.behavior import verdicts
from heschl.report.figures.files import Drawn
from heschl.report.figures.learning import control
from heschl.report.figures.svg import to_svg
from heschl.report.results import Behavior
from heschl.report.section import Content
from heschl.report.text.words import percent

SILENCED = "_silenced"  # end of a control's name in behavior.json, after the task


def content(behavior: Behavior) -> Content:
    """Return the controls, with a verdict on each."""
    controls = behavior.metrics.get("control", {})
    drawn = {name: _drawn(behavior.metrics, name, each) for name, each in controls.items()}
    shown = [_shown(name, each, drawn[name]) for name, each in controls.items()]
    return Content({"controls": shown, "confidence": behavior.confidence}, drawn)


def _drawn(metrics: Mapping[str, Any], name: str, silenced: Mapping[str, Any]) -> Drawn:
    accuracies = {"clean": metrics.get(_task(name), {}).get("clean"), "silenced": silenced}
    rows = [
        (what, each["top1"], each["top1_low"], each["top1_high"]) for what, each in accuracies.items() if each
    ]
    values = pd.DataFrame(rows, columns=["clips", "value", "low", "high"])
    return Drawn(control(rows, silenced["chance"]), values.assign(chance=silenced["chance"]))


def _shown(name: str, silenced: Mapping[str, Any], drawn: Drawn) -> dict[str, Any]:
    alt = f"Accuracy on the {_task(name)} with the middle of the clip silenced: {percent(silenced['top1'])}"
    svg = to_svg(drawn.figure, alt, "control" + re.sub(r"\W", "", name))
    return {"task": _task(name), "verdict": verdicts.control(silenced), "figure": svg}


def _task(name: str) -> str:
    return name.removesuffix(SILENCED)

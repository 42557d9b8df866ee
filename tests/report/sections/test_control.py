"""The control says what its numbers can show."""

import pandas as pd

from heschl.report.sections import control
from tests.helpers.report_page import accuracies, changed


def test_the_control_is_drawn_beside_clean_clips_with_its_verdict(read):
    metrics = dict(read.behavior.metrics)
    silenced = {
        "top1": 0.08,
        "top1_low": 0.02,
        "top1_high": 0.15,
        "n": 100,
        "chance": 0.05,
        "verdict": "none",
    }
    silenced |= {"hidden": 0.1, "clean_at_chance": False}
    metrics |= {"control": {"word_silenced": silenced}, "word": {"clean": accuracies(0.8)}}
    shown = control.content(changed(read, behavior={"metrics": metrics}).behavior)
    (said,) = shown.context["controls"]
    assert said["verdict"].startswith("No leak seen: 8")
    assert "a leak of up to 10 points could hide in this" in said["verdict"]
    values = shown.figures["word_silenced"].values
    expected = {"clips": ["clean", "silenced"], "value": [0.8, 0.08], "chance": [0.05, 0.05]}
    pd.testing.assert_frame_equal(values[list(expected)], pd.DataFrame(expected))


def test_a_network_at_chance_makes_the_control_say_nothing(read):
    silenced = accuracies(0.3) | {
        "chance": 1 / 3,
        "verdict": "nothing",
        "hidden": 0.0,
        "clean_at_chance": True,
    }
    metrics = {**read.behavior.metrics, "control": {"word_silenced": silenced}}
    shown = control.content(changed(read, behavior={"metrics": metrics}).behavior)
    assert "this control says nothing" in shown.context["controls"][0]["verdict"]

"""The section on experiments on localization; the answers are SYNTHETIC."""

from dataclasses import replace

import numpy as np
import pytest

from heschl.localize import output
from heschl.localize.experiments import EXPERIMENTS
from heschl.localize.measure import measure
from heschl.localize.results import read_localize
from heschl.report import page
from heschl.report.sections import localize as section
from tests.helpers.report_page import words
from tests.localize.observers import answers, surroundings


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder, there = tmp_path_factory.mktemp("metrics"), surroundings(repeats=1)

    def listener(ears, trials):
        said = [(trial["azimuth"], 0) for trial in trials]
        return answers(there, np.array(said, float)).probabilities

    results = {}
    for name in ("bandwidth", "weights", "frequency"):
        results[name] = measure(EXPERIMENTS[name], there, listener, 1, 64)
    output.write(folder, results, {"median": "it has no directions behind"}, "")
    return read_localize(folder)


def test_without_directions_there_is_no_section(read):
    assert section.content(read.localize) is None
    assert "Experiments on localization" not in page.render(read)


def test_experiments_are_shown_with_people(read, found):
    said = words(page.render(replace(read, localize=found)))
    assert "Experiments on localization" in said
    assert "median was left out: it has no directions behind" in said
    assert "Yost & Zhong 2014" in said
    shown = section.content(found)
    assert shown.context["duplex"][0]["band"] == "0.5-2 kHz"
    assert shown.context["duplex"][0]["time_people"] == "0.88"
    assert shown.context["duplex"][0]["time_network"] == "0.00"  # it answers where the sound was before
    assert {row["title"]: row["compared"] for row in shown.context["scores"]} == {
        "width of a noise": 7, "weights of time and level": 4, "tones from all around": 10,
    }  # fmt: skip
    titles = [axes.get_title() for axes in shown.figures["localize"].figure.axes if axes.get_title()]
    assert titles == [row["title"] for row in shown.context["scores"]]
    assert "width of a noiseerrors are smaller for noise of two octaves than for tonesno" in said


def test_controls_alone_and_experiments_of_ones_own_are_shown(read, found):
    alone = found.scores.assign(source="", experiment="sides")
    shown = section.content(replace(found, scores=alone))
    assert shown.figures == {}
    own = replace(
        found,
        scores=found.scores.replace({"experiment": {"bandwidth": "mine"}}),
        values=found.values.replace({"experiment": {"bandwidth": "mine"}}),
    )
    assert "width of a noise" in words(page.render(replace(read, localize=own)))

import json

import numpy as np

from pipeline.recognize.output import clock, json_line, percent, printable
from pipeline.recognize.recognizer import Recognizer
from tests.helpers.recognition import RATE, noise


def test_times_percentages_and_names():
    assert [clock(s) for s in (0, 9.96, 59.94, 59.96, 3723.5)] == [
        "0:00.0",
        "0:10.0",
        "0:59.9",
        "1:00.0",
        "62:03.5",
    ]
    assert [percent(p) for p in (0, 1e-9, 0.004, 0.006, 0.5, 0.999)] == [
        "0 %",
        "<1 %",
        "<1 %",
        "1 %",
        "50 %",
        "100 %",
    ]
    assert printable("a\x1b[31mb\udcff") == "a?[31mb?"


def test_json_lines_are_valid_json(network, write):
    for batch in Recognizer(network).answers(
        write("a.wav", np.r_[noise(RATE), np.full(RATE, np.nan)], subtype="FLOAT")
    ):
        assert [json.loads(json_line(answer))["note"] for answer in batch] == ["", "not finite"]

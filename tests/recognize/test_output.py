import json

import numpy as np

from heschl.recognize.output import clock, json_line, percent, printable, table
from heschl.recognize.recognizer import Answer, Recognizer
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


def test_a_dash_stands_for_labels_that_a_window_probably_lacks():
    tasks = {"word": [("coffee", 0.9)], "genre": [("blues", 0.7)]}
    answer = Answer("a.wav", 0.0, 2.0, tasks, {"word": 0.51, "genre": 0.5}, "")
    labels = {"word": ["coffee"], "genre": ["blues"]}
    assert cells(answer, labels, 120) == ["0:00.0", "-", "51 %", "blues 70 %", "50 %"]
    assert cells(answer, labels, 40)[1] == "word (no word 51 %): -\ngenre (no genre 50 %):\nblues 70 %"


def cells(answer, labels, width):
    """Return the texts of the row of an answer in a table of `width` characters."""
    columns = table([answer], labels, ["word", "genre"], width, True).columns
    return [str(next(iter(column.cells))) for column in columns]

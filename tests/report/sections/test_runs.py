"""Runs are listed from the newest, with what differs."""

from tests.helpers.report_page import EVIL, rows_of, words


def test_runs_are_compared_newest_first_and_this_one_is_marked(html, full):
    first, second = rows_of(full, "Runs compared")
    assert first[0].startswith(EVIL)
    assert first[1:6] == ["2023-11-14 22:15", "80\u202f%", "\u2013", "\u2013", "\u2013"]
    assert first[6].startswith("train.epochs 12 (here 8); network.layers differs; a0 1 (here <img src=)")
    assert first[6].endswith("and 2 more")
    assert second[0].startswith("this (this run)")
    assert "No other run on the same data" in words(html)

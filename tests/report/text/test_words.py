"""Numbers and names are written as a reader expects them."""

import pandas as pd
import pytest

from heschl.report.text import words


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [
        (0.125, 1, "12.5 %"),
        (0.05, 1, "5 %"),
        (1, 0, "100 %"),
        (-0.082, 1, "\u22128.2 %"),
        (-1e-4, 1, "0 %"),
        (float("nan"), 1, "\u2013"),
    ],
)
def test_percent(share, digits, text):
    assert words.percent(share, digits).replace("\u202f", " ") == text


def test_zero_has_no_sign():
    assert [words.decimal(number) for number in (-0.001, -0.5, float("nan"))] == [
        "0.00",
        "\u22120.50",
        "\u2013",
    ]


def test_a_background_without_an_entry_is_its_own_title():
    assert [words.background(kind) for kind in ("babble2", "rain")] == ["two talkers", "rain"]
    table = pd.DataFrame({"background": ["rain", "clean", "shaped", "scene"]})
    assert words.kinds_of(table) == ["scene", "shaped", "rain"]


def test_sources_of_the_targets_of_tasks():
    assert words.sources(["word", "genre"], synthetic=False) == "speakers and artists"
    assert words.sources(["word", "genre"], synthetic=True) == "voices and songs"


def test_plurals_and_lists():
    nouns = ("word", "category", "class", "day")
    assert [words.plural(noun) for noun in nouns] == ["words", "categories", "classes", "days"]
    lists = ([], ["a"], ["a", "b"], ["a", "b", "c"])
    assert [words.joined(parts) for parts in lists] == ["", "a", "a and b", "a, b, and c"]

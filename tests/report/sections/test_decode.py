"""What the page says and draws of decode is what SYNTHETIC tables say."""

import re
from dataclasses import replace

import pytest

from heschl.report import page
from heschl.report.sections import decode
from tests.helpers import layers_tables
from tests.helpers.report_page import rows_of, words

NAN = float("nan")


def shown(knowing):
    """Return the HTML of the section."""
    return page.body(page.environment(), "decode", decode.content(knowing))


def panels(knowing):
    """Return the panels of every readout."""
    names = dict.fromkeys(knowing.readouts.readout)
    return [panel for name in names for panel in decode.panels_of(decode.rows_of(knowing, name), name)]


@pytest.fixture(scope="module")
def inner(knowing):
    return shown(knowing)


def test_each_readout_has_a_panel_for_each_set_of_layers(knowing):
    found = [(panel.title, panel.main, list(dict.fromkeys(panel.rows.model))) for panel in panels(knowing)]
    same = ["network", "untrained", "permuted", "shuffled"]
    assert found == [
        ("Energy in frequency bands", "network", same),
        ("Energy in frequency bands: another", "another", ["another"]),
        ("Words", "network", same),
        ("Words: another", "another", ["another"]),
    ]


def test_sentence_and_plain_words_of_a_readout(knowing):
    content = decode.content(replace(knowing, items=knowing.items[:0]))
    frequency, word = (
        (each["sentence"].replace("\u202f", " "), each["explained"].replace("\u202f", " "))
        for each in content.context["readouts"]
    )
    assert re.fullmatch(
        r"Words are decoded best from word.fc5: 6\d % \(5\d % to 6\d %\)\. For comparison, others at their "
        r"best: the untrained network 3\d % \(word.\w+\); the network with permuted weights 2\d % "
        r"\(word.\w+\); another \d % \(\w+\); shuffled labels \d %; chance 5 %\.",
        word[0],
    )
    assert re.match(
        r"Accuracy rises from \d % at cochleagram, falls to 3\d % at genre.readout, and does not differ from "
        r"its maximum at word.readout",
        word[1],
    )
    assert word[1].endswith("This network has learned it: no layer without training reaches it.")
    assert frequency[1].endswith("Cochleagram comes before all weights, so training does not change it.")


def test_the_page_has_every_readout_and_number(knowing, inner):
    rows = rows_of(inner, "Words: share decoded correctly of every layer")
    assert [row[0] for row in rows] == [
        layer for layer, _, _ in sorted(layers_tables.NETWORK, key=lambda layer: (layer[2], layer[1]))
    ]
    value = knowing.readouts.query(
        "readout == 'word' and model == 'network' and layer == 'word.fc5'"
    ).value.iloc[0]
    (cells,) = (row for row in rows if row[0] == "word.fc5")
    assert cells[1].startswith(f"{100 * value:.1f}".removesuffix(".0"))
    assert cells[-1] == "768"
    assert len(rows_of(inner, "Words: share decoded correctly of every layer, another")) == 5
    assert [
        row[0] for row in rows_of(inner, "Energy in frequency bands: each one separately")
    ] == layers_tables.ITEMS["frequency"]
    for said in (
        "Not decoded: category (one class only).",
        "of word yes, no, go and 1 more",
        "no sound is in both parts of a split",
    ):
        assert said in words(inner)


def test_low_values_are_cut_off_and_said_to_be(knowing):
    low = knowing.readouts.query("readout == 'frequency' and model == 'network'").assign(
        value=lambda rows: rows.value - 3 * (rows.depth > 12)
    )
    few = replace(knowing, readouts=low, items=knowing.items[:0])
    assert panels(few)[0].limits[0] == decode.LOWEST
    assert "Values below the end of the axis are in the table." in words(shown(few))


def test_nothing_read_out(knowing):
    empty = replace(knowing, readouts=knowing.readouts[:0], items=knowing.items[:0])
    assert "There are no readouts." in words(shown(empty))


def test_a_readout_without_numbers_says_so(knowing):
    broken = knowing.readouts.assign(value=NAN, low=NAN, high=NAN, shuffled=NAN)
    assert "Words are not decoded" in words(shown(replace(knowing, readouts=broken, items=knowing.items[:0])))

"""The figures show the numbers of their tables, and their bytes stand in a page of any colour."""

import io
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib import image

from pipeline import figures

TABLE = pd.DataFrame(
    [
        ("clean", np.nan, 0.80, 0.75, 0.85),
        ("scene", 3.0, 0.60, 0.50, 0.70),
        ("scene", -9.0, 0.20, 0.12, 0.30),
        ("babble8", -9.0, 0.05, 0.01, 0.15),
        ("babble8", 3.0, 0.50, 0.40, 0.60),
    ],
    columns=["background", "snr_db", "top1", "top1_low", "top1_high"],
)


def lines(figure):
    """Return the drawn lines and error bars by their legend's name."""
    axes = figure.axes[0]
    named = {bars.get_label(): bars.lines[0] for bars in axes.containers}
    return named | {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}


def parsed(svg):
    return ElementTree.fromstring(f'<page xmlns:xlink="http://www.w3.org/1999/xlink">{svg}</page>')


def test_psychometric_draws_the_table():
    figure = figures.psychometric(TABLE, "word", 0.05)
    drawn = lines(figure)
    assert list(drawn) == ["auditory scene", "eight talkers", "clean", "chance"]
    np.testing.assert_allclose(drawn["auditory scene"].get_ydata(), [20, 60])
    np.testing.assert_allclose(drawn["eight talkers"].get_ydata(), [5, 50])
    np.testing.assert_allclose(drawn["auditory scene"].get_xdata(), [-9, 3], atol=1)
    np.testing.assert_allclose(drawn["chance"].get_ydata(), 5)
    assert drawn["clean"].get_xdata()[0] > 3
    bars = figure.axes[0].containers[1].lines[2][0].get_segments()
    np.testing.assert_allclose([bar[:, 1] for bar in bars], [[1, 15], [40, 60]])
    assert [tick.get_text() for tick in figure.axes[0].get_xticklabels()] == ["\u22129", "+3", "clean"]


@pytest.mark.parametrize("rows", [TABLE[:0], TABLE[:1], TABLE[1:2]], ids=["nothing", "only clean", "one level"])
def test_psychometric_draws_what_there_is(rows):
    assert "<svg" in figures.to_svg(figures.psychometric(rows, "word", 0.05), "little", "a")


def test_each_background_keeps_its_look_whatever_else_is_shown():
    alone = lines(figures.psychometric(TABLE[TABLE.background == "babble8"], "word", 0.05))["eight talkers"]
    among = lines(figures.psychometric(TABLE, "word", 0.05))["eight talkers"]
    assert (alone.get_color(), alone.get_marker()) == (among.get_color(), among.get_marker())
    assert among.get_color() != lines(figures.psychometric(TABLE, "word", 0.05))["auditory scene"].get_color()


def test_learning_skips_empty_cells():
    history = pd.DataFrame({"epoch": [0, 1, 2], "step": [5, 10, 15], "train_loss": [3.0, np.nan, 1.0]})
    history["validation_loss"] = np.nan
    drawn = lines(figures.learning(history, "loss"))
    np.testing.assert_array_equal(drawn["train"].get_xydata(), [[0, 3], [2, 1]])
    assert len(drawn["validation"].get_xdata()) == 0


def test_learning_counts_steps_where_an_epoch_has_many_rows():
    history = pd.DataFrame({"epoch": [0, 0, 1], "step": [5, 10, 15], "train_word_accuracy": [0.1, 0.2, 0.3]})
    figure = figures.learning(history, "word_accuracy", chance=0.05)
    np.testing.assert_allclose(lines(figure)["train"].get_xydata(), [[5, 10], [10, 20], [15, 30]])
    assert figure.axes[0].get_xlabel() == "step"


def test_control_draws_its_rows_from_the_top():
    figure = figures.control([("clean", 0.8, 0.7, 0.9), ("silenced", 0.04, 0.01, 0.1)], 0.05)
    drawn = lines(figure)
    np.testing.assert_allclose(drawn["clean"].get_xydata(), [[80, 1]])
    np.testing.assert_allclose(drawn["silenced"].get_xydata(), [[4, 0]])


@pytest.mark.parametrize(("low", "high", "words"), [(0.02, 0.06, "in the"), (0.06, 0.1, "below"), (0.01, 0.04, "above")])
def test_verdict(low, high, words):
    assert f"Chance lies {words}" in figures.verdict({"top1_low": low, "top1_high": high, "chance": 0.05})


@pytest.mark.parametrize(("high", "words"), [(0.5, "every background."), (0.01, "every background except eight talkers.")])
def test_trend(high, words):
    rows = TABLE.assign(top1=[*TABLE.top1[:4], high])
    assert figures.trend(rows).endswith(words)
    assert figures.trend(rows[:1]) == ""


@pytest.mark.parametrize(
    ("share", "digits", "text"), [(0.125, 1, "12.5 %"), (0.05, 1, "5 %"), (1, 0, "100 %"), (float("nan"), 1, "\u2013")]
)
def test_percent(share, digits, text):
    assert figures.percent(share, digits).replace("\u202f", " ") == text


TIMES = np.arange(30) * 0.1


def test_cochleagram_axes_are_hz_and_s():
    frequencies = np.geomspace(100, 3200, 11)
    picture = np.random.default_rng(0).random((11, 30))
    single = figures.cochleagram(picture, frequencies, TIMES).axes
    three = figures.cochleagrams({"a": picture, "b": picture, "$c$": picture}, frequencies, TIMES).axes
    assert [axes.get_title() for axes in three] == ["a", "b", r"\$c\$"]
    assert [axes.get_ylabel() for axes in three] == ["frequency (Hz)", "", ""]
    for axes in single + three:
        assert axes.get_xlabel() == "time (s)"
        np.testing.assert_array_equal(axes.images[0].get_array(), picture)
        assert axes.images[0].get_extent() == pytest.approx([-0.05, 2.95, -0.5, 10.5])
        assert axes.images[0].origin == "lower"
    ticks = {int(label.get_text()): place for label, place in zip(single[0].get_yticklabels(), single[0].get_yticks(), strict=True)}
    assert sorted(ticks) == [100, 200, 500, 1000, 2000]
    assert ticks[100] == 0
    assert ticks[200] == pytest.approx(2)


def test_cochleagram_refuses_frequencies_and_times_that_do_not_fit():
    with pytest.raises(ValueError, match=r"shape \(11, 30\) with 12 frequencies and 30 times"):
        figures.cochleagram(np.zeros((11, 30)), np.arange(12), TIMES)
    with pytest.raises(ValueError, match="with 11 frequencies and 29 times"):
        figures.cochleagram(np.zeros((11, 30)), np.arange(11), TIMES[1:])
    with pytest.raises(ValueError, match="none below the one before"):
        figures.cochleagram(np.zeros((3, 30)), [3, 2, 1], TIMES)


def test_svg_follows_the_page_and_owns_its_ids():
    one, two = (figures.to_svg(figures.psychometric(TABLE, "word", 0.05), 'a "b" <c>', key) for key in ("one", "two"))
    root = parsed(one)
    assert root[0].get("aria-label") == 'a "b" <c>'
    assert root[0].get("role") == "img"
    assert "currentColor" in one
    assert figures.INK not in one
    assert "var(--series-0, " in one
    ids = [[node.get("id") for node in parsed(svg).iter() if node.get("id")] for svg in (one, two)]
    assert ids[0]
    assert not set(ids[0]) & set(ids[1])
    assert len(set(ids[0])) == len(ids[0])
    assert set(re.findall(r"#(one[\w-]+)", one)) == set(ids[0])
    assert "<style" not in one
    assert "<metadata" not in one
    assert "http" not in one


def test_names_are_neither_markup_nor_formulas():
    rows = TABLE.assign(background=TABLE.background.replace("scene", "<b>$x^2$"))
    svg = figures.to_svg(figures.psychometric(rows, "$a$<i>", 0.05), "", "a")
    texts = [node.text for node in parsed(svg).iter("text")]
    assert "<b>$x^2$" in texts
    assert "$a$<i> named correctly (%)" in texts


def test_bytes_repeat():
    makers = (
        lambda: figures.psychometric(TABLE, "word", 0.05),
        lambda: figures.cochleagram(np.eye(3), [1, 2, 300], [0, 1, 2]),
    )
    for make in makers:
        assert figures.to_svg(make(), "alt", "a") == figures.to_svg(make(), "alt", "a")
        assert figures.to_png(make()) == figures.to_png(make())


def test_png_is_transparent():
    pixels = image.imread(io.BytesIO(figures.to_png(figures.cochleagram(np.eye(3), [1, 2, 300], [0, 1, 2]), dpi=100)))
    assert pixels.shape == (200, 310, 4)
    assert pixels[0, 0, 3] == 0
    assert pixels[100, 200, 3] == 1

"""The figures show the numbers of their tables, and their bytes stand in a page of any colour."""

import io
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib import image

from pipeline.report import cochleagrams, confusions, curves, learning, people, prose, style, words

POINTS = pd.DataFrame(
    [
        ("network", "clean", np.nan, 0.80, 0.75, 0.85),
        ("network", "scene", 3.0, 0.60, 0.50, 0.70),
        ("network", "scene", -9.0, 0.20, 0.12, 0.30),
        ("network", "babble8", -9.0, 0.05, 0.01, 0.15),
        ("network", "babble8", 3.0, 0.50, 0.40, 0.60),
        ("published", "clean", np.nan, 0.90, 0.85, 0.95),
        ("published", "scene", -9.0, 0.30, 0.25, 0.35),
        ("published", "scene", 3.0, 0.70, 0.65, 0.75),
    ],
    columns=["side", "background", "snr_db", "value", "low", "high"],
)
FITS = pd.DataFrame(
    [
        ("network", "scene", -2.0, -4.0, 1.0, 0.5, 0.8, 0.05, True, -9.0, 3.0),
        ("network", "babble8", 5.0, 2.0, 8.0, 0.5, 0.8, 0.05, False, -9.0, 3.0),
        ("published", "scene", -6.0, -7.0, -5.0, 0.5, 0.9, 0.0, True, -9.0, 3.0),
    ],
    columns=["side", "background", "threshold_db", "threshold_low", "threshold_high", "rate", "ceiling", "guess", "tested", "levels_low",
             "levels_high"],
)  # fmt: skip
NONE = FITS[:0]


def lines(figure, axes=None):
    """Return the drawn lines and error bars by their legend's name."""
    axes = axes or figure.axes[0]
    named = {bars.get_label(): bars.lines[0] for bars in axes.containers}
    return named | {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}


def hidden(figure, label):
    """Return the lines that no legend shows, of one label."""
    return [line for line in figure.axes[0].lines if line.get_label() == label]


def parsed(svg):
    return ElementTree.fromstring(f'<page xmlns:xlink="http://www.w3.org/1999/xlink">{svg}</page>')


def test_overview_draws_the_networks_points_and_fits():
    figure = curves.overview(POINTS, FITS, "word", 0.05)
    drawn = lines(figure)
    assert set(drawn) == {"auditory scene", "eight talkers", "clean", "chance"}
    np.testing.assert_allclose(drawn["auditory scene"].get_xydata(), [[-9, 20], [3, 60]])
    np.testing.assert_allclose(drawn["eight talkers"].get_ydata(), [5, 50])
    np.testing.assert_allclose(drawn["clean"].get_ydata(), [80])
    np.testing.assert_allclose(drawn["chance"].get_ydata(), [5, 5])
    assert drawn["auditory scene"].get_linestyle() == "None"
    for line, (threshold, ceiling) in zip(hidden(figure, "_fit"), [(-2, 0.8), (5, 0.8)], strict=True):
        x, y = line.get_data()
        np.testing.assert_allclose(y, 100 * (0.05 + (ceiling - 0.05) / (1 + np.exp(-0.5 * (x - threshold)))))
        assert (x[0], x[-1]) == (-9, 3)
    assert [tick.get_text() for tick in figure.axes[0].get_xticklabels()] == ["\u22129", "+3", "clean"]


def test_a_background_without_fit_has_its_points_joined():
    figure = curves.overview(POINTS, NONE, "word", 0.05)
    assert lines(figure)["auditory scene"].get_linestyle() == "-"
    assert hidden(figure, "_fit") == []


@pytest.mark.parametrize(
    "rows", [POINTS[:0], POINTS[:1], POINTS[1:2]], ids=["nothing", "only clean", "one level"]
)
def test_curves_draw_what_there_is(rows):
    for figure in (curves.overview(rows, NONE, "word", 0.05), curves.panels(rows, NONE, 0.05)):
        assert "<svg" in style.to_svg(figure, "little", "a")


def test_each_background_keeps_its_look_whatever_else_is_shown():
    alone = lines(curves.overview(POINTS[POINTS.background == "babble8"], FITS, "word", 0.05))[
        "eight talkers"
    ]
    among = lines(curves.overview(POINTS, FITS, "word", 0.05))["eight talkers"]
    assert (alone.get_color(), alone.get_marker()) == (among.get_color(), among.get_marker())
    assert (
        among.get_color() != lines(curves.overview(POINTS, FITS, "word", 0.05))["auditory scene"].get_color()
    )


def test_panel_draws_both_sides_of_one_background():
    figure = curves.panel(POINTS, FITS, "scene", 0.05)
    drawn = lines(figure)
    np.testing.assert_allclose(drawn["network"].get_ydata(), [20, 60, 80])
    np.testing.assert_allclose(drawn["published"].get_ydata(), [30, 70, 90])
    bars = figure.axes[0].containers[0].lines[2][0].get_segments()
    np.testing.assert_allclose(np.array(bars)[:, :, 1], [[12, 30], [50, 70], [75, 85]])
    assert [line.get_xdata()[0] for line in hidden(figure, "_threshold")] == [-2, -6]
    np.testing.assert_allclose([line.get_ydata()[1] for line in hidden(figure, "_threshold")], [42.5, 45])


def test_panel_of_a_background_that_people_did_not_hear_has_none_of_them():
    figure = curves.panel(POINTS, FITS, "babble8", 0.05)
    assert len(lines(figure)["published"].get_xdata()) == 0
    assert hidden(figure, "_threshold") == []  # that of the network lies beyond the SNRs


def test_panels_are_one_for_each_background():
    axes = curves.panels(POINTS, FITS, 0.05).axes
    assert [each.get_title() for each in axes] == ["auditory scene", "eight talkers"]


def test_panels_keep_their_size_with_all_backgrounds_and_people():
    kinds = ("scene", "babble2", "babble8", "music", "shaped", "modulated")
    points = pd.concat(
        [
            POINTS[POINTS.background.isin(["scene", "clean"])].replace({"background": {"scene": kind}})
            for kind in kinds
        ]
    )
    fits = pd.concat([FITS[FITS.background == "scene"].assign(background=kind) for kind in kinds])
    figure = curves.panels(points.drop_duplicates(), fits, 0.05)
    style.to_png(figure)  # where the layout is made
    sizes = np.array([axes.get_window_extent().size / figure.dpi for axes in figure.axes])  # inches
    assert len(sizes) == 6
    assert (sizes > 1).all()
    np.testing.assert_allclose(sizes, sizes[[0] * 6])


def test_thresholds_are_drawn_from_the_easiest_and_hollow_beyond_the_snrs():
    figure = curves.thresholds(FITS)
    bars = {
        (each.get_label(), each.lines[0].get_xdata()[0]): each.lines[0] for each in figure.axes[0].containers
    }
    assert set(bars) == {("network", -2.0), ("network", 5.0), ("published", -6.0)}
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == [
        "auditory scene",
        "eight talkers",
    ]
    assert bars["network", -2.0].get_ydata()[0] > bars["network", 5.0].get_ydata()[0]
    assert bars["network", 5.0].get_markerfacecolor() == "none"
    assert bars["network", -2.0].get_markerfacecolor() != "none"
    left, right = figure.axes[0].get_xlim()
    assert left < -6
    assert right > 5


def test_scatter_has_people_across_and_the_network_up():
    rows = pd.DataFrame(
        [
            ("clean", np.nan, 0.9, 0.8, 1.0, 0.7, 0.6, 0.8),
            ("scene", -9.0, 0.3, 0.2, 0.4, 0.1, 0.05, 0.2),
            ("scene", 3.0, 0.6, 0.5, 0.7, 0.5, 0.4, 0.6),
        ],
        columns=["background", "snr_db", *(side + end for side in ("listeners", "network") for end in ("", "_low", "_high"))],
    )  # fmt: skip
    figure = people.scatter(rows, "people")
    drawn = lines(figure)
    np.testing.assert_allclose(drawn["auditory scene"].get_xydata(), [[30, 10], [60, 50]])
    np.testing.assert_allclose(drawn["clean"].get_xydata(), [[90, 70]])
    across, up = (bars.get_segments() for bars in figure.axes[0].containers[0].lines[2])
    np.testing.assert_allclose(across[0][:, 0], [20, 40])
    np.testing.assert_allclose(up[0][:, 1], [5, 20])


def test_consistency_draws_its_rows_from_the_top_and_survives_no_interval():
    figure = people.consistency(
        [("within", "network-person", 0.2, 0.1, 0.3), ("within", "person-person", 0.4, None, None)]
    )
    (first,), (second,) = (each.lines[0].get_xydata() for each in figure.axes[0].containers)
    np.testing.assert_allclose([first, second], [[0.2, 1], [0.4, 0]])
    np.testing.assert_allclose(figure.axes[0].containers[0].lines[2][0].get_segments()[0][:, 0], [0.1, 0.3])


SHARES = pd.DataFrame([[0.7, 0.3, 0.0], [0.02, 0.9, 0.08], [np.nan] * 3], list("abc"), list("abc"))


def test_matrix_draws_shares_as_colour_and_number():
    axes = confusions.matrix(SHARES).axes[0]
    depth = axes.images[0].get_array()[..., 3]
    np.testing.assert_allclose(depth, confusions.DEEPEST * SHARES.fillna(0) / 0.9)
    written = {(text.get_position(), text.get_text()) for text in axes.texts}
    assert written == {((0, 0), "70"), ((1, 0), "30"), ((1, 1), "90"), ((2, 1), "8")}
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["a", "b", "c"]


def test_confusions_in_words():
    pairs = confusions.most_confused(SHARES)
    assert list(pairs.itertuples(index=False, name=None)) == [
        ("a", "b", 0.3),
        ("b", "c", 0.08),
        ("b", "a", 0.02),
    ]
    words_of = confusions.described(SHARES).replace("\u202f", " ")
    assert (
        words_of
        == "Right answers from 70 % (a) to 90 % (b). Most often taken: a for b (30 %), b for c (8 %) and b for a (2 %)."
    )
    assert confusions.described(SHARES * np.nan) == "No label has clips."
    assert (
        confusions.described(pd.DataFrame([[1.0]], ["a"], ["a"])).replace("\u202f", " ")
        == "Right answers 100 %. Nothing is confused."
    )


def test_learning_skips_empty_cells():
    history = pd.DataFrame({"epoch": [0, 1, 2], "step": [5, 10, 15], "train_loss": [3.0, np.nan, 1.0]})
    history["validation_loss"] = np.nan
    drawn = lines(learning.learning(history, "loss"))
    np.testing.assert_array_equal(drawn["train"].get_xydata(), [[0, 3], [2, 1]])
    assert len(drawn["validation"].get_xdata()) == 0


def test_learning_counts_steps_where_an_epoch_has_many_rows():
    history = pd.DataFrame({"epoch": [0, 0, 1], "step": [5, 10, 15], "train_word_accuracy": [0.1, 0.2, 0.3]})
    figure = learning.learning(history, "word_accuracy", chance=0.05)
    np.testing.assert_allclose(lines(figure)["train"].get_xydata(), [[5, 10], [10, 20], [15, 30]])
    assert figure.axes[0].get_xlabel() == "step"


def test_control_draws_its_rows_from_the_top():
    figure = learning.control([("clean", 0.8, 0.7, 0.9), ("silenced", 0.04, 0.01, 0.1)], 0.05)
    drawn = lines(figure)
    np.testing.assert_allclose(drawn["clean"].get_xydata(), [[80, 1]])
    np.testing.assert_allclose(drawn["silenced"].get_xydata(), [[4, 0]])


@pytest.mark.parametrize(
    ("low", "high", "words"), [(0.02, 0.06, "in the"), (0.06, 0.1, "below"), (0.01, 0.04, "above")]
)
def test_verdict(low, high, words):
    assert f"Chance lies {words}" in learning.verdict({"top1_low": low, "top1_high": high, "chance": 0.05})


@pytest.mark.parametrize(
    ("high", "ending"), [(0.5, "every background."), (0.01, "every background except eight talkers.")]
)
def test_trend(high, ending):
    rows = POINTS.assign(value=[*POINTS.value[:4], high, *POINTS.value[5:]])
    assert prose.trend(rows).endswith(ending)
    assert prose.trend(rows[:1]) == ""


def test_order_says_the_ends_of_each_side():
    fits = pd.concat([FITS, FITS[2:].assign(background="music", threshold_db=-8.0)])
    assert prose.order(fits).replace("\u202f", " ") == (
        "For the network, auditory scene is easiest (\u22122 dB) and eight talkers is hardest (+5 dB, beyond the SNRs tested). "
        "For published listeners, music is easiest (\u22128 dB) and auditory scene is hardest (\u22126 dB)."
    )


def test_panel_in_words():
    text = prose.panel(POINTS, "scene").replace("\u202f", " ")
    assert text == (
        "auditory scene: the network from 20 % at \u22129 dB to 60 % at +3 dB, 80 % clean; "
        "published listeners from 30 % at \u22129 dB to 70 % at +3 dB, 90 % clean"
    )


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [(0.125, 1, "12.5 %"), (0.05, 1, "5 %"), (1, 0, "100 %"), (float("nan"), 1, "\u2013")],
)
def test_percent(share, digits, text):
    assert words.percent(share, digits).replace("\u202f", " ") == text


def test_zero_has_no_sign():
    assert [words.decimal(number) for number in (-0.001, -0.5, float("nan"))] == [
        "0.00",
        "\u22120.50",
        "\u2013",
    ]


TIMES = np.arange(30) * 0.1


def test_cochleagram_axes_are_hz_and_s():
    frequencies = np.geomspace(100, 3200, 11)
    picture = np.random.default_rng(0).random((11, 30))
    single = cochleagrams.cochleagram(picture, frequencies, TIMES).axes
    three = cochleagrams.cochleagrams({"a": picture, "b": picture, "$c$": picture}, frequencies, TIMES).axes
    assert [axes.get_title() for axes in three] == ["a", "b", r"\$c\$"]
    assert [axes.get_ylabel() for axes in three] == ["frequency (Hz)", "", ""]
    for axes in single + three:
        assert axes.get_xlabel() == "time (s)"
        np.testing.assert_array_equal(axes.images[0].get_array(), picture)
        assert axes.images[0].get_extent() == pytest.approx([-0.05, 2.95, -0.5, 10.5])
        assert axes.images[0].origin == "lower"
    ticks = {
        int(label.get_text()): place
        for label, place in zip(single[0].get_yticklabels(), single[0].get_yticks(), strict=True)
    }
    assert sorted(ticks) == [100, 200, 500, 1000, 2000]
    assert ticks[100] == 0
    assert ticks[200] == pytest.approx(2)


def test_cochleagram_refuses_frequencies_and_times_that_do_not_fit():
    with pytest.raises(ValueError, match=r"shape \(11, 30\) with 12 frequencies and 30 times"):
        cochleagrams.cochleagram(np.zeros((11, 30)), np.arange(12), TIMES)
    with pytest.raises(ValueError, match="with 11 frequencies and 29 times"):
        cochleagrams.cochleagram(np.zeros((11, 30)), np.arange(11), TIMES[1:])
    with pytest.raises(ValueError, match="none below the one before"):
        cochleagrams.cochleagram(np.zeros((3, 30)), [3, 2, 1], TIMES)


def test_svg_follows_the_page_and_owns_its_ids():
    one, two = (
        style.to_svg(curves.overview(POINTS, FITS, "word", 0.05), 'a "b" <c>', key) for key in ("one", "two")
    )
    root = parsed(one)
    assert root[0].get("aria-label") == 'a "b" <c>'
    assert root[0].get("role") == "img"
    assert "currentColor" in one
    assert style.INK not in one
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
    rows = POINTS.assign(background=POINTS.background.replace("scene", "<b>$x^2$"))
    svg = style.to_svg(curves.overview(rows, FITS, "$a$<i>", 0.05), "", "a")
    texts = [node.text for node in parsed(svg).iter("text")]
    assert "<b>$x^2$" in texts
    assert "$a$<i> named correctly (%)" in texts


def test_bytes_repeat():
    makers = (
        lambda: curves.overview(POINTS, FITS, "word", 0.05),
        lambda: cochleagrams.cochleagram(np.eye(3), [1, 2, 300], [0, 1, 2]),
    )
    for make in makers:
        assert style.to_svg(make(), "alt", "a") == style.to_svg(make(), "alt", "a")
        assert style.to_png(make()) == style.to_png(make())


def test_png_is_transparent():
    pixels = image.imread(
        io.BytesIO(style.to_png(cochleagrams.cochleagram(np.eye(3), [1, 2, 300], [0, 1, 2]), dpi=100))
    )
    assert pixels.shape == (200, 310, 4)
    assert pixels[0, 0, 3] == 0
    assert pixels[100, 200, 3] == 1

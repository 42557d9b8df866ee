"""What the page says and draws of decode and encode is what SYNTHETIC tables say."""

import json
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipeline.report import (
    analyses,
    best,
    brain,
    depth,
    inside,
    knows,
    lines,
    matrices,
    page,
    predicts,
    style,
)
from tests.helpers import layers_tables
from tests.report.test_page import Page, rows_of, words

READOUTS, REGIONS = ["frequency", "word"], ["early", "word", "noise"]
NAN = float("nan")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("metrics")
    layers_tables.write(folder, READOUTS, REGIONS)
    return folder


@pytest.fixture(scope="module")
def knowing(folder):
    return analyses.read_inside(folder)


@pytest.fixture(scope="module")
def encoded(folder):
    return analyses.read_brain(folder)


def shown(knowing=None, encoded=None):
    """Return the HTML of one section."""
    report = SimpleNamespace(inside=knowing, brain=encoded)
    if knowing:
        return page.environment().get_template("inside.html.jinja").render(inside=inside.section(report))
    made = brain.section(report, brain.drawn(encoded))
    return page.environment().get_template("brain.html.jinja").render(brain=made, synthetic=False)


@pytest.fixture(scope="module")
def inner(knowing):
    return shown(knowing)


@pytest.fixture(scope="module")
def outer(encoded):
    return shown(encoded=encoded)


def only(encoded, **tables):
    """Return results of the network and one region, little to draw, with other tables or, of `about`, other facts."""
    about = {**encoded.about, **tables.pop("about", {})}
    few = {
        name: table[table.region == "early"]
        for name, table in vars(encoded).items()
        if "region" in getattr(table, "columns", ())
    }
    few = {
        name: table[table.model == "network"] if "model" in table else table for name, table in few.items()
    }
    return replace(encoded, **(few | tables), about=about)


def test_each_readout_has_a_panel_for_each_set_of_layers(knowing):
    found = [
        (panel.title, panel.main, list(dict.fromkeys(panel.lines.model))) for panel in inside.panels(knowing)
    ]
    same = ["network", "untrained", "permuted", "shuffled"]
    assert found == [
        ("Energy in frequency bands", "network", same), ("Energy in frequency bands: another", "another", ["another"]),
        ("Words", "network", same), ("Words: another", "another", ["another"]),
    ]  # fmt: skip


def drawn(axes):
    """Return the points of the lines by name, the paths that have no name last."""
    named = {bars.get_label(): bars.lines[0].get_xydata() for bars in axes.containers}
    return named | {
        line.get_label(): line.get_xydata() for line in axes.lines if not line.get_label().startswith("_")
    }


def test_the_trunk_parts_into_the_branches_and_all_numbers_are_drawn(knowing):
    panel = inside.panels(knowing)[2]
    axes, table = (
        depth.single(panel).axes[0],
        knowing.readouts[(knowing.readouts.readout == "word") & (knowing.readouts.model == "network")],
    )
    points = drawn(axes)
    for branch in ("", "word", "genre"):
        np.testing.assert_allclose(points[branch or "trunk"][:, 1], 100 * table.value[table.branch == branch])
    bars = next(each for each in axes.containers if each.get_label() == "word").lines[2][0].get_segments()
    np.testing.assert_allclose(
        np.array(bars)[:, :, 1], 100 * table.loc[table.branch == "word", ["low", "high"]]
    )
    trunk, *branches = [
        line.get_xydata()
        for line in axes.lines
        if line.get_label() == "_path" and line.get_marker() == "None"
    ][-3:]
    for each in branches:  # from the last layer that they share
        np.testing.assert_allclose(each[0], trunk[-1])
    np.testing.assert_allclose(points["chance"][:, 1], 5)
    np.testing.assert_allclose(points["shuffled"][:, 1], 100 * table.shuffled[table.branch == ""])
    names = [tick.get_text() for tick in axes.get_xticklabels()]
    assert names == [*layers_tables.TRUNK, *layers_tables.BRANCH]
    assert {text.get_text() for text in axes.texts} == {"word", "genre"}


def test_the_modulation_filters_and_the_ceiling_are_levels(encoded):
    panel = next(panel for panel in brain.rho_panels(encoded) if panel.title == "early")
    row = encoded.similarity.query("region == 'early' and model == 'modulation'").iloc[0]
    assert panel.levels["modulation"] == (row.rho, row.low, row.high)
    assert panel.levels["ceiling"][1:] == (0.35, 0.5)
    axes = depth.single(panel).axes[0]
    np.testing.assert_allclose(drawn(axes)["modulation"][:, 1], row.rho)
    assert "noise ceiling" in axes.get_legend_handles_labels()[1]
    assert len({panel.limits for panel in brain.rho_panels(encoded)}) == 1


def test_models_of_the_same_layers_share_a_panel_even_where_one_lacks_a_layer():
    models = {"a": "xyz", "network": "cd", "b": "c", "untrained": "cd", "d": "xy"}
    rows = [
        (model, layer, "", place, 0.5, NAN, NAN)
        for model, layers in models.items()
        for place, layer in enumerate(layers)
    ]
    rows = pd.DataFrame(rows, columns=["model", "layer", "branch", "depth", "value", "low", "high"])
    assert lines.families(rows) == [["network", "untrained"], ["a", "d"]]
    assert lines.single(rows) == ["b"]
    first, second = lines.tables(rows)
    assert (first["flat"]["b"]["value"], second["flat"]) == (0.5, {})
    assert second["rows"][2][1]["d"] is None
    assert depth.beside(["network", "untrained", "a", "d"], "network") == {"a": "s", "d": "D"}


def test_names_that_lie_close_are_moved_apart_and_stay_in_order():
    moved = style.apart([5.0, 1.0, 1.0, 1.5], 1)
    np.testing.assert_allclose(sorted(moved), [1 / 6, 7 / 6, 13 / 6, 5])
    assert moved[0] == 5
    assert len(style.apart([], 1)) == 0
    assert (style.short("block1.conv2", 6), style.short("conv2", 6)) == ("\u2026conv2", "conv2")


def test_sentence_and_plain_words_of_a_readout(knowing):
    section = inside.section(SimpleNamespace(inside=replace(knowing, items=knowing.items[:0])))
    frequency, word = (
        (each["sentence"].replace("\u202f", " "), each["plain"].replace("\u202f", " "))
        for each in section["readouts"]
    )
    assert re.fullmatch(
        r"Words are read out best from word.fc5: 6\d % \(5\d % to 6\d %\)\. Others at their best: the untrained network 3\d % "
        r"\(word.\w+\); the network with permuted weights 2\d % \(word.\w+\); another \d % \(\w+\); shuffled labels \d %; "
        r"chance 5 %\.", word[0],
    )  # fmt: skip
    assert re.match(
        r"It rises from \d % at cochleagram, falls to 3\d % at genre.readout and is not told from its best at word.readout",
        word[1],
    )
    assert word[1].endswith("No layer without training gives as much: this is learnt.")
    assert frequency[1].endswith("Cochleagram comes before all weights: training does not change it.")


def readout(network, untrained, shuffled=(0.1, 0.05, 0.15), chance=0.1):
    """Return rows of two layers: value, low, high of each model at the second, chance at the first."""
    rows = [(model, layer, place, *(value if place else (chance, chance, chance)), chance, "accuracy", "")
            for model, value in (("network", network), ("untrained", untrained), ("shuffled", shuffled))
            for place, layer in enumerate(("input", "top"))]  # fmt: skip
    return pd.DataFrame(
        rows, columns=["model", "layer", "depth", "value", "low", "high", "chance", "measure", "branch"]
    )


@pytest.mark.parametrize(
    ("network", "untrained", "said"),
    [
        (
            (0.5, 0.4, 0.6),
            (0.2, 0.1, 0.3),
            "It rises from 10 % at input. No layer without training gives as much: this is learnt.",
        ),
        (
            (0.5, 0.4, 0.6),
            (0.5, 0.3, 0.5),
            "It rises from 10 % at input. Its interval and that of top of the untrained network overlap",
        ),
        (
            (0.5, 0.4, 0.6),
            (0.9, 0.8, 1.0),
            "It rises from 10 % at input. Training loses some of it: top of the untrained network gives more.",
        ),
        (
            (0.16, 0.12, 0.2),
            (0.1, 0.1, 0.1),
            "No layer is told from chance: all intervals reach it, or what shuffled labels give.",
        ),
        (
            (NAN, NAN, NAN),
            (0.1, 0.1, 0.1),
            "No layer is told from chance: all intervals reach it, or what shuffled labels give.",
        ),
    ],
)
def test_plain_words(network, untrained, said):
    assert knows.plain(readout(network, untrained)).replace("\u202f", " ").startswith(said)


def test_a_layer_that_is_told_from_chance_though_the_best_is_not():
    rows = readout((0.5, 0.05, 0.95), (0.1, 0.1, 0.1))
    rows.loc[(rows.model == "network") & (rows.layer == "input"), ["value", "low", "high"]] = 0.4, 0.3, 0.5
    assert knows.plain(rows).startswith("Told from chance: input; top is not, for its interval is wide.")


def test_a_readout_without_numbers_says_so(knowing):
    none = readout((NAN,) * 3, (NAN,) * 3).query("model == 'network'").assign(value=NAN)
    assert knows.sentence(none, "tempo") == "Tempo is not read out: no layer of the network has a score."
    assert knows.plain(none) == ""
    broken = knowing.readouts.assign(value=NAN, low=NAN, high=NAN, shuffled=NAN)
    assert "Words are not read out" in words(
        shown(replace(knowing, readouts=broken, items=knowing.items[:0]))
    )


def test_the_page_has_every_readout_and_number(knowing, inner):
    rows = rows_of(inner, "Words: share read out correctly of every layer")
    assert [row[0] for row in rows] == [
        layer for layer, _, _ in sorted(layers_tables.NETWORK, key=lambda layer: (layer[2], layer[1]))
    ]
    value = knowing.readouts.query(
        "readout == 'word' and model == 'network' and layer == 'word.fc5'"
    ).value.iloc[0]
    (cells,) = (row for row in rows if row[0] == "word.fc5")
    assert cells[1].startswith(f"{100 * value:.1f}".removesuffix(".0"))
    assert cells[-1] == "768"
    assert len(rows_of(inner, "Words: share read out correctly of every layer, another")) == 5
    assert [
        row[0] for row in rows_of(inner, "Energy in frequency bands: each by itself")
    ] == layers_tables.ITEMS["frequency"]
    for said in (
        "Not read out: category (one class only).",
        "of word yes, no, go and 1 more",
        "no sound is in both halves of a split",
    ):
        assert said in words(inner)


def test_low_values_are_cut_off_and_said_to_be(knowing):
    low = knowing.readouts.query("readout == 'frequency' and model == 'network'").assign(
        value=lambda rows: rows.value - 3 * (rows.depth > 12)
    )
    few = replace(knowing, readouts=low, items=knowing.items[:0])
    assert inside.panels(few)[0].limits[0] == inside.LOWEST
    assert "The axis ends below zero: lower values are in the table." in words(shown(few))


def test_nothing_read_out(knowing):
    empty = replace(knowing, readouts=knowing.readouts[:0], items=knowing.items[:0])
    assert "Nothing was read out." in words(shown(empty))


def test_simulated_responses_are_called_so_and_what_is_known_stands_beside_what_was_found(outer):
    text = words(outer)
    assert "These responses are simulated: there is no brain data in this run." in text
    assert (
        "The layer that drives a region is the best layer of 90 % of its responses, more often than any other in 2 of 2 regions."
        in text
    )
    assert "the interval holds it in 2 of 2 regions. Noise, driven by nothing: 0.01 (0.00 to 0.03)." in text
    rows = rows_of(outer, "Simulated responses: known and found")
    assert rows[0] == ["early", "conv1", "0.70", "0.69", "90\u202f%", "0.97 0.92 to 1.03"]
    assert rows[2][1] == "noise alone"
    assert "raw" not in text


def test_the_summary_is_that_of_the_table(encoded, outer):
    row = encoded.summary.query("region == 'early' and model == 'untrained'").iloc[0]
    cells = rows_of(outer, "Prediction by region")[0]
    assert cells[0] == "early"
    assert cells[2] == f"{row.r2:.2f} {row.low:.2f} to {row.high:.2f} {row.layer}"
    assert cells[-1] == "80"
    said = predicts.sentence(encoded)
    assert "worst noise" in said
    assert said.endswith(
        "(untrained, permuted weights and modulation filters) in 2 of 3 regions: early and word."
    )
    assert len(rows_of(outer, "early: corrected r² of every layer")) == len(layers_tables.NETWORK)
    assert "modulation filters 0." in words(outer)


def test_what_was_left_out_is_counted_with_its_reasons(outer):
    assert "2 responses left out: not finite in 3 of 165 sounds, \u2026" in words(outer)
    assert rows_of(outer, "Responses left out")[1] == ["voxel 9", "s2", "noise", "constant over all sounds"]


def test_bars_are_the_shares_of_the_best_layers(encoded):
    rows = pd.DataFrame([("A1", "conv1", "", 2, 0.5), ("A1", "word.fc5", "word", 14, 0.2), ("A1", "genre.fc5", "genre", 14, 0.1),
                         ("B", "conv1", "", 2, 0.0)], columns=["region", "layer", "branch", "depth", "share"])  # fmt: skip
    layers = pd.DataFrame(layers_tables.NETWORK, columns=["layer", "branch", "depth"])
    first, second = best.histogram(rows, layers).axes
    bars = {each.get_label(): [(bar.get_y(), bar.get_height()) for bar in each] for each in first.containers}
    assert bars["trunk"] == [(0, 0.5)]
    assert bars["genre"] == [(pytest.approx(0.2), pytest.approx(0.1))]
    assert bars["none"] == [(0, pytest.approx(0.2))]
    assert second.containers[-1][0].get_height() == 1
    assert [tick.get_text() for tick in second.get_xticklabels()][-2:] == ["readout", "none"]
    assert best.described(rows).replace("\u202f", " ") == "A1: conv1 (50 %); B: none"


def test_matrices_are_drawn_by_rank_with_their_categories():
    rng = np.random.default_rng(0)
    alike = rng.uniform(-1, 1, (6, 6))
    alike = alike + alike.T
    alike[1, 2] = alike[2, 1] = NAN
    ranks = matrices.ranks(alike)
    known = np.isfinite(ranks)
    assert not known[1, 2]
    assert not known.diagonal().any()
    order = np.argsort(alike[known], kind="stable")
    assert (np.diff(ranks[known][order]) >= 0).all()
    assert (ranks[known].min(), ranks[known].max()) == (
        pytest.approx(0, abs=0.05),
        pytest.approx(1, abs=0.05),
    )
    np.testing.assert_allclose(
        ranks, matrices.ranks(alike**3 * 5), equal_nan=True
    )  # as Spearman's rho sees it
    first, second = matrices.pair(("A1", alike), ("conv1", alike), np.repeat(["music", "speech"], 3)).axes
    assert [text.get_text() for text in first.texts] == ["music", "speech"]
    assert (first.get_title(), second.get_title()) == ("A1", "conv1")
    assert matrices.pair(("A1", np.eye(600)), ("x", np.eye(600)), np.repeat([""], 600)).axes[0].images[
        0
    ].get_array().shape == (200, 200)


def test_raw_r2_without_repeats_and_participants_is_said_to_be_raw(encoded):
    none = encoded.ceilings.assign(
        **dict.fromkeys(("lower", "upper", "reliability", "reliability_low", "reliability_high"), NAN)
    )
    about = {
        "source": "components",
        "corrected": False,
        "repeats": 1,
        "participants": 0,
        "interval": "splits",
        "responses": 1,
    }
    found = only(encoded, about=about, ceilings=none, truth=encoded.truth[:0], excluded=encoded.excluded[:0])
    text = words(shown(encoded=found))
    assert "This is raw r²: there is one repeat, so noise cannot be corrected for." in text
    for said in (
        "the six response components of natsound165",
        "over splits",
        "There is no noise ceiling",
        "No response was left out",
        "is not known",
    ):
        assert said in text
    assert "simulated" not in text
    assert "corrected r²" not in text.lower()


def test_a_network_without_branches_intervals_similarity_and_best_layers(encoded):
    chain = encoded.layers.query("model == 'another' and region == 'early'").assign(
        model="network", low=NAN, high=NAN, region="all"
    )
    summary = encoded.summary.query("model == 'another' and region == 'early'").assign(
        model="network", layer="", low=NAN, high=NAN, region="all"
    )
    found = only(
        encoded, layers=chain, summary=summary, similarity=encoded.similarity[:0], best=encoded.best[:0]
    )
    html = shown(encoded=found)
    assert "Best predicted is all:" in words(html)
    assert "Not computed: a region needs three responses or more." in words(html)
    assert "No layer was chosen." in words(html)
    Page(html)
    assert list(brain.drawn(found)) == ["brain_r2"]


def test_files_that_do_not_fit_are_named(folder, tmp_path):
    layers_tables.write(tmp_path, ["word"], ["early"], ["network"])
    (tmp_path / "encode/truth.csv").unlink()
    with pytest.raises(FileNotFoundError, match=r"truth.csv is missing.*dvc repro"):
        analyses.read_brain(tmp_path)
    about = json.loads((tmp_path / "encode.json").read_text()) | {"source": "table"}
    (tmp_path / "encode.json").write_text(json.dumps(about))
    assert len(analyses.read_brain(tmp_path).truth) == 0
    np.savez(
        tmp_path / "encode/matrices.npz",
        sounds=np.array(["a", "b"]),
        categories=np.array(["", ""]),
        **{"region:x": np.eye(3)},
    )
    with pytest.raises(ValueError, match=r"matrices.npz has region:x, which do not fit its 2 sounds"):
        analyses.read_brain(tmp_path)
    np.savez(tmp_path / "encode/matrices.npz", sounds=np.array(["a", None], dtype=object))
    with pytest.raises(ValueError, match=r"matrices.npz cannot be read.*allow_pickle"):
        analyses.read_brain(tmp_path)
    (tmp_path / "encode/matrices.npz").write_bytes(b"PK")
    with pytest.raises(ValueError, match=r"matrices.npz cannot be read.*dvc repro"):
        analyses.read_brain(tmp_path)

"""What the page says and draws of encode is what SYNTHETIC tables say."""

from dataclasses import replace

import pytest

from heschl.report import page
from heschl.report.sections import encode
from heschl.report.text import encode as about_regions
from tests.helpers import layers_tables
from tests.helpers.report_page import Page, rows_of, words

NAN = float("nan")


def shown(encoded):
    """Return the HTML of the section."""
    return page.body(page.environment(), "encode", encode.content(encoded, synthetic=False))


@pytest.fixture(scope="module")
def outer(encoded):
    return shown(encoded)


def only(encoded, **tables):
    """Return the network's results in one region, little to draw, with other tables or entries of `about`."""
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


def test_simulated_responses_are_called_so_and_what_is_known_stands_beside_what_was_found(outer):
    text = words(outer)
    assert "These responses are simulated: this run has no brain data." in text
    assert (
        "The layer that drives a region is the best layer of 90 % of its responses; in 2 of 2 regions it is "
        "the best layer more often than any other." in text
    )
    assert (
        "the interval includes 1 in 2 of 2 regions. Noise, driven by no layer: 0.01 (0.00 to 0.03)." in text
    )
    rows = rows_of(outer, "Simulated responses: true and found")
    assert rows[0] == ["early", "conv1", "0.70", "0.69", "90\u202f%", "0.97 0.92 to 1.03"]
    assert rows[2][1] == "noise alone"
    assert "raw" not in text


def test_the_summary_is_that_of_the_table(encoded, outer):
    row = encoded.summary.query("region == 'early' and model == 'untrained'").iloc[0]
    cells = rows_of(outer, "Prediction by region")[0]
    assert cells[0] == "early"
    assert cells[2] == f"{row.r2:.2f} {row.low:.2f} to {row.high:.2f} {row.layer}"
    assert cells[-1] == "80"
    said = about_regions.sentence(encoded)
    assert "worst for noise" in said
    assert said.endswith(
        "(untrained, permuted weights, and modulation filters) in 2 of 3 regions: early and word."
    )
    assert len(rows_of(outer, "early: corrected r² of every layer")) == len(layers_tables.NETWORK)
    assert "modulation filters 0." in words(outer)


def test_the_paired_tests_are_said_in_plain_words(encoded, outer):
    table = encoded.paired.set_index(["region", "model"])
    first, *_, noise = rows_of(outer, "Paired tests by region")
    cells = dict(zip(dict.fromkeys(encoded.paired.model), first[1:], strict=True))
    row = table.loc["early", "untrained"]
    assert row.verdict == "better"
    assert cells["untrained"] == (f"better {row.difference:.2f} ({row.low:.2f} to {row.high:.2f}) p < 0.001")
    assert noise[0] == "noise"
    assert all(cell.startswith("cannot be told") and cell.endswith("p = 0.250") for cell in noise[1:])
    said = about_regions.paired(encoded)
    assert "untrained: better for early and word" in said
    alone = replace(encoded, paired=encoded.paired[:0])
    assert about_regions.paired(alone) == ""
    assert "Better than the other models?" not in words(shown(alone))
    worse = replace(encoded, paired=encoded.paired.assign(verdict="worse"))
    assert "untrained: worse for early, word, and noise" in about_regions.paired(worse)


def test_what_was_left_out_is_counted_with_its_reasons(outer):
    assert "2 responses excluded: not finite in 3 of 165 sounds, \u2026" in words(outer)
    assert rows_of(outer, "Excluded responses")[1] == ["voxel 9", "s2", "noise", "constant over all sounds"]


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
    text = words(shown(found))
    assert "This is raw r²: with a single repeat, noise cannot be corrected for." in text
    for said in (
        "the six components of Norman-Haignere et al. 2015",
        "over splits",
        "There is no noise ceiling",
        "No response was excluded",
        "are unknown",
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
    html = shown(found)
    assert "Prediction is best for all:" in words(html)
    assert "Not computed: a region needs at least three responses." in words(html)
    assert "No layer was chosen." in words(html)
    Page(html)
    assert list(encode.drawn(found)) == ["encode_r2"]


def test_components_are_components_with_their_full_names(encoded):
    renamed = {
        name: table.replace({"region": {"early": "lowfreq"}})
        for name, table in vars(encoded).items()
        if hasattr(table, "columns")
    }
    about = {**encoded.about, "source": "components"}
    named = replace(encoded, **renamed | {"about": about, "truth": encoded.truth[:0]})
    text = words(shown(named))
    assert "low frequencies" in text
    assert "lowfreq" not in text
    assert "By component" in text
    assert "region" not in text.lower()

"""Ranges over trainings, and claims that hold in all."""

import pytest

from pipeline.replicate.claims import claims
from pipeline.replicate.output import collect, ranges, summary_line
from pipeline.replicate.quantities import condition


def held(found):
    return {f"{row['stage']}.{row['name']}": row["holds"] for row in claims(found)}


def test_claims_of_a_good_network(results):
    assert held(results()) == {
        "behavior.word_above_chance": True,
        "behavior.word_above_chance_in_noise": True,
        "behavior.word_rises_with_snr": True,
        "behavior.published_word_correlates": True,
        "behavior.published_word_same_order": True,
        "behavior.published_word_opposite_order": False,
        "decode.word_above_chance": True,
        "decode.word_above_untrained": True,
        "decode.word_in_branch": True,
        "encode.early_above_untrained": True,
    }


def test_the_order_by_threshold_is_a_claim_of_its_own(results):
    found = results()
    compared = found.behavior["listeners"]["published"]["word"]
    compared |= {"thresholds_rho": 0.9, "thresholds_rho_low": 0.5, "thresholds_rho_high": 1.0}
    compared |= {"backgrounds_rho_low": -0.2, "rmse_relative": 0.1}
    said = held(found)
    assert said["behavior.published_word_same_order_of_thresholds"]
    assert not said["behavior.published_word_opposite_order_of_thresholds"]
    assert not said["behavior.published_word_same_order"]
    numbers = ranges(collect({1: found}))["numbers"]
    assert numbers["behavior.published_word_thresholds_rho"]["values"] == [0.9]
    assert numbers["behavior.published_word_rmse_relative"]["values"] == [0.1]


def test_claims_of_a_network_at_chance(results):
    found = held(results(clean=0.12, top=0.1, r2=0.51))
    assert not found["behavior.word_above_chance"]  # the lower end of its interval is below chance
    assert not found["behavior.word_above_chance_in_noise"]
    assert not found["behavior.word_rises_with_snr"]
    assert not found["decode.word_above_chance"]
    assert not found["decode.word_above_untrained"]
    assert not found["encode.early_above_untrained"]  # the intervals overlap


def test_a_claim_that_fails_for_one_seed_is_counted(results):
    found = ranges(collect({1: results(), 2: results(clean=0.64), 5: results(top=0.22)}))
    assert found["seeds"] == [1, 2, 5]
    assert found["claims"]["behavior.word_above_chance"] == 3
    assert found["claims"]["decode.word_above_untrained"] == 2
    assert found["claims"]["behavior.published_word_same_order"] == 2
    span = found["numbers"]["behavior.word_clean"]
    assert (span["low"], span["high"], span["values"]) == (0.64, 0.7, pytest.approx([0.7, 0.64, 0.7]))
    assert found["layers"] == {"decode.word": ["word.fc5"] * 3, "encode.early": ["conv1"] * 3}
    assert summary_line(found).startswith("3 trainings: word clean 64-70 %; 7 of 10 claims hold in all")


def test_a_readout_without_values_is_left_out(results):
    found = results()
    found.readouts["value"] = float("nan")
    assert not any(row["stage"] == "decode" for row in claims(found))
    assert "decode.word" not in ranges(collect({1: found}))["numbers"]


@pytest.mark.parametrize(
    ("key", "said"), [("word_clean", "clean"), ("word_at_3dB", "at 3 dB"), ("word_at_-3dB", "at -3 dB")]
)
def test_conditions_are_written_out(key, said):
    assert condition(key, "word") == said

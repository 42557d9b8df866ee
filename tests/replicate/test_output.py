"""Ranges over trainings, and claims that hold in all."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from heschl.behavior.columns import DIRECTIONS
from heschl.localize.results import Localize
from heschl.replicate.claims import claims
from heschl.replicate.output import collect, ranges, summary_line
from heschl.replicate.quantities import condition


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


def test_directions_and_experiments_on_localization_are_compared(results):
    found, half = results(), dict.fromkeys(DIRECTIONS, 0.0) | {"task": "where", "background": "clean"}
    clean = {
        "great_circle": 20.0,
        "great_circle_high": 30.0,
        "chance": 90.0,
        "azimuth": 8.0,
        "reversed": 0.25,
    }
    directions = pd.DataFrame([half | clean | {"half": name} for name in ("all", "ahead")])
    scores = {"experiment": ["noise", "sides"], "title": ["in noise", "left and right"], "r": [0.9, np.nan]}
    scores |= {
        "rmse": [0.3, np.nan],
        "source": ["Somebody 2024", ""],
        "value_label": ["error", "correct (%)"],
    }
    values = {"experiment": ["noise", "sides"], "condition": ["0 dB", "their sum"], "value": [12.0, 50.0]}
    values |= {"who": "network", "measure": ["error", "side"]}
    claims = {"experiment": ["noise"], "title": ["in noise"], "claim": ["errors fall with SNR"], "holds": [1]}
    means = {"r": 0.9, "rmse": 0.3}
    localized = Localize(means, *(pd.DataFrame(each) for each in (values, scores, claims)))
    far = directions.assign(great_circle_high=95.0)
    no = replace(localized, claims=localized.claims.assign(holds=0))
    some = ranges(
        collect(
            {
                1: replace(found, directions=directions, localized=localized),
                2: replace(found, directions=far, localized=no),
            }
        )
    )
    assert some["claims"]["behavior.where_error_below_chance"] == 1
    assert some["claims"]["localize.noise_errors_fall_with_SNR"] == 1
    kept = {name: each["values"] for name, each in some["numbers"].items() if name not in _names(found)}
    assert kept == {
        "behavior.where_azimuth": [8.0, 8.0],
        "behavior.where_reversed": [0.25, 0.25],
        "localize.mean_r": [0.9, 0.9],
        "localize.mean_rmse": [0.3, 0.3],
        "localize.noise_r": [0.9, 0.9],
        "localize.noise_rmse": [0.3, 0.3],
        "localize.sides_their sum_side": [50.0, 50.0],
    }


def _names(found):
    return set(ranges(collect({1: found}))["numbers"])


@pytest.mark.parametrize(
    ("key", "said"), [("word_clean", "clean"), ("word_at_3dB", "at 3 dB"), ("word_at_-3dB", "at -3 dB")]
)
def test_conditions_are_written_out(key, said):
    assert condition(key, "word") == said

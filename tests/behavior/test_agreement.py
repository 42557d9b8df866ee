from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from heschl.behavior import agreement, conditions, confusions, consistency, difficulty
from tests.behavior.simulation import CLIPS, CONDITIONS, LABELS, PARAMS, networked, simulated

FEW = replace(PARAMS, resamples=20)  # where intervals do not matter


def compared(table, clips, params=PARAMS):
    """Return the agreement by task."""
    every = agreement.sides(table, clips, LABELS, params)
    return {sides.task: agreement.agree(sides, params, same_clips=True) for sides in every}


def test_agreement_is_computed_over_conditions():
    table = simulated(CLIPS, 0.0, heard=0.1)
    beside = conditions.conditions(table, CLIPS, PARAMS)
    found = compared(table, CLIPS)["word"]
    assert found["r"] == pytest.approx(stats.pearsonr(beside["listeners"], beside["network"]).statistic)
    assert found["rmse"] == pytest.approx(np.sqrt(np.mean((beside["listeners"] - beside["network"]) ** 2)))
    assert found["r_low"] < found["r"] < found["r_high"]
    assert found["rmse_low"] < found["rmse"] < found["rmse_high"]
    assert found["backgrounds_rho"] == 1
    assert (found["conditions"], found["participants"]) == (10, 12)


def test_a_linear_map_of_accuracies_has_r_of_one_and_a_known_rmse():
    values = np.linspace(0.1, 0.9, 9)
    listener, network = 0.5 * values + 0.2, values
    table = pd.DataFrame(
        {"background": np.repeat(["scene", "music", "babble8"], 3), "snr_db": np.tile([-6.0, 0, 6], 3)}
    )
    trials, choice = np.full(9, 50), conditions.Choice(20)
    both = [
        conditions.Accuracies(each, each[None], each[None], 0.8, trials, choice)
        for each in (listener, network)
    ]
    sides = agreement.Sides("word", *both, table, 12)
    found = agreement.agree(sides, PARAMS, same_clips=False)
    assert found["r"] == pytest.approx(1)
    assert found["rmse"] == pytest.approx(np.sqrt(np.mean((0.2 - 0.5 * values) ** 2)))
    assert found["r_corrected"] == pytest.approx(1 / 0.8)
    same = agreement.agree(sides, PARAMS, same_clips=True)
    assert same["r_corrected"] == pytest.approx(1 / np.sqrt(0.8))
    assert set(agreement.AGREEMENT) <= set(found)


@pytest.mark.parametrize(("share", "heard"), [(0.0, 0.03), (0.8, 1.0)])
def test_the_correction_for_noise_compensates_for_few_trials(share, heard):
    """What remains is the noise of the network's clips, unless listeners hear and copy all of them."""
    truth = CLIPS.merge(
        pd.DataFrame(CONDITIONS, columns=["background", "snr_db", "p"]), on=["background", "snr_db"]
    )["p"]
    found = [
        compared(simulated(clips, share, 4, heard, seed, truth), clips, FEW)["word"]
        for seed in range(8)
        for clips in [networked(seed=seed)]
    ]
    r, reliability, corrected = (
        np.mean([each[name] for each in found]) for name in ("r", "listeners_reliability", "r_corrected")
    )
    network = np.mean([np.sqrt(each["network_reliability"]) for each in found])
    assert r < corrected
    assert corrected == pytest.approx(1 if share else network, abs=0.04)
    assert (reliability < 0.9) == (heard < 1)


@pytest.mark.parametrize("chosen", [slice(0, 1), slice(0, 240), slice(0, 120)])
def test_undefined_values_are_nan(chosen):
    clips = CLIPS[chosen]
    table = simulated(clips, 0.5, persons=1, heard=1)
    for found in compared(table, clips).values():
        assert np.isnan(
            [
                found[name]
                for name in ("r", "r_low", "r_corrected", "listeners_reliability", "backgrounds_rho")
            ]
        ).all()
    for each in (conditions.conditions, consistency.consistency, difficulty.difficulty):
        each(table, clips, PARAMS)
        assert not len(each(table[:0], clips, PARAMS))
    confusions.confusion_correlation(table, clips, LABELS, PARAMS)
    assert compared(table[:0], clips) == {}

from dataclasses import replace

import numpy as np
import pytest

from heschl.behavior import thresholds
from tests.behavior.observer import LABELS, PARAMS, answers, logistic


@pytest.mark.parametrize("threshold", [-6.0, 0.0])
def test_intervals_contain_the_thresholds_of_simulated_observers(threshold):
    clips = answers(
        np.random.default_rng(5),
        lambda background, snr: logistic(snr, threshold) if background != "clean" else 0.9,
    )
    table = thresholds.thresholds(clips, LABELS, PARAMS)
    assert table["background"].tolist() == ["music", "scene"]
    for _, row in table.iterrows():
        assert row["threshold_low"] < threshold < row["threshold_high"]
        assert row["threshold_low"] < row["threshold_db"] < row["threshold_high"]
        assert row["threshold_high"] - row["threshold_low"] < 4
        assert row["tested"]


def test_intervals_contain_the_truth_as_often_as_they_should():
    """In 150 simulated observers tested on 20 sources it was 93 to 97 % for each value; here are 30."""
    held, params = [], replace(PARAMS, resamples=300)
    for seed in range(30):
        clips = answers(
            np.random.default_rng(seed),
            lambda background, snr: logistic(snr, -6.0) if background != "clean" else 0.9,
            backgrounds=("scene",),
        )
        row = thresholds.thresholds(clips, LABELS, params).iloc[0]
        truths = {"threshold": -6.0, "slope": 0.6 * 0.65 / 4, "ceiling": 0.9}
        held.append([row[f"{name}_low"] < truth < row[f"{name}_high"] for name, truth in truths.items()])
    assert (np.mean(held, axis=0) > 0.8).all()
    assert np.mean(held) < 1


def test_thresholds_for_one_answer_and_for_the_number_in_params():
    clips = answers(np.random.default_rng(0), lambda background, snr: 0.6, task="genre")
    table = thresholds.thresholds(clips, LABELS, PARAMS)
    assert table.groupby("answers")["guess"].first().to_dict() == pytest.approx({1: 1 / 3, 2: 2 / 3})
    assert thresholds.thresholds(clips[clips["snr_db"].isna() | (clips["snr_db"] == 0)], LABELS, PARAMS).empty

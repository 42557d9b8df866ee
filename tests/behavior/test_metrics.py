import numpy as np
import pytest

from heschl.behavior import accuracy, metrics, thresholds
from tests.behavior.observer import LABELS, PARAMS, answers


def test_metrics_are_those_of_the_tables():
    clips = answers(np.random.default_rng(0), lambda background, snr: 0.9 if background == "clean" else 0.5)
    table, fitted = accuracy.accuracy(clips, PARAMS), thresholds.thresholds(clips, LABELS, PARAMS)
    found = metrics.metrics(table, fitted, LABELS)
    assert found["chance"] == {"word": 0.25, "genre": pytest.approx(1 / 3)}
    assert found["summary"]["word_clean"] == clips.loc[clips["background"] == "clean", "correct"].mean()
    at_best = clips[clips["snr_db"] == 3].groupby("background")["correct"].mean().mean()
    assert found["summary"]["word_at_3dB"] == pytest.approx(at_best)
    assert found["word"]["music"]["-9"]["n"] == 100
    assert (
        found["threshold"]["word"]["scene"]["threshold_db"]
        == fitted.set_index("background").loc["scene", "threshold_db"]
    )

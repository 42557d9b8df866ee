import numpy as np
import pandas as pd
import pytest
from scipy import stats

from heschl.behavior import accuracy
from tests.behavior.observer import PARAMS


def proportion(hits, sources):
    """Accuracy and interval of one condition through `accuracy`."""
    clips = pd.DataFrame(
        {
            "task": "word",
            "background": "clean",
            "snr_db": np.nan,
            "source": sources,
            "rank": np.where(hits, 1, 2),
        }
    )
    row = accuracy.accuracy(clips, PARAMS).iloc[0]
    return row["top1"], row["top1_low"], row["top1_high"]


def test_interval_agrees_with_scipy_where_every_source_has_one_clip():
    hits = np.random.default_rng(0).random(200) < 0.7
    point, low, high = proportion(hits, np.arange(200).astype(str))
    reference = stats.bootstrap(
        (hits.astype(float),), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(1)
    )
    assert low == pytest.approx(reference.confidence_interval.low, abs=0.01)
    assert high == pytest.approx(reference.confidence_interval.high, abs=0.01)
    assert low < point == hits.mean() < high


def test_clips_of_one_source_are_not_independent():
    hits = np.repeat(np.random.default_rng(0).random(20) < 0.5, 10)
    _, *by_source = proportion(hits, np.repeat(np.arange(20), 10).astype(str))
    _, *by_clip = proportion(hits, np.arange(200).astype(str))
    assert np.diff(by_source) > 2 * np.diff(by_clip)


def test_one_source_has_the_interval_of_its_clips():
    _, *interval = proportion(np.arange(100) < 60, np.full(100, "one"))
    assert interval == pytest.approx(stats.binom(100, 0.6).ppf([0.025, 0.975]) / 100, abs=0.011)


def test_an_empty_table_gives_no_rows():
    assert accuracy.accuracy(
        pd.DataFrame(columns=["task", "background", "snr_db", "rank", "source"]), PARAMS
    ).empty


def test_accuracy_counts_one_five_and_the_number_of_answers_in_params():
    clips = pd.DataFrame(
        {
            "task": "genre",
            "background": "clean",
            "snr_db": np.nan,
            "source": list("abcdef"),
            "rank": [1, 2, 2, 3, 5, 6],
        }
    )
    row = accuracy.accuracy(clips, PARAMS).iloc[0]
    assert (row["top1"], row["top5"], row["score"], row["n"]) == pytest.approx((1 / 6, 5 / 6, 3 / 6, 6))

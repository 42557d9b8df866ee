import numpy as np
import pytest
from scipy import stats

from heschl.metamers.similarity import MEASURES, clips_for, of_all_pairs, outside, similarity


@pytest.fixture
def responses():
    rng = np.random.default_rng(1)
    return np.maximum(0, rng.normal(size=(6, 40)) + rng.normal(size=40)).astype(
        np.float32
    )  # ties, as after a ReLU


def test_similarities_are_those_of_scipy(responses):
    one, other = responses[:3], responses[3:]
    found = similarity(one, other)
    for place in range(3):
        assert found["spearman"][place] == pytest.approx(stats.spearmanr(one[place], other[place]).statistic)
        assert found["pearson"][place] == pytest.approx(stats.pearsonr(one[place], other[place]).statistic)
        noise = np.sum((one[place] - other[place]) ** 2)
        assert found["snr_db"][place] == pytest.approx(
            10 * np.log10(np.sum(one[place] ** 2) / noise), abs=1e-4
        )


def test_all_pairs_are_those_pair_by_pair(responses):
    found, (first, second) = of_all_pairs(responses), np.triu_indices(6, 1)
    expected = similarity(responses[first], responses[second])
    for name in MEASURES:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-4, atol=1e-5)
        assert len(found[name]) == 15


def test_equal_and_constant_responses(responses):
    found = similarity(responses, responses)
    np.testing.assert_allclose(found["spearman"], 1, rtol=1e-6)
    assert np.isinf(found["snr_db"]).all()
    silent = np.zeros_like(responses)
    assert np.isnan(similarity(silent, responses)["pearson"]).all()


@pytest.mark.parametrize(("pairs", "clips"), [(1, 2), (3, 3), (4, 4), (10**5, 448), (10**6, 1415)])
def test_clips_have_enough_pairs(pairs, clips):
    assert clips_for(pairs) == clips
    assert clips * (clips - 1) // 2 >= pairs > (clips - 1) * (clips - 2) // 2


def test_a_metamer_is_more_alike_in_every_measure_than_any_pair(responses):
    null = of_all_pairs(responses)
    near = responses + np.random.default_rng(2).normal(size=responses.shape).astype(np.float32) * 1e-3
    assert outside(similarity(responses, near), null).all()
    noise = np.random.default_rng(3).normal(size=responses.shape).astype(np.float32)
    assert not outside(similarity(responses, noise), null).any()
    quiet = similarity(responses, 1e-3 * responses)  # the same pattern: correlated, but not the same
    assert not outside(quiet, null).any()


def test_a_correlation_that_other_sounds_reach_is_left_out(responses):
    null = of_all_pairs(responses) | {"spearman": np.array([0.5, 1.0])}
    assert outside(similarity(responses, responses), null).all()
    assert not outside(similarity(responses, responses[::-1]), null).any()

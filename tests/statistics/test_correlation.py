import numpy as np
import pytest
from scipy import stats

from heschl.statistics import correlation


def test_pearson_is_scipys_also_with_weights_and_gaps():
    a, b = np.random.default_rng(0).standard_normal((2, 20))
    assert correlation.pearson(a, b) == pytest.approx(stats.pearsonr(a, b).statistic)
    times = np.arange(20) % 3
    repeated = stats.pearsonr(np.repeat(a, times), np.repeat(b, times)).statistic
    assert correlation.pearson(a, b, times) == pytest.approx(repeated)
    assert correlation.pearson(np.where(times > 0, a, np.nan), b, times) == pytest.approx(repeated)
    assert np.isnan(correlation.pearson(a, np.full(20, 0.1)))
    assert np.isnan(correlation.pearson(a[:2], b[:2]))


def test_ranks_are_scipys_with_ties(rng):
    values = rng.integers(0, 4, (5, 7)).astype(float)
    np.testing.assert_allclose(correlation.ranks(values), stats.rankdata(values, axis=1) - 0.5)


def test_columns_correlate_as_in_numpy_and_constants_do_not(rng):
    a, b = rng.standard_normal((2, 9, 3))
    expected = [np.corrcoef(a[:, n], b[:, n])[0, 1] for n in range(3)]
    np.testing.assert_allclose(correlation.column_correlation(a, b), expected)
    np.testing.assert_allclose(correlation.column_correlation(a, b), correlation.pearson(a.T, b.T))
    rounded = np.ones((9, 3)) + 1e-15 * b
    assert np.isnan(correlation.column_correlation(a, rounded, np.full(3, 1.0))).all()


def test_spearman_brown_is_the_reliability_of_the_mean(rng):
    signal, noise = rng.standard_normal(100_000), rng.standard_normal((2, 5, 100_000))
    one, other = signal + noise[0].mean(0), signal + noise[1].mean(0)
    assert correlation.spearman_brown(0.5, 5) == pytest.approx(np.corrcoef(one, other)[0, 1], abs=0.01)
    assert correlation.spearman_brown(np.array([0.5, 0.0, 1.0])).tolist() == [2 / 3, 0, 1]
    assert np.isnan(correlation.spearman_brown(np.array([-1.0, np.nan]))).all()
    assert np.isnan(correlation.spearman_brown(-0.6, 3))
    assert correlation.spearman_brown(-0.6, 1) == -0.6


def test_noise_has_no_reliability_and_a_signal_has():
    rng = np.random.default_rng(0)
    unit, cell = (each.ravel() for each in np.mgrid[:60, :200])
    assert abs(correlation.split_half(rng.random(len(unit)), cell, unit, 200, 0)) < 0.15
    signal = rng.standard_normal(200)[cell] + 3 * rng.standard_normal(len(unit))  # variance 1 of 1 + 9 / 60
    assert correlation.split_half(signal, cell, unit, 200, 0) == pytest.approx(1 / (1 + 9 / 60), abs=0.04)
    assert correlation.split_half(unit + 100.0 * cell, cell, unit, 200, 0) == pytest.approx(1)
    assert np.isnan(correlation.split_half(signal, cell, np.zeros(len(unit), int), 200, 0))


def test_repeats_have_the_reliability_of_their_mean(rng):
    signal, noise = rng.standard_normal((20_000, 2)), rng.standard_normal((20_000, 2, 3))
    repeats = signal[..., None] + noise * np.array([1.0, 2.0])[:, None]
    np.testing.assert_allclose(correlation.repeat_reliability(repeats), [3 / 4, 3 / 7], atol=0.02)
    opposite = np.stack([signal, -signal], axis=2)
    np.testing.assert_allclose(correlation.repeat_reliability(opposite), -1)
    assert np.isnan(correlation.repeat_reliability(repeats[..., :1])).all()
    assert np.isnan(correlation.repeat_reliability(np.ones((5, 2, 3)))).all()
    assert correlation.floored(np.array([0.1, np.nan, 0.5]), 0.2).tolist() == [0.2, 0.2, 0.5]


def test_correction_divides_by_the_root_of_the_reliabilities():
    assert correlation.corrected(0.4, 0.64, 0.25) == pytest.approx(1)
    assert correlation.corrected(0.8, 0.25) == pytest.approx(1.6)
    assert np.isnan([correlation.corrected(0.4, each, 0.5) for each in (0.0, -0.1, np.nan)]).all()

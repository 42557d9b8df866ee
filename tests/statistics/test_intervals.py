import numpy as np
import pytest
from scipy import stats

from heschl.statistics import intervals, resampling


def test_proportions_that_do_not_vary_have_the_interval_of_clopper_and_pearson():
    values, cells = np.r_[np.ones(10), np.zeros(10)], np.repeat([0, 1], 10)
    units = np.tile(np.arange(5), 4)  # two trials a unit and cell
    drawn = resampling.counts(5, 100, seed=0)
    share, low, high = intervals.proportions(values, cells, units, drawn, 2, 0.9)
    exact = [stats.binomtest(right, 5).proportion_ci(0.9) for right in (5, 0)]
    assert share.tolist() == [1, 0]
    assert np.c_[low, high] == pytest.approx(np.array(exact))
    one = np.zeros(20, int)  # all of one unit: its trials count
    low, high = intervals.proportions(values, one, one, np.ones((100, 1), int), 1, 0.9)[1:]
    assert [low[0], high[0]] == pytest.approx([*stats.binomtest(10, 20).proportion_ci(0.9)])


def test_proportions_that_vary_have_percentiles_of_their_resamples(rng):
    values, cells, units = (
        rng.integers(0, 2, 60).astype(float),
        np.repeat([0, 1], 30),
        np.tile(np.arange(10), 6),
    )
    drawn = resampling.counts(10, 400, seed=0)
    share, low, high = intervals.proportions(values, cells, units, drawn, 2, 0.9)
    resampled = [
        [values[(cells == cell)] @ times[units[cells == cell]] / 30 for cell in (0, 1)] for times in drawn
    ]
    assert share == pytest.approx(values.reshape(2, 30).mean(1))
    assert np.array([low, high]) == pytest.approx(np.quantile(resampled, [0.05, 0.95], axis=0))


def test_intervals_over_twelve_voices_contain_the_truth_as_often_as_they_should(rng):
    """Eight clips each, of voices that differ. Plain percentiles contained it in .91 of 600 simulations."""
    drawn, units, held = resampling.counts(12, 400, seed=0), np.repeat(np.arange(12), 8), []
    for _ in range(300):
        accuracy = rng.beta(3, 3, 12)  # .5 in the mean
        values = (rng.random(96) < accuracy[units]).astype(float)
        _, low, high = intervals.proportions(values, np.zeros(96, int), units, drawn, 1, 0.95)
        held.append(low[0] <= 0.5 <= high[0])
    assert np.mean(held) > 0.93


def test_few_units_expand_percentiles_as_hesterberg_has_it():
    """For n = 10 and 95 %: Hesterberg 2015, table 2 has 0.0086 in place of 0.025."""
    assert (1 - intervals.expanded(0.95, 10)) / 2 == pytest.approx(0.0086, abs=1e-4)
    assert intervals.expanded(0.95, 10**6) == pytest.approx(0.95, abs=1e-5)
    assert intervals.expanded(0.95, 1) == 0.95
    columns = np.tile(np.linspace(0, 1, 10001)[:, None], 2)
    low, _ = intervals.percentiles(columns, 0.95, np.array([10, 10**6]))
    assert low == pytest.approx([0.0086, 0.025], abs=1e-4)


def test_percentiles_leave_nan_out(rng):
    resampled = rng.standard_normal((50, 3))
    resampled[:10, 1], resampled[:, 2] = np.nan, np.nan
    found = np.array(intervals.percentiles(resampled, 0.8))
    assert found[:, 0] == pytest.approx(np.quantile(resampled[:, 0], [0.1, 0.9]))
    assert found[:, 1] == pytest.approx(np.quantile(resampled[10:, 1], [0.1, 0.9]))
    assert np.isnan(found[:, 2]).all()
    assert np.isnan(intervals.percentiles(np.empty((0, 2)), 0.8)).all()


def test_variances_of_persons_and_sources_add_up_on_the_scale(rng):
    persons, sources = np.tanh(rng.normal(0.5, 0.3, 500)), np.tanh(rng.normal(0.5, 0.4, 500))
    low, high = intervals.of_variances(0.4, [persons, sources], 0.95, np.arctanh, np.tanh)
    half = 1.959964 * np.sqrt(np.arctanh(persons).var(ddof=1) + np.arctanh(sources).var(ddof=1))
    assert [low, high] == pytest.approx(np.tanh(np.arctanh(0.4) + np.array([-half, half])))
    gaps = np.r_[persons, np.nan, 1.0]  # neither is finite on the scale
    assert intervals.of_variances(0.4, [gaps, sources], 0.95, np.arctanh, np.tanh) == (low, high)
    assert np.isnan(intervals.of_variances(0.4, [np.array([0.1]), sources], 0.95)).all()
    assert intervals.of_variances(1.0, [persons], 0.95, np.arctanh, np.tanh) == (1, 1)


def test_mean_of_participants(rng):
    values = rng.standard_normal(40)
    found = intervals.of_mean(values, 4000, 0.95, seed=0)
    error = values.std(ddof=1) / np.sqrt(40)
    assert found == pytest.approx(stats.t.interval(0.95, 39, values.mean(), error), abs=0.1 * error)
    assert np.isnan(intervals.of_mean(values[:1], 100, 0.95, seed=0)).all()


def test_quantiles():
    assert intervals.quantiles(np.arange(101.0), 0.9) == pytest.approx((5, 95))


def test_over_splits_is_corrected_as_by_nadeau_and_bengio(rng):
    values = rng.standard_normal(6)
    low, high = intervals.over_splits(values, 0.4, 0.9, -np.inf, np.inf)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)  # 1 / splits alone
    assert high - low == pytest.approx((expected.high - expected.low) * np.sqrt((1 / 6 + 0.4) * 6))
    assert (low + high) / 2 == pytest.approx(values.mean())
    assert intervals.over_splits(np.array([0.0, 1.0]), 0.4, 0.9, 0, 1) == (0, 1)

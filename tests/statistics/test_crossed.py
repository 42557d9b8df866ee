"""Intervals over seeds and sources at once hold the mean that they should, as often as they should."""

import numpy as np
import pytest

from heschl.statistics import crossed


def drawn(rng, seeds, units, of_seeds, of_units, clips=6, mean=0.0):
    """Return values with an effect of each seed, of each unit, and noise; and the units."""
    place = np.repeat(np.arange(units), clips)
    effect = rng.normal(0, of_units, units)[place]
    noise = rng.normal(0, 0.3, (seeds, units * clips))
    return mean + rng.normal(0, of_seeds, (seeds, 1)) + effect + noise, place


@pytest.mark.parametrize(("of_seeds", "of_units"), [(0.2, 0.2), (0.5, 0.0), (0.02, 0.8)])
def test_intervals_hold_the_truth(of_seeds, of_units):
    rng, held, wrong = np.random.default_rng(1), 0, 0
    for seed in range(400):
        found = crossed.mean(*drawn(rng, 5, 30, of_seeds, of_units), 100, 0.95, seed)
        held += found.low <= 0 <= found.high
        wrong += found.p < 0.05
    assert 0.92 <= held / 400 <= 0.985
    assert wrong == 400 - held


def test_without_variation_over_sources_it_is_the_t_interval_of_seeds():
    from scipy import stats

    values = np.array([0.1, 0.3, 0.2, 0.5])[:, None] * np.ones((4, 12))
    found = crossed.mean(values, np.arange(12) // 2, 50, 0.95, 1)
    low, high = stats.t.interval(0.95, 3, values.mean(), stats.sem(values[:, 0]))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.p == pytest.approx(stats.ttest_1samp(values[:, 0], 0).pvalue)
    assert found.spread == pytest.approx(np.std(values[:, 0], ddof=1))


def test_nothing_varies():
    found = crossed.mean(np.zeros((3, 8)), np.arange(8), 50, 0.95, 1)
    assert found == (0, 0, 0, 1, 0)
    assert crossed.mean(np.ones((3, 8)), np.arange(8), 50, 0.95, 1)[:4] == (1, 1, 1, 0)


def test_groups_count_alike_and_share_the_seeds():
    rng = np.random.default_rng(2)
    one, other = drawn(rng, 5, 30, 0.2, 0.2), drawn(rng, 5, 9, 0.2, 0.2, clips=50, mean=1.0)
    found = crossed.mean_of_groups([one, other], 400, 0.95, 1)
    assert found.mean == pytest.approx((one[0].mean() + other[0].mean()) / 2)
    each = (one[0].mean(axis=1) + other[0].mean(axis=1)) / 2
    assert found.spread == pytest.approx(each.std(ddof=1))
    alone = crossed.mean_of_groups([one, one], 400, 0.95, 1)
    assert alone.spread == pytest.approx(one[0].mean(axis=1).std(ddof=1))


def test_intervals_over_groups_hold_the_truth():
    rng, held = np.random.default_rng(3), 0
    for seed in range(300):
        groups = [drawn(rng, 5, units, 0.1, 0.3, mean=mean) for units, mean in ((25, 0.0), (40, 1.0))]
        found = crossed.mean_of_groups(groups, 100, 0.95, seed)
        held += found.low <= 0.5 <= found.high
    assert 0.92 <= held / 300 <= 0.985

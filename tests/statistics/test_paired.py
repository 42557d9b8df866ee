"""Paired tests, against scipy where there is no overlap, exact enumeration, and a plain loop."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from heschl.statistics import paired


def test_without_overlap_it_is_the_t_test():
    values = np.random.default_rng(0).normal(0.1, 0.2, 12)
    found, known = paired.over_splits(values, 0.0, 0.95), stats.ttest_1samp(values, 0)
    interval = known.confidence_interval(0.95)
    assert found == pytest.approx((values.mean(), interval.low, interval.high, known.pvalue))


def test_overlap_widens_the_interval_and_raises_p():
    values = np.random.default_rng(0).normal(0.3, 0.2, 10)
    plain, found = paired.over_splits(values, 0.0, 0.95), paired.over_splits(values, 82 / 83, 0.95)
    widened = np.sqrt((1 / 10 + 82 / 83) / (1 / 10))
    assert (found.high - found.low) == pytest.approx(widened * (plain.high - plain.low))
    assert found.p > plain.p
    t = values.mean() / np.sqrt(values.var(ddof=1) * (1 / 10 + 82 / 83))
    assert found.p == pytest.approx(2 * stats.t.sf(abs(t), 9))


def test_models_that_are_equal_in_every_split_do_not_differ():
    assert paired.over_splits(np.zeros(10), 1.0, 0.95) == (0, 0, 0, 1)
    assert paired.over_splits(np.full(10, 0.25), 1.0, 0.95).p == 0


def test_random_signs_come_close_to_all_signs():
    values = np.random.default_rng(3).normal(0.4, 1, 11)
    every = np.array(list(product((-1, 1), repeat=11))) @ values
    exact = np.mean(abs(every) >= abs(values.sum()) - 1e-12)
    found = paired.over_units(values, 300, 0.95, seed=0)
    assert found.p == pytest.approx(exact, abs=0.02)
    assert found.low < found.difference < found.high
    assert found.difference == pytest.approx(values.mean())


def test_holm_is_its_definition():
    p = np.array([0.01, 0.04, 0.03, 0.005, 0.5])
    found = paired.holm(p)
    np.testing.assert_allclose(found, [0.04, 0.09, 0.09, 0.025, 0.5])
    for place in range(len(p)):  # a plain loop over the smaller ones
        smaller = sorted(p)[: list(sorted(p)).index(p[place]) + 1]
        assert found[place] == pytest.approx(max(min(1, (5 - n) * each) for n, each in enumerate(smaller)))
    assert (paired.holm(np.array([0.6, 0.7])) == [1, 1]).all()
    assert len(paired.holm(np.array([]))) == 0

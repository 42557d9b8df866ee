"""Sensitivity in a choice of many, against published tables, another integral, and simulated observers."""

import numpy as np
import pytest
from scipy import integrate, stats

from heschl.statistics.forced_choice import clipped, dprime, share_correct


@pytest.mark.parametrize(
    ("labels", "share", "expected"),  # Hacker & Ratcliff 1979, to two decimals
    [(2, 0.75, 0.95), (3, 0.75, 1.43), (4, 0.5, 0.84), (4, 0.75, 1.68), (8, 0.5, 1.34), (1000, 0.5, 3.24)],
)
def test_dprime_is_that_of_the_published_tables(labels, share, expected):
    assert dprime(np.array(share), labels) == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize(("labels", "answers"), [(2, 1), (20, 1), (800, 1), (8, 5)])
def test_the_inverse_is_exact_above_and_below_chance(labels, answers):
    values = np.linspace(-1.5, 4, 40).reshape(4, 10)
    shares = share_correct(values, labels, answers)
    np.testing.assert_allclose(dprime(shares, labels, answers), values, atol=1e-7)
    assert share_correct(0.0, labels, answers) == pytest.approx(answers / labels)


@pytest.mark.parametrize("value", [0.5, 2.5])
def test_the_share_is_the_integral(value):
    def density(x):
        return stats.norm.pdf(x - value) * stats.norm.cdf(x) ** 19

    assert share_correct(value, 20) == pytest.approx(integrate.quad(density, -10, 14)[0], abs=1e-9)


@pytest.mark.parametrize(("labels", "answers", "value"), [(20, 1, 1.5), (8, 3, 0.8)])
def test_a_simulated_observer_is_recovered(labels, answers, value):
    heard = np.random.default_rng(0).standard_normal((40_000, labels))
    heard[:, 0] += value
    right = (heard[:, 1:] > heard[:, :1]).sum(1) < answers
    assert right.mean() == pytest.approx(share_correct(value, labels, answers), abs=0.008)
    assert dprime(np.array(right.mean()), labels, answers) == pytest.approx(value, abs=0.03)


def test_extreme_missing_and_undefined_shares():
    np.testing.assert_allclose(clipped(np.array([0.0, 0.5, 1.0]), np.array([10, 10, 50])), [0.05, 0.5, 0.99])
    found = dprime(clipped(np.array([0.0, 1.0, np.nan]), 10), 20)
    assert found[0] == pytest.approx(0.0, abs=1e-6)  # 0 of 10 counts as 1 of 20, which is chance
    assert np.isfinite(found[:2]).all()
    assert np.isnan(found[2])
    assert np.isnan(dprime(np.array([0.5, 1.0]), 5, 5)).all()

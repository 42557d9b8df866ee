import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from heschl.statistics.kappa import kappa, kappas


@pytest.mark.parametrize("seed", range(3))
def test_kappa_agrees_with_scikit_learn(seed):
    a, b = np.random.default_rng(seed).random((2, 50)) < [[0.7], [0.4]]
    assert kappa(a, b) == pytest.approx(cohen_kappa_score(a, b))


def test_kappa_by_hand():
    assert kappa(np.array([1, 1, 0, 0]), np.array([1, 0, 1, 0])) == 0
    assert kappa(np.array([1, 1, 0]), np.array([1, 1, 0])) == 1
    assert kappa(np.array([1, 0]), np.array([0, 1])) == -1
    assert np.isnan(kappa(np.ones(4), np.ones(4)))
    assert np.isnan(kappa(np.ones(0), np.ones(0)))


def test_kappa_within_conditions_by_hand():
    a, b = np.repeat([1, 0], [6, 2]), np.array([1, 1, 1, 0, 1, 1, 0, 0])
    cell = np.repeat([0, 1], 4)  # observed 3 of 4 and 4 of 4, expected 3 (a is always right) and 2
    pooled, within = kappas(a, b, np.zeros(8, int), cell, np.ones(8), (1, 2))[:, 0]
    assert within == pytest.approx(
        2 / 0.75 / (1 + 2 + 2 / 3)
    )  # of the second, 4 / 3 times the 2 that are more than expected
    assert pooled == pytest.approx(cohen_kappa_score(a, b))


@pytest.mark.parametrize("each", [2, 3, 5])
def test_kappa_within_conditions_is_unbiased_for_few_clips(each):
    rng, share, cells = np.random.default_rng(0), 0.5, 20000
    cell = np.repeat(np.arange(cells), each)
    a = rng.random(len(cell)) < 0.6
    b = np.where(rng.random(len(cell)) < share, a, rng.random(len(cell)) < 0.6)
    nothing = np.zeros(len(cell), int)
    found = kappas(a * 1, b * 1, nothing, cell, np.ones(len(cell)), (1, cells))[1, 0]
    assert found == pytest.approx(share, abs=0.02)
    twice = rng.multinomial(len(cell), np.full(len(cell), 1 / len(cell)))  # and in resamples
    assert kappas(a * 1, b * 1, nothing, cell, twice.astype(float), (1, cells))[1, 0] == pytest.approx(
        share, abs=0.03
    )

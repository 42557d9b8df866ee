import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from heschl.behavior import psychometric

SNR = np.array([-9.0, -6.0, -3.0, 0.0, 3.0, np.inf])
GUESS = 0.05


def probability(threshold, rate, ceiling, guess=GUESS):
    return guess + (ceiling - guess) * expit(rate * (SNR - threshold))


def reference(hits, trials):
    """The largest likelihood that SciPy finds from many starts, in the same bounds."""

    def loss(x):
        p = np.clip(probability(x[0], np.exp(x[1]), x[2]), 1e-9, 1 - 1e-9)
        return -(hits * np.log(p) + (trials - hits) * np.log1p(-p)).sum()

    bounds = [(-21, 15), np.log(psychometric.RATES), (GUESS + 0.01 * (1 - GUESS), 1 - 1e-6)]
    starts = [(threshold, rate, 0.8) for threshold in (-8, -4, 0, 4) for rate in (-1.5, -0.7, 0.3)]
    return loss, min(
        (minimize(loss, start, method="L-BFGS-B", bounds=bounds) for start in starts),
        key=lambda found: found.fun,
    )


@pytest.mark.parametrize(
    ("threshold", "rate", "ceiling", "trials"), [(-6, 0.5, 0.9, 100), (-3, 1.5, 0.7, 40), (0, 0.5, 0.8, 100)]
)
def test_the_likelihood_is_the_largest_that_scipy_finds(threshold, rate, ceiling, trials):
    hits = np.random.default_rng(1).binomial(trials, probability(threshold, rate, ceiling), (12, 6))
    found = psychometric.fit(hits, np.full(hits.shape, trials), SNR, GUESS)
    for n in range(len(hits)):
        loss, best = reference(hits[n], trials)
        assert loss([found.threshold[n], np.log(found.rate[n]), found.ceiling[n]]) < best.fun + 1e-4


@pytest.mark.parametrize("seed", [1, 7])
def test_fits_to_single_listeners_reach_the_best_likelihood_on_a_dense_grid(seed):
    """Two trials per condition, or one to five: such likelihoods have several maxima."""
    rng, hits, trials = np.random.default_rng(seed), [], []
    for n in range(220):
        truth = rng.uniform(-9, 3), rng.uniform(0.2, 1.5), rng.uniform(0.5, 1)
        trials.append(np.full(6, 2) if n % 2 else rng.integers(1, 6, 6))
        hits.append(rng.binomial(trials[-1], probability(*truth)))
    hits, trials = np.array(hits), np.array(trials)
    found = psychometric.fit(hits, trials, SNR, GUESS)
    fitted = likelihood(found.threshold, found.rate, found.ceiling, hits, trials).diagonal()
    axes = np.linspace(-21, 15, 73), np.geomspace(*psychometric.RATES, 25), np.linspace(0.06, 1 - 1e-6, 39)
    grid = [axis.ravel() for axis in np.meshgrid(*axes)]
    assert (fitted > likelihood(*grid, hits, trials).max(0) - 0.005).all()


def likelihood(threshold, rate, ceiling, hits, trials):
    """(functions, data)"""
    risen = np.where(np.isinf(SNR), 1, expit(rate[:, None] * (np.minimum(SNR, 99) - threshold[:, None])))
    p = np.clip(GUESS + (ceiling[:, None] - GUESS) * risen, 1e-9, 1 - 1e-9)
    return np.log(p) @ hits.T + np.log1p(-p) @ (trials - hits).T


def test_exact_proportions_give_their_function_back():
    p = probability(-4.0, 0.7, 0.85)
    found = psychometric.fit(1000 * p[None], np.full((1, 6), 1000), SNR, GUESS)
    assert found.threshold == pytest.approx([-4.0], abs=1e-4)
    assert found.slope == pytest.approx([0.7 * 0.8 / 4], abs=1e-5)
    assert found.ceiling == pytest.approx([0.85], abs=1e-5)
    assert found.deviance == pytest.approx([0], abs=1e-6)
    assert found(SNR)[0] == pytest.approx(p, abs=1e-5)
    half = found(np.array([-4.0]))[0, 0]
    assert half == pytest.approx((GUESS + 0.85) / 2, abs=1e-5)


def test_deviance_is_that_of_a_good_fit():
    """Binomial data of such a function: on average as large as the conditions less the parameters."""
    hits = np.random.default_rng(2).binomial(200, probability(-3, 0.5, 0.8), (400, 6))
    found = psychometric.fit(hits, np.full(hits.shape, 200), SNR, GUESS)
    assert found.deviance.mean() == pytest.approx(3, abs=0.4)


def test_accuracy_that_is_flat_high_or_falling_ends_at_a_bound_and_is_finite():
    for hits in ([90] * 6, [5] * 6, [80, 60, 40, 20, 10, 5], [0] * 6, [100] * 6):
        found = psychometric.fit(np.array([hits]), np.full((1, 6), 100), SNR, GUESS)
        assert -21 <= found.threshold[0] <= 15
        assert np.isfinite([*found.threshold, *found.slope, *found.ceiling, *found.deviance]).all()


def test_one_level_or_a_guess_of_one_is_an_error():
    with pytest.raises(ValueError, match=r"1 SNRs and a guess of 0\.5: expected two"):
        psychometric.fit(np.ones((1, 2)), np.ones((1, 2)), np.array([0, np.inf]), 0.5)
    with pytest.raises(ValueError, match=r"guess of 1\.0"):
        psychometric.fit(np.ones((1, 6)), np.ones((1, 6)), SNR, 1.0)

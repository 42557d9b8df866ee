"""Ridge is held to scikit-learn's RidgeCV, and to regressions in which each sound is really left out."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge as Reference
from sklearn.linear_model import RidgeCV

from heschl.statistics.ridge import PUBLISHED, RELATIVE, Penalties, Ridge, gram

SOUNDS, FIT = 165, 83
ALPHAS = np.logspace(-1, 5, 13)


def absolute(*values):
    return Penalties(values, relative=False)


def data(units, targets=12, seed=0):
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((SOUNDS, units)) * np.linspace(0.3, 3, units) + 2
    noise = rng.standard_normal((SOUNDS, targets)) * np.linspace(0.1, 9, targets)
    responses = features @ rng.standard_normal((units, targets)) / np.sqrt(units) + noise + 5
    fit = np.sort(rng.permutation(SOUNDS)[:FIT])
    return features, responses, fit, np.setdiff1d(np.arange(SOUNDS), fit)


@pytest.mark.parametrize("units", [5, 60, 83, 500])
def test_predictions_and_penalties_are_those_of_scikit_learn(units):
    features, responses, fit, score = data(units)
    found = Ridge(gram(features), fit, score).fit(responses[fit], absolute(*ALPHAS))
    centred = features - features[fit].mean(axis=0)
    reference = RidgeCV(ALPHAS, alpha_per_target=True).fit(centred[fit], responses[fit])
    np.testing.assert_array_equal(found.penalty, reference.alpha_)
    np.testing.assert_allclose(found.predictions, reference.predict(centred[score]), atol=1e-8)
    np.testing.assert_allclose(found.error, -reference.best_score_, rtol=1e-8)


@pytest.mark.parametrize("units", [5, 200])
def test_left_out_errors_are_those_of_regressions_without_the_sound(units):
    features, responses, fit, score = data(units, targets=2)
    fit = fit[:20]
    for penalty in (1e-9, 1.0, 100.0):  # the first interpolates where there are more units than sounds
        found = Ridge(gram(features), fit, score).fit(responses[fit], absolute(penalty))
        errors = []
        for left in range(len(fit)):
            others = np.delete(fit, left)
            model = Reference(penalty, solver="svd").fit(features[others], responses[others])
            errors.append(responses[fit[left]] - model.predict(features[fit[left] : fit[left] + 1])[0])
        np.testing.assert_allclose(found.error, np.square(errors).mean(axis=0), rtol=1e-5)


def test_relative_penalties_do_not_depend_on_the_scale_of_features():
    features, responses, fit, score = data(100)
    one, other = (Ridge(gram(scale * features), fit, score).fit(responses[fit]) for scale in (1.0, 1e4))
    np.testing.assert_array_equal(one.penalty, other.penalty)
    np.testing.assert_allclose(one.predictions, other.predictions, rtol=1e-8)
    shifted = Ridge(gram(features + 100), fit, score).fit(responses[fit])
    np.testing.assert_allclose(one.predictions, shifted.predictions, rtol=1e-8)


def test_an_infinite_penalty_predicts_the_mean():
    features, responses, fit, score = data(30)
    found = Ridge(gram(features), fit, score).fit(responses[fit], absolute(np.inf))
    np.testing.assert_allclose(found.predictions, np.tile(responses[fit].mean(axis=0), (len(score), 1)))
    left_out = responses[fit] - (responses[fit].sum(axis=0) - responses[fit]) / (FIT - 1)
    np.testing.assert_allclose(found.error, np.square(left_out).mean(axis=0))


def test_of_equal_errors_the_largest_penalty_is_chosen():
    _, responses, fit, score = data(3)
    constant = Ridge(gram(np.ones((SOUNDS, 4))), fit, score)
    assert set(constant.fit(responses[fit], RELATIVE).penalty) == {np.inf}
    features = np.random.default_rng(1).standard_normal((SOUNDS, 30))
    noise = np.random.default_rng(2).standard_normal(
        (FIT, 40)
    )  # noise wants the largest; 1e30 and 1e40 are one to it
    found = Ridge(gram(features), fit, score).fit(noise, absolute(1.0, 1e30, 1e40))
    assert 1e40 in found.penalty
    assert 1e30 not in found.penalty


@pytest.mark.parametrize("units", [20, 400])
def test_the_published_list_of_penalties_stays_finite(units):
    features, responses, fit, score = data(units)
    found = Ridge(gram(features), fit, score).fit(responses[fit], PUBLISHED)
    assert len(PUBLISHED.values) == 100
    assert np.isfinite(found.predictions).all()
    usual = Ridge(gram(features), fit, score).fit(responses[fit], absolute(*np.logspace(-10, 10, 21)))
    np.testing.assert_allclose(found.predictions, usual.predictions, rtol=1e-6)


def test_bad_input():
    features, responses, fit, score = data(5)
    with pytest.raises(ValueError, match="2 sounds to fit; expected at least 3"):
        Ridge(gram(features), fit[:2], score)
    for penalties in ([], [1.0, 0.0], [-1.0], [np.nan]):
        with pytest.raises(ValueError, match="expected at least one, all above 0"):
            Ridge(gram(features), fit, score).fit(responses[fit], absolute(*penalties))

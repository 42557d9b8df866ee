"""Linear readouts against scikit-learn and against refits without each source."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.linear_model import Ridge as SklearnRidge

from heschl.decode import readouts
from heschl.decode.splits import random_splits
from heschl.statistics.ridge import Ridge, gram

GROUPS = np.repeat([f"s{number}" for number in range(10)], 6)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def split_of(features, fit):
    """Return the decomposition, and plain features, of the first `fit` sounds and the rest."""
    order = np.arange(len(features))
    return Ridge(gram(features), order[:fit], order[fit:]), features[:fit], features[fit:]


@pytest.mark.parametrize("units", [12, 100])  # below and above the number of sounds
def test_ridge_is_that_of_scikit_learn_with_the_penalty_that_refits_choose(rng, units):
    features, groups = rng.standard_normal((60, units)) + 3, GROUPS[:42]
    values = (
        features[:, :3] @ rng.standard_normal((3, 4)) + [[0.1, 1, 4, 30]] * rng.standard_normal((60, 4)) + 5
    )
    ridge, fit, score = split_of(features, 42)
    expected = np.empty((18, 4))
    for item, known in enumerate(values[:42].T):
        error = {}
        for penalty in readouts.PENALTIES[1:]:
            model = SklearnRidge(penalty * ridge.unit, solver="svd")
            parts = [(groups != each, groups == each) for each in set(groups)]
            left = [
                model.fit(fit[others], known[others]).predict(fit[own]) - known[own] for others, own in parts
            ]
            error[penalty] = np.square(np.concatenate(left)).sum()
        error[np.inf] = sum(
            np.square(known[groups == each] - known[groups != each].mean()).sum() for each in set(groups)
        )
        best = min(error, key=error.get)
        expected[:, item] = (
            SklearnRidge(best * ridge.unit).fit(fit, known).predict(score)
            if np.isfinite(best)
            else known.mean()
        )
    np.testing.assert_allclose(readouts.regress(ridge, values[:42], groups), expected, rtol=1e-6)


def test_r2_compares_with_the_mean_of_the_fitted_sounds():
    truth, fitted = np.array([[1.0, 7], [3, 7]]), np.array([[0.0, 7], [2, 7]])
    assert readouts.r2(truth, truth, fitted).tolist() == [
        1,
        0,
    ]  # what always equals that mean has nothing to explain
    assert readouts.r2(truth, np.array([[1.0, 7], [1, 7]]), fitted).tolist() == [0, 0]
    assert readouts.r2(truth, np.array([[3.0, 7], [3, 7]]), fitted).tolist() == [0, 0]


@pytest.mark.parametrize("units", [5, 80])
def test_logistic_regression_on_principal_axes_is_that_on_the_layer(rng, units):
    names = np.array(["a", "b", "c"])[rng.integers(3, size=60)]
    features = rng.standard_normal((60, units)) + 2 * (names == "b")[:, None] * rng.standard_normal(units)
    ridge, fit, score = split_of(features, 45)
    ours_fit, ours_score = readouts.axes(ridge)
    assert ours_fit.shape == (45, min(units, 44))
    unit = np.sqrt(np.square(fit - fit.mean(axis=0)).sum(axis=1).mean())
    np.testing.assert_allclose(np.square(ours_fit).sum(axis=1).mean(), 1)
    models = [
        LogisticRegression(C=10, tol=1e-8, max_iter=10_000).fit(each, names[:45])
        for each in (ours_fit, fit / unit)
    ]
    np.testing.assert_allclose(
        models[0].predict_proba(ours_score), models[1].predict_proba(score / unit), atol=1e-5
    )


def test_the_penalty_of_the_logistic_regression_is_the_best_on_held_out_sources(rng):
    names = np.tile(["a", "b"], 30)
    features = rng.standard_normal((60, 40)) + 0.4 * (names == "b")[:, None]
    ridge = split_of(features, 42)[0]
    fit, score = readouts.axes(ridge)
    ((inner, held),) = random_splits(GROUPS[:42], names[:42], 1, 0.25, 3)
    assert not set(GROUPS[inner]) & set(GROUPS[held])
    right = [
        LogisticRegression(C=c).fit(fit[inner], names[inner]).score(fit[held], names[held])
        for c in readouts.STRENGTHS
    ]
    best = readouts.strength(fit, names[:42], GROUPS[:42], 0.25, 3)
    assert best == readouts.STRENGTHS[np.argmax(right)]
    expected = LogisticRegression(C=best).fit(fit, names[:42]).predict(score)
    assert readouts.classify(fit, names[:42], score, best).tolist() == expected.tolist()


def test_a_single_remaining_class_is_predicted():
    fit, groups = np.eye(8), np.repeat(list("abcd"), 2)
    names = np.array(["x"] * 6 + ["y"] * 2)
    assert {readouts.strength(fit, names, groups, 0.25, seed) for seed in range(9)} <= set(
        readouts.STRENGTHS
    )  # also where y is held out

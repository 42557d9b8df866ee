"""Regression against the published protocol, written here as a plain loop over voxels with scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import RidgeCV

from heschl.encode.best_layer import best_layer
from heschl.encode.params import Floors
from heschl.encode.regression import encode
from heschl.encode.splits import splits
from heschl.statistics.correlation import repeat_reliability
from heschl.statistics.ridge import PUBLISHED, RELATIVE, Penalties, gram

FLOORS = Floors(response=0.182, prediction=0.183)
SOUNDS, FIT = 165, 83


def data(units, voxels=6, repeats=3, noise=1.0, seed=0):
    """Return random features, and voxels that they drive in noise that grows from voxel to voxel."""
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((SOUNDS, units)) * np.linspace(0.3, 3, units)
    signal = features @ rng.standard_normal((units, voxels))
    return features, signal[..., None] / signal.std(axis=0)[:, None] + noise * np.linspace(0.3, 3, voxels)[
        :, None
    ] * rng.standard_normal((SOUNDS, voxels, repeats))


def published(features, values, split, alphas):
    """Corrected r2, raw r2 and penalty of each voxel in one split, as published."""
    rows = []
    fit, score = features[split.fit], features[split.score]
    fit, score = fit - features[split.fit].mean(0), score - features[split.fit].mean(0)

    def predict(y):
        model = RidgeCV(alphas).fit(fit, y[split.fit] - y[split.fit].mean())
        return model.predict(score), model.alpha_

    for voxel in range(values.shape[1]):
        mean = values[:, voxel].mean(axis=1)
        predicted, alpha = predict(mean)
        r = np.corrcoef(predicted, mean[split.score])[0, 1] if predicted.std() > 0 else 0.0
        raw = max(r, 0) ** 2
        single = [predict(values[:, voxel, repeat])[0] for repeat in range(3)]
        pairs = [(0, 1), (1, 2), (0, 2)]
        rv = np.median(
            [np.corrcoef(values[split.fit, voxel, a], values[split.fit, voxel, b])[0, 1] for a, b in pairs]
        )
        rp = np.median([np.corrcoef(single[a], single[b])[0, 1] for a, b in pairs])
        rv, rp = max(3 * rv / (1 + 2 * rv), 0.182), max(3 * rp / (1 + 2 * rp), 0.183)
        rows.append((raw / (rv * rp), raw, alpha))
    return np.array(rows).T


@pytest.mark.parametrize("units", [20, 60, 300, 2000])
def test_encode_matches_the_published_loop(units):
    features, values = data(units)
    alphas = tuple(
        alpha for alpha in PUBLISHED.values if 1e-2 <= alpha <= 1e8
    )  # below, errors differ by rounding alone
    for split in splits(SOUNDS, FIT, 2, seed=3):
        found = encode(gram(features), values, [split], Penalties(alphas, relative=False), FLOORS)
        corrected, raw, penalty = published(features, values, split, alphas[::-1])
        np.testing.assert_allclose(found.penalty[0], penalty, rtol=1e-6)
        np.testing.assert_allclose(found.raw[0], raw, atol=1e-6)
        np.testing.assert_allclose(found.r2[0], corrected, atol=1e-6)


def test_float32_features_and_repeats_in_another_order_change_nothing():
    features, values = data(100)
    every = splits(SOUNDS, FIT, 2, seed=0)
    one = encode(gram(features.astype(np.float32)), values, every, RELATIVE, FLOORS)
    other = encode(gram(features), values[..., ::-1], every, RELATIVE, FLOORS)
    np.testing.assert_allclose(one.r2, other.r2, atol=1e-5)


def test_a_voxel_is_best_predicted_by_the_layer_that_drives_it():
    rng = np.random.default_rng(0)
    layers = [rng.standard_normal((SOUNDS, units)) for units in (40, 300, 20)]
    every = splits(SOUNDS, FIT, 10, seed=1)
    for driving in range(3):
        left, strengths, _ = np.linalg.svd(layers[driving] - layers[driving].mean(0), full_matrices=False)
        layers[driving] = layers[driving] + 3 * (left * strengths)[:, :1] @ rng.standard_normal(
            (1, layers[driving].shape[1])
        )
    grams = [gram(layer) for layer in layers]
    for driving, layer in enumerate(layers):
        top = np.linalg.svd(layer - layer.mean(0), full_matrices=False)[0][:, :1]
        values = top[..., None] * np.sqrt(SOUNDS) + rng.standard_normal(
            (SOUNDS, 30, 3)
        )  # reliability of the mean: 3 / 4
        scored = [encode(each, values, every, RELATIVE, FLOORS) for each in grams]
        found = best_layer(*(np.array(each) for each in zip(*((s.r2, s.error) for s in scored), strict=True)))
        assert (found.layer == driving).mean() > 0.99
        scores = np.array([s.r2 for s in scored])
        across = np.median(scores[driving], axis=1)  # of the voxels, in each split
        low, high = np.quantile(across, [0.025, 0.975])
        assert low <= 1 <= high
        assert abs(np.median(repeat_reliability(values)) - 0.75) < 0.05


def test_noise_and_shuffled_sounds_are_not_predicted():
    features, values = data(50, voxels=30, noise=0.3)
    every = splits(SOUNDS, FIT, 10, seed=1)
    rng = np.random.default_rng(1)
    right = encode(gram(features), values, every, RELATIVE, FLOORS).r2
    assert np.median(right) > 0.5
    for name, wrong in (
        ("noise", rng.standard_normal(values.shape)),
        ("shuffled", values[rng.permutation(SOUNDS)]),
    ):
        scores = encode(gram(features), wrong, every, RELATIVE, FLOORS).r2
        across = np.median(scores, axis=1)
        assert np.quantile(across, 0.025) == 0, name
        assert np.median(scores) < 0.02, name


def test_one_repeat_stays_raw():
    features, values = data(50, repeats=1)
    found = encode(gram(features), values, splits(SOUNDS, FIT, 2, seed=0), RELATIVE, FLOORS)
    np.testing.assert_array_equal(found.r2, found.raw)
    assert np.isnan(repeat_reliability(values)).all()


def test_the_floors_hold():
    features, values = data(50)
    values = np.random.default_rng(0).standard_normal(values.shape)
    found = encode(gram(features), values, splits(SOUNDS, FIT, 10, seed=0), RELATIVE, FLOORS)
    ratio = found.r2[found.raw > 0] / found.raw[found.raw > 0]
    assert ratio.max() <= 1 / (0.182 * 0.183) * (1 + 1e-9)


def test_the_best_of_many_layers_does_not_predict_noise():
    """Choosing on other splits of the same sounds would, because these contain the sounds that score."""
    rng = np.random.default_rng(0)
    values, every = rng.standard_normal((SOUNDS, 60, 3)), splits(SOUNDS, FIT, 6, seed=1)
    scored = [
        encode(gram(rng.standard_normal((SOUNDS, 30))), values, every, RELATIVE, FLOORS) for _ in range(16)
    ]
    r2, error = (np.array(each) for each in zip(*((s.r2, s.error) for s in scored), strict=True))
    one, chosen = np.median(r2, axis=1).mean(), np.median(best_layer(r2, error).r2, axis=0).mean()
    halves = np.arange(6) % 2 == 0
    by_splits = np.median(r2[:, halves], axis=1).argmax(axis=0)
    biased = np.median(np.take_along_axis(r2[:, ~halves], by_splits[None, None], axis=0)[0], axis=0).mean()
    assert chosen < one + 0.1 < biased


def test_left_out_errors_are_shares_of_that_of_the_mean():
    features, values = data(50)
    (split,) = splits(SOUNDS, FIT, 2, seed=0)[:1]
    found = encode(gram(features), values, [split], Penalties((np.inf,), relative=True), FLOORS)
    np.testing.assert_allclose(found.error, 1)
    assert encode(gram(features), values, [split], RELATIVE, FLOORS).error.max() < 1


def test_responses_of_any_size():
    features, values = data(50)
    every = splits(SOUNDS, FIT, 2, seed=0)
    usual = encode(gram(features), values, every, RELATIVE, FLOORS).r2
    for size in (1e-250, 1e200):
        np.testing.assert_allclose(
            encode(gram(features), values * size, every, RELATIVE, FLOORS).r2, usual, rtol=1e-6
        )

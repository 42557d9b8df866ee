"""Readouts of layers: against scikit-learn and refits, what is held out, and what is known to be there."""

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.linear_model import Ridge as SklearnRidge

from pipeline.activations.sounds import Sounds
from pipeline.decode import readouts
from pipeline.decode.splits import halves, interval, split
from pipeline.decode.targets import CannotReadError, Target, labels, levels, shuffled
from pipeline.statistics.ridge import Ridge, gram

GROUPS = np.repeat([f"s{number}" for number in range(10)], 6)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def split_of(features, fit):
    """Return the decomposition, and plain features, of the first `fit` sounds and the rest."""
    order = np.arange(len(features))
    return Ridge(gram(features), order[:fit], order[fit:]), features[:fit], features[fit:]


def clips(**columns):
    columns = {name: np.array(values) for name, values in columns.items()}
    number = len(next(iter(columns.values())))
    return Sounds(tuple(f"clip{n}" for n in range(number)), np.zeros((number, 1), np.int16), columns)


@pytest.mark.parametrize("units", [12, 100])  # below and above the number of sounds
def test_ridge_is_scikit_learns_with_the_penalty_that_refits_without_each_source_choose(rng, units):
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


def test_r2_is_of_the_fitted_halfs_mean():
    truth, fitted = np.array([[1.0, 7], [3, 7]]), np.array([[0.0, 7], [2, 7]])
    assert readouts.r2(truth, truth, fitted).tolist() == [
        1,
        0,
    ]  # what never differs from that mean has nothing to be explained
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


def test_the_penalty_of_the_logistic_regression_names_most_of_held_out_sources(rng):
    names = np.tile(["a", "b"], 30)
    features = rng.standard_normal((60, 40)) + 0.4 * (names == "b")[:, None]
    ridge = split_of(features, 42)[0]
    fit, score = readouts.axes(ridge)
    ((inner, held),) = split(GROUPS[:42], names[:42], 1, 0.25, 3)
    assert not set(GROUPS[inner]) & set(GROUPS[held])
    right = [
        LogisticRegression(C=c).fit(fit[inner], names[inner]).score(fit[held], names[held])
        for c in readouts.STRENGTHS
    ]
    best = readouts.strength(fit, names[:42], GROUPS[:42], 0.25, 3)
    assert best == readouts.STRENGTHS[np.argmax(right)]
    expected = LogisticRegression(C=best).fit(fit, names[:42]).predict(score)
    assert readouts.classify(fit, names[:42], score, best).tolist() == expected.tolist()


def test_one_class_that_is_left_is_named():
    fit, groups = np.eye(8), np.repeat(list("abcd"), 2)
    names = np.array(["x"] * 6 + ["y"] * 2)
    assert {readouts.strength(fit, names, groups, 0.25, seed) for seed in range(9)} <= set(
        readouts.STRENGTHS
    )  # also where y is held out


def test_no_source_is_in_both_halves_and_labels_are_those_that_were_fitted():
    names = np.array(["a", "b", "c", "d", "e", "f"] * 10)
    target = Target({"word": ("",)}, np.arange(60), names, GROUPS, "speaker")
    for fit, score in halves(target, 20, 0.3, 1):
        assert not set(GROUPS[fit]) & set(GROUPS[score])
        assert len(set(GROUPS[score])) == 3
    rare = np.where(np.isin(GROUPS, ["s0", "s1"]), "rare", names)
    parts = halves(Target({"word": ("",)}, np.arange(60), rare, GROUPS, "speaker"), 40, 0.3, 1)
    assert all(set(rare[score]) <= set(rare[fit]) for fit, score in parts)
    assert any("rare" not in rare[fit] for fit, _ in parts)


def test_sounds_of_their_own_are_stratified_where_there_are_enough():
    alone, names = np.array([f"x{n}" for n in range(40)]), np.repeat(["a", "b", "c", "d"], [19, 9, 8, 4])
    for fit, score in split(alone, names, 5, 0.25, 1):
        assert sorted([*fit, *score]) == list(range(40))
        assert np.unique(names[score], return_counts=True)[1].tolist() == [5, 2, 2, 1]
    assert len(split(alone, alone, 2, 0.25, 1)) == 2  # a class for each: as they come


def test_interval_is_of_nadeau_and_bengio(rng):
    values = rng.standard_normal(6)
    low, high = interval(values, 0.4, 0.9, -np.inf, np.inf)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)  # of 1 / splits alone
    assert high - low == pytest.approx((expected.high - expected.low) * np.sqrt((1 / 6 + 0.4) * 6))
    assert (low + high) / 2 == pytest.approx(values.mean())
    assert interval(np.array([0.0, 1.0]), 0.4, 0.9, 0, 1) == (0, 1)


def test_clips_hold_out_speakers_for_words_and_words_for_speakers():
    heard = clips(
        word=["cat", "dog", "cat", "dog", "cow", ""], genre=["", "", "", "", "", "jazz"], speaker=["ann", "ann", "bob", "bob", "bob", ""],
        source=["speaker ann", "speaker ann", "speaker bob", "speaker bob", "speaker bob", "artist mo"],
    )  # fmt: skip
    word, left_out = labels(heard, "word")
    assert (word.rows.tolist(), word.groups.tolist(), word.sources) == (
        [0, 1, 2, 3],
        ["speaker ann"] * 2 + ["speaker bob"] * 2,
        "speaker",
    )
    assert left_out == {"word": ("cow",)}
    assert word.chance == 0.5
    speaker, _ = labels(heard, "speaker")
    assert (speaker.rows.tolist(), speaker.groups.tolist(), speaker.sources) == (
        [0, 1, 2, 3, 4],
        ["cat", "dog", "cat", "dog", "cow"],
        "word",
    )
    with pytest.raises(
        CannotReadError, match=r"0 of 1 classes are of 2 or more of what is held out \(artist\)"
    ):
        labels(heard, "genre")
    low, _ = levels({"frequency": ("low", "high")}, np.arange(12.0).reshape(6, 2), heard)
    assert (low.sources, low.groups[-1]) == ("source", "artist mo")
    with pytest.raises(CannotReadError, match=r"1 to hold out \(artist\); 3 must be left to fit"):
        halves(
            Target({"x": ("",)}, np.arange(4), np.array(list("aabb")), np.array(["artist mo"] * 4), "artist"),
            2,
            0.5,
            1,
        )


def test_a_folders_sources_are_held_out_of_its_speakers_too():
    heard = clips(
        category=list("ababab"), speaker=["ann", "ann", "ann", "bob", "bob", "bob"], source=list("xyyzww")
    )
    speaker, _ = labels(heard, "speaker")
    assert (speaker.groups.tolist(), speaker.sources) == (list("xyyzww"), "source")


def test_shuffled_labels_keep_the_sources(rng):
    artists = Target({"genre": ("",)}, np.arange(60), np.repeat(list("aabbccddee"), 6), GROUPS, "artist")
    exchanged = artists.values[shuffled(artists, rng)]
    assert all(len(np.unique(exchanged[group == GROUPS])) == 1 for group in np.unique(GROUPS))
    assert (exchanged != artists.values).any()
    speakers = Target({"word": ("",)}, np.arange(60), np.tile(list("abcdef"), 10), GROUPS, "speaker")
    within = shuffled(speakers, rng)
    assert (np.sort(within.reshape(10, 6)) == np.arange(60).reshape(10, 6)).all()
    assert (within != np.arange(60)).any()
    alone = Target(
        {"category": ("",)}, np.arange(60), np.repeat(list("ab"), 30), np.arange(60).astype(str), "sound"
    )
    assert len(set(shuffled(alone, rng).tolist())) == 60


def test_items_that_never_vary_are_left_out():
    values = np.column_stack([np.arange(5), np.full(5, 1e-3), np.arange(5)[::-1]])
    target, left_out = levels(
        {"frequency": ("low", "high"), "modulation": ("slow",)}, values, clips(category=list("aabbb"))
    )
    assert target.columns == {"frequency": ("low",), "modulation": ("slow",)}
    assert target.values.tolist() == values[:, [0, 2]].tolist()
    assert left_out == {"frequency": ("high",)}
    with pytest.raises(CannotReadError, match="do not differ"):
        levels({"frequency": ("low",)}, np.zeros((5, 1)), clips(category=list("aabbb")))

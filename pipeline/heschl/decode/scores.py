"""Scores of every readout of one layer, for the true values and for shuffled ones.

Shuffled levels choose their own penalties. Shuffled labels are fitted with the penalty chosen for the true
labels, which saves time.
"""

from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from heschl.decode.readouts import axes, classify, r2, regress, strength
from heschl.decode.shuffles import shuffled_order
from heschl.decode.splits import SplitTarget
from heschl.statistics.partition import Partition
from heschl.statistics.ridge import Ridge, gram


class Scores(NamedTuple):
    """Scores of one target, (splits, columns) each: one column for labels."""

    true: np.ndarray
    shuffled: np.ndarray  # (0, columns) where shuffled values were not scored


def score_layer(
    layer: tuple[np.ndarray, bool], targets: list[SplitTarget], test: float, seed: int
) -> list[Scores]:
    """Return the scores of every target.

    layer : features (sounds, features), and whether shuffled values are scored too
    test  : share of the fitted sources on which the penalty of a logistic regression is chosen
    """
    features, shuffle = layer
    with threadpool_limits(1):  # sums in the same order on every machine, and one core for each layer
        kernel = gram(features)
        return [_score_target(kernel, each, shuffle, test, seed) for each in targets]


def _score_target(
    kernel: np.ndarray, split_target: SplitTarget, shuffle: bool, test: float, seed: int
) -> Scores:
    target, scores = split_target.target, []
    for number, split in enumerate(split_target.splits):
        order = shuffled_order(target, np.random.default_rng(np.random.SeedSequence([seed, number])))
        versions = [target.values, target.values[order]][: 1 + shuffle]
        ridge = Ridge(kernel, target.rows[split.fit], target.rows[split.score])
        if target.measure == "r2":
            scores.append(_score_levels(ridge, split, versions, target.groups))
        else:
            scores.append(_score_labels(ridge, split, versions, target.groups, test, seed))
    array = np.array(scores)  # (splits, true and shuffled, columns)
    return Scores(array[:, 0], array[:, 1] if shuffle else array[:0, 0])


def _score_levels(
    ridge: Ridge, split: Partition, versions: list[np.ndarray], groups: np.ndarray
) -> np.ndarray:
    """Return R2, (versions, columns), of levels (n, columns) in each version."""
    values = np.hstack(versions)
    predicted = regress(ridge, values[split.fit], groups[split.fit])
    return r2(values[split.score], predicted, values[split.fit]).reshape(len(versions), -1)


def _score_labels(
    ridge: Ridge, split: Partition, versions: list[np.ndarray], groups: np.ndarray, test: float, seed: int
) -> np.ndarray:
    """Return the accuracy, (versions, 1), of labels (n,); the first version chooses the penalty."""
    fitted, scored = axes(ridge)
    c = strength(fitted, versions[0][split.fit], groups[split.fit], test, seed)
    predicted = [classify(fitted, labels[split.fit], scored, c) for labels in versions]
    return np.array(
        [[(each == labels[split.score]).mean()] for each, labels in zip(predicted, versions, strict=True)]
    )

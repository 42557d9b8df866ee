"""All readouts of one layer, of the true and of shuffled levels and labels.

Shuffled levels choose their penalties themselves; shuffled labels are fitted with the penalty that the true ones chose: less work.
"""

from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from pipeline.decode.readouts import axes, classify, r2, regress, strength
from pipeline.decode.splits import Task
from pipeline.decode.targets import shuffled
from pipeline.statistics.ridge import Ridge, gram


class Scores(NamedTuple):
    """Of one target, (splits, items): one item of labels."""

    true: np.ndarray
    shuffled: np.ndarray  # (0, items) where it was not asked for


def read_out(layer: tuple[np.ndarray, bool], tasks: list[Task], test: float, seed: int) -> list[Scores]:
    """Return the scores of every task.

    layer : features (sounds, units), and whether shuffled values are read out too
    test  : share of the fitted sources that chooses the penalty of a logistic regression
    """
    features, shuffle = layer
    with threadpool_limits(1):  # the same sums in the same order on every machine, and a core a layer
        kernel = gram(features)
        return [_scores(kernel, task, shuffle, test, seed) for task in tasks]


def _scores(kernel: np.ndarray, task: Task, shuffle: bool, test: float, seed: int) -> Scores:
    target, found = task.target, []
    for number, (fit, score) in enumerate(task.halves):
        ridge = Ridge(kernel, target.rows[fit], target.rows[score])
        order = shuffled(target, np.random.default_rng(np.random.SeedSequence([seed, number])))
        versions = [target.values, target.values[order]][: 1 + shuffle]
        if target.measure == "r2":
            values = np.hstack(versions)
            explained = r2(values[score], regress(ridge, values[fit], target.groups[fit]), values[fit])
            found.append(explained.reshape(len(versions), -1))
        else:
            fitted, scored = axes(ridge)
            c = strength(fitted, target.values[fit], target.groups[fit], test, seed)
            found.append(
                [[(classify(fitted, labels[fit], scored, c) == labels[score]).mean()] for labels in versions]
            )
    scores = np.array(found)  # (splits, true and shuffled, items)
    return Scores(scores[:, 0], scores[:, 1] if shuffle else scores[:0, 0])

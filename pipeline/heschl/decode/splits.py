"""Random splits of the sounds that hold sources out."""

import math
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import GroupShuffleSplit, StratifiedShuffleSplit

from heschl.decode.targets import CannotReadError, Target
from heschl.statistics.partition import Partition

LEAST_FIT = 3  # sources to fit: one of them is held out to choose the penalty


class SplitTarget(NamedTuple):
    """A target and its splits."""

    target: Target
    splits: list[Partition]  # of the target's rows


def split_target(target: Target, number: int, test: float, seed: int) -> SplitTarget:
    """Return a target with `number` random splits, each scored on a share `test` of the sources.

    No source is on both sides. Where every sound is its own source, labels are stratified if there are enough
    sounds. A sound is not scored if no fitted sound has its label: no readout could name it.
    raises : CannotReadError where one side would lack sources or classes
    """
    sources = len(np.unique(target.groups))
    if sources * (1 - test) < LEAST_FIT:
        raise CannotReadError(
            f"{sources} sources ({target.sources}); at least {LEAST_FIT} must remain to fit"
        )
    labels = target.values if target.measure == "accuracy" else None
    splits = []
    for fit, score in random_splits(target.groups, labels, number, test, seed):
        score = score if labels is None else score[np.isin(labels[score], labels[fit])]
        classes = 2 if labels is None else len(np.unique(labels[fit]))
        if len(np.unique(target.groups[fit])) < LEAST_FIT or classes < 2 or not len(score):
            raise CannotReadError(f"one side of a split has too few classes or sources ({target.sources})")
        splits.append(Partition(fit, score))
    return SplitTarget(target, splits)


def random_splits(
    groups: np.ndarray, labels: np.ndarray | None, number: int, test: float, seed: int
) -> list[Partition]:
    """Return random splits of whole (n,) groups; single sounds are stratified by label if possible."""
    tested = math.ceil(test * len(groups))
    if labels is not None and len(np.unique(groups)) == len(groups):
        counts = np.unique(labels, return_counts=True)[1]
        if counts.min() > 1 and len(counts) <= min(tested, len(groups) - tested):
            stratified = StratifiedShuffleSplit(number, test_size=test, random_state=seed)
            return [Partition(*each) for each in stratified.split(groups, labels)]
    grouped = GroupShuffleSplit(number, test_size=test, random_state=seed)
    return [Partition(*each) for each in grouped.split(groups, groups=groups)]

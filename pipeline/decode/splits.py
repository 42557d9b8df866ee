"""Random halves with sources held out, and the interval over them."""

import math
from typing import NamedTuple

import numpy as np
from scipy import stats
from sklearn.model_selection import GroupShuffleSplit, StratifiedShuffleSplit

from pipeline.decode.targets import CannotReadError, Target

LEAST_FIT = 3  # sources to fit: one of them is held out to choose the penalty
Halves = list[tuple[np.ndarray, np.ndarray]]


class Task(NamedTuple):
    """What is read out of every layer: a target, and its splits."""

    target: Target
    halves: Halves


def halves(target: Target, splits: int, test: float, seed: int) -> Halves:
    """Return the sounds to fit and to score, (fit,) and (score,) places in the target's rows, of each split.

    No source is in both. Where every sound is its own source, labels are stratified, so far as there are sounds enough. A sound whose label
    no fitted one has is not scored: no readout could name it.
    raises : CannotReadError where a half would lack sources or classes
    """
    sources = len(np.unique(target.groups))
    if sources * (1 - test) < LEAST_FIT:
        raise CannotReadError(f"{sources} to hold out ({target.sources}); {LEAST_FIT} must be left to fit")
    labels = target.values if target.measure == "accuracy" else None
    found = []
    for fit, score in split(target.groups, labels, splits, test, seed):
        score = score if labels is None else score[np.isin(labels[score], labels[fit])]
        classes = 2 if labels is None else len(np.unique(labels[fit]))
        if len(np.unique(target.groups[fit])) < LEAST_FIT or classes < 2 or not len(score):
            raise CannotReadError(
                f"a split has too few classes or sources ({target.sources}) in one of its halves"
            )
        found.append((fit, score))
    return found


def split(groups: np.ndarray, labels: np.ndarray | None, splits: int, test: float, seed: int) -> Halves:
    """Return random halves of (n,) groups: whole groups; where each is one sound, stratified by the labels if these allow it."""
    tested = math.ceil(test * len(groups))
    if labels is not None and len(np.unique(groups)) == len(groups):
        counts = np.unique(labels, return_counts=True)[1]
        if counts.min() > 1 and len(counts) <= min(tested, len(groups) - tested):
            return list(
                StratifiedShuffleSplit(splits, test_size=test, random_state=seed).split(groups, labels)
            )
    return list(GroupShuffleSplit(splits, test_size=test, random_state=seed).split(groups, groups=groups))


def interval(
    values: np.ndarray, ratio: float, confidence: float, lowest: float, highest: float
) -> tuple[float, float]:
    """Return the interval of the mean of `values` over splits, corrected for their overlap: Nadeau & Bengio 2003, section 3.

    mean +- t sqrt(variance (1 / splits + test / train)),  t of splits - 1 degrees of freedom

    values : (splits,); ratio : test / train, sounds; lowest, highest : that are possible, where the interval ends
    """
    t = stats.t.ppf((1 + confidence) / 2, len(values) - 1)
    half = t * math.sqrt(values.var(ddof=1) * (1 / len(values) + ratio))
    return max(lowest, float(values.mean() - half)), min(highest, float(values.mean() + half))

"""Successive halving: which trials go on to the next rung."""

import math
from collections.abc import Mapping

import numpy as np

Values = tuple[float, ...]  # the objectives of a trial, each the higher the better


def promoted(found: Mapping[int, Values], keep: float) -> list[int]:
    """Return the numbers of the trials that go on, the best first: a share `keep`, rounded up.

    Trials that no other beats in every objective come first, then those that only these beat, and so on;
    among them the higher mean, then the lower number.

    found : number of a trial -> what it reached on this rung
    """
    fronts = _fronts(found)
    order = sorted(found, key=lambda number: (fronts[number], -sum(found[number]), number))
    return order[: math.ceil(keep * len(order))]


def front(found: Mapping[int, Values]) -> list[int]:
    """Return the numbers of the trials that no other beats in every objective, in order."""
    return [number for number, rank in sorted(_fronts(found).items()) if rank == 0]


def _fronts(found: Mapping[int, Values]) -> dict[int, int]:
    """Return the rank of each trial's front, 0 for those that none dominates."""
    if not found:
        return {}
    values = np.array(list(found.values()))
    if values.shape[1] == 1:
        ranks = np.unique(-values[:, 0], return_inverse=True)[1]
        return dict(zip(found, ranks.tolist(), strict=True))
    beats = np.ones((len(values), len(values)), bool)  # [a, b]: a is nowhere lower than b, somewhere higher
    for column in values.T:
        beats &= column[:, None] >= column
    beats &= ~beats.T
    ranks, rank = np.full(len(values), -1), 0
    while (ranks < 0).any():
        left = ranks < 0
        ranks[left & ~(beats & left[:, None]).any(axis=0)] = rank
        rank += 1
    return dict(zip(found, ranks.tolist(), strict=True))

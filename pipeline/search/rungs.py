"""Successive halving: which trials go on to the next rung."""

import math
from collections.abc import Mapping, Sequence

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
    left, ranks, rank = dict(found), {}, 0
    while left:
        best = [number for number, value in left.items() if not any(_beats(o, value) for o in left.values())]
        ranks |= dict.fromkeys(best, rank)
        left = {number: value for number, value in left.items() if number not in ranks}
        rank += 1
    return ranks


def _beats(one: Sequence[float], other: Sequence[float]) -> bool:
    """Return whether one is nowhere lower and somewhere higher."""
    pairs = list(zip(one, other, strict=True))
    return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)

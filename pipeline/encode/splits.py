"""Random splits of the sounds into those that a regression is fitted on and those that score it."""

from typing import NamedTuple

import numpy as np

LEAST = 3  # sounds that a correlation needs


class Split(NamedTuple):
    """Indices of the sounds, rising."""

    fit: np.ndarray
    score: np.ndarray


class SplitsError(ValueError):
    """Fewer sounds than the splits need."""


def splits(sounds: int, fit: int, number: int, seed: int) -> list[Split]:
    """Return so many random splits, the same for every layer and response; sounds that are not fitted score.

    raises : SplitsError where fewer than three sounds would be fitted, or score, or there is one split alone
    """
    if fit < LEAST or sounds - fit < LEAST:
        raise SplitsError(
            f"{sounds} sounds, of which encode.fit takes {fit}: expected at least {LEAST} to fit and {LEAST} to score. "
            f"Lower encode.fit (half of the sounds is usual), or give responses to more sounds."
        )
    if number < 2:
        raise SplitsError(f"encode.splits is {number}; expected at least 2: an interval is over them.")
    orders = [
        np.random.default_rng(np.random.SeedSequence([seed, split])).permutation(sounds)
        for split in range(number)
    ]
    return [Split(np.sort(order[:fit]), np.sort(order[fit:])) for order in orders]

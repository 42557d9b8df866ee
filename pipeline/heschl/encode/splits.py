"""Random splits of the sounds into those that fit a regression and those that score it."""

import numpy as np

from heschl.statistics.partition import Partition

LEAST = 3  # sounds that a correlation needs


class SplitsError(ValueError):
    """Fewer sounds than the splits need."""


def splits(sounds: int, fit: int, number: int, seed: int) -> list[Partition]:
    """Return `number` random splits with `fit` sounds to fit and the rest to score.

    They are the same for all layers and responses.
    raises : SplitsError for fewer than three sounds to fit or to score, or fewer than two splits
    """
    if fit < LEAST or sounds - fit < LEAST:
        raise SplitsError(
            f"encode.fit is {fit} of {sounds} sounds; expected at least {LEAST} sounds to fit and {LEAST} to "
            "score. Set encode.fit to about half of the sounds, or add responses to more sounds."
        )
    if number < 2:
        raise SplitsError(
            f"encode.splits is {number}; expected at least 2, because intervals are over splits."
        )
    orders = [
        np.random.default_rng(np.random.SeedSequence([seed, split])).permutation(sounds)
        for split in range(number)
    ]
    return [Partition(np.sort(order[:fit]), np.sort(order[fit:])) for order in orders]

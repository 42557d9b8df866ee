"""Shuffled targets, the control for what a readout scores without information."""

import numpy as np

from heschl.decode.targets import Target


def shuffled_order(target: Target, rng: np.random.Generator) -> np.ndarray:
    """Return an order of the values, (n,) int, that is unrelated to the sounds but respects the sources.

    Labels that all sounds of a source share (the genre of an artist) are exchanged between sources; other
    labels (the words of a speaker) are permuted within each source; levels are permuted over all sounds.
    """
    number = len(target.rows)
    _, source = np.unique(target.groups, return_inverse=True)
    if target.values.ndim == 2 or source.max() + 1 == number:
        return rng.permutation(number)
    members = [np.flatnonzero(source == each) for each in range(source.max() + 1)]
    if all(len(np.unique(target.values[rows])) == 1 for rows in members):
        exchanged = rng.permutation(len(members))
        return np.array([members[exchanged[each]][0] for each in source])
    order = np.empty(number, int)
    for rows in members:
        order[rows] = rng.permutation(rows)
    return order

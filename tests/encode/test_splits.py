"""Random splits of the sounds."""

import numpy as np
import pytest

from heschl.encode.splits import SplitsError, splits
from heschl.statistics.partition import Partition

SOUNDS, FIT = 165, 83


def test_splits():
    every = splits(SOUNDS, FIT, 10, seed=5)
    assert len({tuple(split.fit) for split in every}) == 10
    for fit, score in every:
        assert (len(fit), len(score)) == (83, 82)
        np.testing.assert_array_equal(np.sort(np.r_[fit, score]), np.arange(SOUNDS))
    np.testing.assert_array_equal(every[3].fit, splits(SOUNDS, FIT, 4, seed=5)[3].fit)
    assert isinstance(every[0], Partition)
    with pytest.raises(SplitsError, match=r"encode.fit is 83 of 80 sounds.*Set encode.fit to about half"):
        splits(80, FIT, 10, seed=0)
    with pytest.raises(SplitsError, match=r"encode.splits is 1; expected at least 2"):
        splits(SOUNDS, FIT, 1, seed=0)

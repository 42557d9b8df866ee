"""Listeners are compared with as many answers of the network as they gave."""

import numpy as np

from heschl.report import scores
from tests.helpers.report_page import own


def test_people_who_gave_several_answers_stand_beside_as_many_of_the_network(read):
    found = own(read, "genre")
    both = found.behavior, found.listeners
    assert set(scores.points(*both, "genre", 1).side) == {"network"}
    assert set(scores.points(*both, "genre", 2).side) == {"network", "own"}
    network = scores.points(*both, "genre", 2).query("side == 'network' and background == 'clean'")
    np.testing.assert_allclose(network[["value", "low", "high"]], [[0.81, 0.76, 0.86]])
    assert list(scores.fits(*both, "genre", 2).side) == ["network"] * 3 + ["own"] * 2

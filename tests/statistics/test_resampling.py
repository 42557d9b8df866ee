import numpy as np
import pytest

from heschl.statistics import resampling

CELLS, UNITS = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 0, 1, 1])
VALUES = np.array([1.0, 0.0, 1.0, 1.0, 0.0])


def test_every_resample_draws_as_many_units_as_there_are():
    drawn = resampling.counts(7, 200, seed=0)
    assert drawn.shape == (200, 7)
    assert (drawn.sum(1) == 7).all()
    assert drawn.mean(0) == pytest.approx(np.ones(7), abs=0.25)
    assert resampling.counts(0, 3, seed=0).shape == (3, 0)


def test_totals_and_means_are_those_of_repeated_trials():
    drawn = np.array([[1, 1], [2, 0], [0, 2]])
    sums, trials = resampling.totals(VALUES, CELLS, UNITS, drawn, 3)
    for row, times in enumerate(drawn):
        kept = np.repeat(np.arange(5), times[UNITS])
        assert sums[row].tolist() == np.bincount(CELLS[kept], VALUES[kept], 3).tolist()
        assert trials[row].tolist() == np.bincount(CELLS[kept], minlength=3).tolist()
    found = resampling.means(VALUES, CELLS, UNITS, drawn, 3)
    assert found[:, :2] == pytest.approx(sums[:, :2] / trials[:, :2])
    assert np.isnan(found[:, 2]).all()


@pytest.mark.parametrize("resamples", [1, resampling.PART, resampling.PART + 1])
def test_parts_change_nothing(resamples):
    drawn = resampling.counts(2, resamples, seed=1)
    whole = drawn.astype(float) @ np.array([[1.0, 1.0], [0.0, 1.0]])
    assert resampling.totals(VALUES, CELLS, UNITS, drawn, 2)[0] == pytest.approx(whole)

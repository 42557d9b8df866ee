"""Names that lie close are moved apart, long ones cut."""

import numpy as np

from heschl.report.figures import style


def test_names_that_lie_close_are_moved_apart_and_stay_in_order():
    moved = style.apart([5.0, 1.0, 1.0, 1.5], 1)
    np.testing.assert_allclose(sorted(moved), [1 / 6, 7 / 6, 13 / 6, 5])
    assert moved[0] == 5
    assert len(style.apart([], 1)) == 0
    assert (style.short("block1.conv2", 6), style.short("conv2", 6)) == ("\u2026conv2", "conv2")

"""Cochleagrams have axes in Hz and s."""

import numpy as np
import pytest

from heschl.report.figures import cochleagrams

TIMES = np.arange(30) * 0.1


def test_cochleagram_axes_are_hz_and_s():
    frequencies = np.geomspace(100, 3200, 11)
    picture = np.random.default_rng(0).random((11, 30))
    single = cochleagrams.cochleagram(picture, frequencies, TIMES).axes
    three = cochleagrams.cochleagrams({"a": picture, "b": picture, "$c$": picture}, frequencies, TIMES).axes
    assert [axes.get_title() for axes in three] == ["a", "b", r"\$c\$"]
    assert [axes.get_ylabel() for axes in three] == ["frequency (Hz)", "", ""]
    for axes in single + three:
        assert axes.get_xlabel() == "time (s)"
        np.testing.assert_array_equal(axes.images[0].get_array(), picture)
        assert axes.images[0].get_extent() == pytest.approx([-0.05, 2.95, -0.5, 10.5])
        assert axes.images[0].origin == "lower"
    ticks = {
        int(label.get_text()): place
        for label, place in zip(single[0].get_yticklabels(), single[0].get_yticks(), strict=True)
    }
    assert sorted(ticks) == [100, 200, 500, 1000, 2000]
    assert ticks[100] == 0
    assert ticks[200] == pytest.approx(2)


def test_cochleagram_refuses_frequencies_and_times_that_do_not_fit():
    with pytest.raises(ValueError, match=r"shape \(11, 30\) with 12 frequencies and 30 times"):
        cochleagrams.cochleagram(np.zeros((11, 30)), np.arange(12), TIMES)
    with pytest.raises(ValueError, match="with 11 frequencies and 29 times"):
        cochleagrams.cochleagram(np.zeros((11, 30)), np.arange(11), TIMES[1:])
    with pytest.raises(ValueError, match="none below the previous one"):
        cochleagrams.cochleagram(np.zeros((3, 30)), [3, 2, 1], TIMES)

import numpy as np
import pytest

from heschl.audio import Sound, rms
from heschl.report.tones import tones

SOUND = Sound(sample_rate=8000, clip_s=2.0)


def test_a_tone_is_where_it_should_be_in_time_and_frequency():
    tone = tones([1000], SOUND, 0.5, 1.5)
    assert (len(tone), tone.dtype) == (16000, np.float32)
    assert not tone[:4000].any()
    assert not tone[12001:].any()
    assert rms(tone[4200:11800]) == pytest.approx(0.1, rel=1e-3)
    assert np.abs(np.fft.rfft(tone)).argmax() == 2000


def test_partials_beyond_half_the_sample_rate_are_left_out():
    spectrum = np.abs(np.fft.rfft(tones([1500], SOUND, 0.0, 2.0, partials=5)))
    peaks = [place / 2 for place in np.flatnonzero(spectrum > 0.2 * spectrum.max())]
    assert peaks == pytest.approx([1500, 3000], abs=2)
    assert spectrum[6000] / spectrum[3000] == pytest.approx(0.5, rel=0.01)


def test_a_tone_that_the_rate_cannot_hold_is_refused():
    with pytest.raises(ValueError, match=r"tones of \[5000\] Hz at 8000 Hz: expected one below 4000"):
        tones([5000], SOUND, 0.5, 1.5)

import numpy as np

from heschl.audio import db, rms
from heschl.experiment import checks


def test_headphone_tones_cancel_over_loudspeakers_where_the_phase_is_opposite():
    rate, tone, gap = 16000, 16000, 8000
    for soft, opposite in checks.PAIRS:
        sound = checks.headphones(soft, opposite, rate, level=0.1)
        tones = [sound[start : start + tone] for start in (0, tone + gap, 2 * (tone + gap))]
        levels = [db(rms(one[tone // 4 : -tone // 4, 0]) / 0.1) for one in tones]
        assert np.allclose(levels, [-6 if place == soft else 0 for place in range(3)], atol=0.01)
        assert [rms(one.sum(axis=1)) < 1e-9 for one in tones] == [place == opposite for place in range(3)]
        assert len(sound) == 3 * tone + 2 * gap
    spectrum = np.abs(np.fft.rfft(sound[:tone, 0]))
    assert spectrum.argmax() == 200

import numpy as np
import pytest
from scipy import signal

from heschl.corpus import elements

RATE = 16000


def test_noise_has_the_spectrum_asked_for():
    time = np.arange(30 * RATE) / RATE
    noise = elements.noise(np.random.default_rng(0), time, RATE, [100, 1000, 8000], [0, -20, -20])
    hertz, power = signal.welch(noise, RATE, nperseg=RATE, window="hann")
    level = {
        f: 10 * np.log10(power[(hertz > f / 1.05) & (hertz < f * 1.05)].mean())
        for f in (100, 316, 1000, 4000)
    }
    assert level[100] - level[1000] == pytest.approx(20, abs=1.5)
    assert level[100] - level[316] == pytest.approx(10, abs=1.5)
    assert level[1000] == pytest.approx(level[4000], abs=1.0)


def test_scatter_adds_as_many_grains_as_asked():
    time = np.arange(20 * RATE) / RATE
    added = elements.scatter(np.random.default_rng(0), time, RATE, 30.0, [np.ones(1)], spread_db=0.0)
    assert np.count_nonzero(added) == pytest.approx(600, rel=0.15)


def test_drift_has_unit_variance():
    course = elements.drift(np.random.default_rng(0), np.arange(100 * RATE) / RATE, 5.0)
    assert course.std() == pytest.approx(1, abs=0.1)
    assert np.abs(np.diff(course)).max() * RATE < 5 * 2 * 5.0 * 2  # a few deviations a turn

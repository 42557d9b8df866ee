"""The sounds of the experiments: noises, tones, and how they reach two ears."""

from collections.abc import Callable

import numpy as np
from scipy import fft, signal

RAMP_S = 0.01


def noise(
    rng: np.random.Generator, samples: int, rate: int, low_hz: float = 0.0, high_hz: float = np.inf
) -> np.ndarray:
    """Return white noise between two frequencies, (samples,)."""
    return _shaped(rng, samples, rate, lambda hz: ((hz >= low_hz) & (hz <= high_hz)).astype(float))


def equal_noise(rng: np.random.Generator, samples: int, rate: int) -> np.ndarray:
    """Return noise with the same power in the auditory filter around each frequency, (samples,).

    The width of a filter is the equivalent rectangular bandwidth of Glasberg & Moore (1990), Hearing Research
    47, 103-138.
    """
    return _shaped(rng, samples, rate, lambda hz: 1 / np.sqrt(24.7 * (4.37e-3 * hz + 1)))


def pink_noise(rng: np.random.Generator, samples: int, rate: int) -> np.ndarray:
    """Return noise with the same power in each octave from 50 Hz on, (samples,)."""
    return _shaped(rng, samples, rate, lambda hz: np.where(hz < 50, 0, 1 / np.sqrt(np.maximum(hz, 50))))


def band_noise(
    rng: np.random.Generator, samples: int, rate: int, center_hz: float, octaves: float
) -> np.ndarray:
    """Return noise of a width in octaves around a frequency, (samples,); of no width, a tone."""
    if octaves == 0:
        return tone(rng, samples, rate, center_hz)
    half = 2 ** (octaves / 2)
    return noise(rng, samples, rate, center_hz / half, center_hz * half)


def tone(rng: np.random.Generator, samples: int, rate: int, hz: float) -> np.ndarray:
    """Return a tone whose phase is drawn, (samples,)."""
    return np.sin(2 * np.pi * (hz * np.arange(samples) / rate + rng.random()))


def ramped(sound: np.ndarray, rate: int, ramp_s: float = RAMP_S) -> np.ndarray:
    """Return sounds (..., samples) that rise and fall smoothly at their ends."""
    return sound * signal.windows.tukey(sound.shape[-1], min(1.0, 2 * ramp_s * rate / sound.shape[-1]))


def heard(sound: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Return what a sound (samples,) is at the ears, (ears, samples); response : (ears, taps)."""
    return signal.fftconvolve(sound[None], response, axes=1)[:, : len(sound)]


def _shaped(
    rng: np.random.Generator, samples: int, rate: int, gain: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Return noise with a gain at each frequency, Hz."""
    hz = fft.rfftfreq(samples, 1 / rate)
    return fft.irfft(fft.rfft(rng.standard_normal(samples)) * gain(hz), samples)

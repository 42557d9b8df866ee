"""The elements that textures are built from: shaped noise, drifts, tones, and scattered grains."""

import numpy as np
from scipy import fft

from heschl.audio import rms


def noise(
    rng: np.random.Generator, time: np.ndarray, rate: int, hertz: list[float], gains_db: list[float]
) -> np.ndarray:
    """Return Gaussian noise of unit rms, (samples,), with a given spectrum.

    time            : (samples,), s
    hertz, gains_db : points of the spectrum, joined by lines in dB over log frequency
    """
    size = fft.next_fast_len(len(time), real=True)
    bins = np.maximum(fft.rfftfreq(size, 1 / rate), 1.0)
    gain = 10 ** (np.interp(np.log(bins), np.log(hertz), gains_db) / 20)
    parts = rng.standard_normal((2, len(bins)))
    return unit(fft.irfft(gain * (parts[0] + 1j * parts[1]), size)[: len(time)])


def drift(rng: np.random.Generator, time: np.ndarray, hertz: float) -> np.ndarray:
    """Return lines between 2 `hertz` random knots per second, (samples,), of about unit variance."""
    knots = rng.normal(0, np.sqrt(1.5), int(2 * hertz * time[-1]) + 2)
    return np.interp(2 * hertz * time, np.arange(len(knots)), knots)


def tone(hertz: np.ndarray, rate: int, phase: float = 0.0) -> np.ndarray:
    """Return a sine with the instantaneous frequency `hertz`, (samples,); `phase` in cycles."""
    return np.sin(2 * np.pi * (np.cumsum(hertz) / rate + phase))


def scatter(
    rng: np.random.Generator,
    time: np.ndarray,
    rate: int,
    per_s: float,
    grains: list[np.ndarray],
    spread_db: float,
) -> np.ndarray:
    """Add `grains` at random times, `per_s` per second; return their sum, (samples,), of unit rms.

    spread_db : standard deviation of their levels, dB
    """
    longest = max(len(grain) for grain in grains)
    total = np.zeros(len(time) + 2 * longest)
    count = rng.poisson(per_s * len(total) / rate)
    gains = 10 ** (rng.normal(0, spread_db, count) / 20) * rng.choice((-1, 1), count)
    for first, gain, which in zip(
        rng.integers(len(time) + longest, size=count),
        gains,
        rng.integers(len(grains), size=count),
        strict=True,
    ):
        total[first : first + len(grains[which])] += gain * grains[which]
    return unit(total[longest : longest + len(time)])


def ring(rate: int, hertz: float, decay_s: float, glide: float = 0.0) -> np.ndarray:
    """Return a sine that decays to 1/e in `decay_s`, while its frequency is multiplied by 1 + glide."""
    time = np.arange(int(6 * decay_s * rate) + 2) / rate
    return tone(hertz * (1 + glide * time / decay_s), rate) * np.exp(-time / decay_s)


def unit(wave: np.ndarray) -> np.ndarray:
    """Scale a waveform to unit rms."""
    return wave / rms(wave)

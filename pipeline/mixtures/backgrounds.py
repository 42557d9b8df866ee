"""The backgrounds: what each is called, which recordings it is made of, and how it is made.

To add one, append an entry to BACKGROUNDS. Keep the order: random draws depend on the position in the list.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import fft

from pipeline.audio import rms

Synthesis = Callable[[Sequence[np.ndarray], np.ndarray | None, int], np.ndarray]


@dataclass(frozen=True)
class Background:
    """A kind of background.

    name   : in params.yaml and in every table
    title  : in the report and in figures
    table  : corpus table that its pieces are drawn from; None if it has no pieces
    pieces : number of recordings that it mixes, all from different sources, none from the target's source
    sound  : (pieces, each (samples,) float32; noise, (samples,), or None; sample rate in Hz)
             -> background, (samples,), at any level
    shaped : whether it uses noise with the long-term spectrum of the target's source
    """

    name: str
    title: str
    table: str | None
    pieces: int
    sound: Synthesis
    shaped: bool = False


def babble(pieces: Sequence[np.ndarray]) -> np.ndarray:
    """Return the sum of `pieces`, each (samples,), scaled to equal rms.

    raises : ValueError if a piece is silent
    """
    loudness = [rms(piece) for piece in pieces]
    if min(loudness) == 0:
        raise ValueError(
            "a piece of the background is silent: it cannot be scaled. Raise mixtures.silence_db."
        )
    total = np.zeros_like(pieces[0])
    for piece, level in zip(pieces, loudness, strict=True):
        total += piece * pieces[0].dtype.type(1 / level)
    return total


def shaped_noise(spectrum: np.ndarray, samples: int, seed: int) -> np.ndarray:
    """Return Gaussian noise, (samples,) float32, with a power spectrum, (bins,) from 0 Hz to Nyquist."""
    bins = samples // 2 + 1
    real, imaginary = np.random.default_rng(seed).standard_normal((2, bins), np.float32)
    gains = np.sqrt(np.interp(np.linspace(0, len(spectrum) - 1, bins), np.arange(len(spectrum)), spectrum))
    noise = np.empty(bins, np.complex64)
    noise.real, noise.imag = real, imaginary
    noise *= gains.astype(np.float32)
    return fft.irfft(noise, samples)


def envelope(speech: np.ndarray, sample_rate: int, cutoff_hz: float = 30.0) -> np.ndarray:
    """Return the broadband envelope of `speech`, (samples,) and at least 0: |analytic signal|, low-passed.

    The low-pass is a Butterworth filter of second order, forward and backward: 1 / (1 + (f / cutoff)^4).
    """
    spectrum = fft.rfft(speech.astype(np.float32, copy=False))
    spectrum[1 : (len(speech) + 1) // 2] *= 2
    analytic = fft.ifft(np.pad(spectrum, (0, len(speech) - len(spectrum))))
    magnitude = np.sqrt(analytic.real**2 + analytic.imag**2)  # np.abs rounds otherwise on other processors
    hz = fft.rfftfreq(len(speech), 1 / sample_rate)
    gains = (1 / (1 + (hz / cutoff_hz) ** 4)).astype(np.float32)
    return np.maximum(fft.irfft(fft.rfft(magnitude) * gains, len(speech)), 0)


def _sum(pieces: Sequence[np.ndarray], noise: np.ndarray | None, sample_rate: int) -> np.ndarray:
    return babble(pieces)


def _noise(pieces: Sequence[np.ndarray], noise: np.ndarray, sample_rate: int) -> np.ndarray:
    return noise


def _modulated(pieces: Sequence[np.ndarray], noise: np.ndarray, sample_rate: int) -> np.ndarray:
    return noise * envelope(pieces[0], sample_rate)


BACKGROUNDS: dict[str, Background] = {
    background.name: background
    for background in (
        Background("scene", "auditory scene", "scenes", 1, _sum),
        Background("babble2", "two talkers", "talkers", 2, _sum),
        Background("babble8", "eight talkers", "talkers", 8, _sum),
        Background("music", "music", "music", 1, _sum),
        Background("shaped", "shaped noise", None, 0, _noise, shaped=True),
        Background("modulated", "modulated noise", "talkers", 1, _modulated, shaped=True),
    )
}

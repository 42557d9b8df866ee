"""The kinds of background: what each is called, what it is made of, and how it is made.

A new kind is an entry at the end of BACKGROUNDS: random draws depend on its place in the list.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import fft, signal

from pipeline.audio import rms

Sound = Callable[[Sequence[np.ndarray], np.ndarray | None, int], np.ndarray]


@dataclass(frozen=True)
class Background:
    """A kind of background.

    name   : in params.yaml and in every table
    title  : for a reader, in the report and in figures
    table  : corpus table of its pieces; None where it has none
    pieces : how many, each from another speaker, artist, or source, and none from the target's
    sound  : (pieces, each (samples,) float64; noise, (samples,), or None; sample rate in Hz) -> (samples,), at any level
    shaped : whether it takes noise with the long-term spectrum of the target's source
    """

    name: str
    title: str
    table: str | None
    pieces: int
    sound: Sound
    shaped: bool = False


def babble(pieces: Sequence[np.ndarray]) -> np.ndarray:
    """Return the sum of `pieces`, each (samples,), at equal rms; a single piece as it is.

    raises : ValueError if a piece is silent
    """
    loudness = [rms(piece) for piece in pieces]
    if min(loudness) == 0:
        raise ValueError("a piece of the background is silent. Raise mixtures.silence_db.")
    return sum(piece / level for piece, level in zip(pieces, loudness, strict=True))


def shaped_noise(spectrum: np.ndarray, samples: int, seed: int) -> np.ndarray:
    """Return Gaussian noise, (samples,), with the power spectrum `spectrum`, (bins,) from 0 Hz to Nyquist."""
    noise = fft.rfft(np.random.default_rng(seed).standard_normal(samples))
    grid = np.linspace(0, len(spectrum) - 1, len(noise))
    return fft.irfft(noise * np.sqrt(np.interp(grid, np.arange(len(spectrum)), spectrum)), samples)


def envelope(speech: np.ndarray, sample_rate: int, cutoff_hz: float = 30.0) -> np.ndarray:
    """Return the broadband envelope of `speech`, (samples,), never negative: |analytic signal| below `cutoff_hz`."""
    low_pass = signal.butter(2, cutoff_hz, fs=sample_rate, output="sos")
    return np.maximum(signal.sosfiltfilt(low_pass, np.abs(signal.hilbert(speech))), 0)


def _sum(pieces: Sequence[np.ndarray], noise: np.ndarray | None, sample_rate: int) -> np.ndarray:
    return babble(pieces)


def _noise(pieces: Sequence[np.ndarray], noise: np.ndarray, sample_rate: int) -> np.ndarray:
    return noise


def _modulated(pieces: Sequence[np.ndarray], noise: np.ndarray, sample_rate: int) -> np.ndarray:
    return noise * envelope(pieces[0], sample_rate)


BACKGROUNDS: dict[str, Background] = {
    kind.name: kind
    for kind in (
        Background("scene", "auditory scene", "scenes", 1, _sum),
        Background("babble2", "two talkers", "talkers", 2, _sum),
        Background("babble8", "eight talkers", "talkers", 8, _sum),
        Background("music", "music", "music", 1, _sum),
        Background("shaped", "shaped noise", None, 0, _noise, shaped=True),
        Background("modulated", "modulated noise", "talkers", 1, _modulated, shaped=True),
    )
}

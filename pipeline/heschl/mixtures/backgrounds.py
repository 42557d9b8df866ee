"""The backgrounds: what each is called, which recordings it is made of, and how it is made.

To add one, append an entry to BACKGROUNDS. Keep the order: random draws depend on the position in the list.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft

from heschl.audio import rms

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
    noise = np.random.default_rng(seed).standard_normal(2 * bins, np.float32).view(np.complex64)
    powers = np.interp(np.linspace(0, len(spectrum) - 1, bins), np.arange(len(spectrum)), spectrum)
    noise *= np.sqrt(powers.astype(np.float32))
    return fft.irfft(noise, samples, overwrite_x=True)


def envelope(speech: np.ndarray, sample_rate: int, cutoff_hz: float = 30.0) -> np.ndarray:
    """Return the broadband envelope of `speech`, (samples,) float32 >= 0: |analytic signal|, low-passed.

    The low-pass is a Butterworth filter of second order, forward and backward: 1 / (1 + (f / cutoff)^4).
    """
    speech = speech.astype(np.float32, copy=False)
    spectrum = fft.rfft(speech)
    spectrum *= np.complex64(-1j)
    spectrum[0] = 0
    if len(speech) % 2 == 0:
        spectrum[-1] = 0
    imaginary = fft.irfft(spectrum, len(speech))  # the Hilbert transform
    magnitude = np.sqrt(speech**2 + imaginary**2)  # np.abs rounds otherwise on other processors
    smooth = fft.rfft(magnitude)
    smooth *= _low_pass(len(speech), sample_rate, cutoff_hz)
    return np.maximum(fft.irfft(smooth, len(speech)), 0)


@lru_cache(maxsize=4)
def _low_pass(samples: int, sample_rate: int, cutoff_hz: float) -> np.ndarray:
    """Return the gain at each frequency of a spectrum, (samples // 2 + 1,) float32."""
    hz = fft.rfftfreq(samples, 1 / sample_rate)
    return (1 / (1 + (hz / cutoff_hz) ** 4)).astype(np.float32)


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

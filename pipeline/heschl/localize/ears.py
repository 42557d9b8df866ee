"""Ears that differ: new ears, and ears whose spectral detail is smoothed away."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import fft

from heschl.acoustics.delays import FLOOR, advanced, minimum_phase, onsets
from heschl.acoustics.head import Head

COEFFICIENT_HZ = 25000.0  # Kulkarni & Colburn: coefficients of a spectrum up to there


def stretched(head: Head, factor: float) -> Head:
    """Return a head whose spectra are moved up in frequency by a factor, as by smaller pinnae.

    Delays stay. Scaling in frequency is how the spectral cues of two people differ most (Middlebrooks 1999,
    Journal of the Acoustical Society of America 106(3), 1480-1492).
    """
    responses = head.responses
    bins = np.arange(_size(responses) // 2 + 1)

    def moved(gains: np.ndarray) -> np.ndarray:
        return np.stack([np.interp(bins / factor, bins, each) for each in gains])

    return replace(head, name=f"{head.name} x {factor:g}", responses=reshaped(responses, moved))


def smoothed(responses: np.ndarray, rate: int, coefficients: int) -> np.ndarray:
    """Return responses (..., taps) of which the log spectrum, up to 25 kHz, keeps so many cosines."""
    kept = max(1, round(coefficients * rate / 2 / COEFFICIENT_HZ))

    def smooth(gains: np.ndarray) -> np.ndarray:
        least = FLOOR * gains.max(axis=-1, keepdims=True)
        series = fft.dct(np.log(np.maximum(gains, least)), type=1)
        series[:, kept:] = 0
        return np.exp(fft.idct(series, type=1))

    return reshaped(responses, smooth)


def without_time(response: np.ndarray) -> np.ndarray:
    """Return a response (ears, taps) with its gains, and at both ears the phases of their mean."""
    spectra = fft.rfft(response, _size(response))
    mean = np.exp(1j * np.angle(spectra.sum(axis=0)))
    return fft.irfft(np.abs(spectra) * mean)[:, : response.shape[-1]]


def without_level(response: np.ndarray) -> np.ndarray:
    """Return a response (ears, taps) with its phases, and at both ears their geometric mean gain."""
    spectra = fft.rfft(response, _size(response))
    gains = np.abs(spectra)
    mean = np.sqrt(gains.prod(axis=0))
    return fft.irfft(spectra * (mean / np.maximum(gains, 1e-12)))[:, : response.shape[-1]]


def reshaped(responses: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return responses (..., taps) with other gains, and the delays that they had.

    change : gains (responses, bins) from 0 Hz to Nyquist -> the same
    """
    flat = responses.reshape(-1, responses.shape[-1])
    gains = change(np.abs(fft.rfft(flat, _size(responses))))
    least = fft.irfft(minimum_phase(gains))[:, : flat.shape[-1]]
    return advanced(least, -onsets(flat)).reshape(responses.shape)


def _size(responses: np.ndarray) -> int:
    return 2 * fft.next_fast_len(responses.shape[-1], real=True)

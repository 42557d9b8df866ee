"""When an impulse response begins, and how it is delayed by parts of a sample."""

import numpy as np
from scipy import fft

UP = 8  # points between samples at which the onset is looked for
FLOOR = 1e-6  # of the largest gain; smaller ones count as this


def advanced(responses: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """Return responses (..., taps) that come earlier by a number of samples, (...,), whole or not.

    What leaves at one end does not come back at the other.
    """
    taps = responses.shape[-1]
    size = fft.next_fast_len(3 * taps, real=True)
    padded = np.zeros((*responses.shape[:-1], size))
    padded[..., taps : 2 * taps] = responses
    turns = np.asarray(samples)[..., None] * fft.rfftfreq(size)
    moved = fft.irfft(fft.rfft(padded) * np.exp(2j * np.pi * turns), size)
    return moved[..., taps : 2 * taps]


def minimum_phase(gains: np.ndarray) -> np.ndarray:
    """Return the spectrum of least delay with these gains, complex (..., bins), from 0 Hz to Nyquist.

    gains : (..., bins) >= 0; those below FLOOR times the largest are raised to that
    """
    size = 2 * (gains.shape[-1] - 1)
    least = FLOOR * gains.max(axis=-1, keepdims=True)
    cepstrum = fft.irfft(np.log(np.maximum(gains, np.maximum(least, 1e-300))), size)
    cepstrum[..., 1 : size // 2] *= 2
    cepstrum[..., size // 2 + 1 :] = 0
    return np.exp(fft.rfft(cepstrum))


def onsets(responses: np.ndarray) -> np.ndarray:
    """Return the delay of responses (..., taps) in samples, (...,), to an eighth of a sample or better.

    The delay is that at which the minimum-phase response with the same gains is most alike (Nam, Abel &
    Smith 2008, Audio Engineering Society Convention 125, paper 7612).
    """
    taps = responses.shape[-1]
    size = 2 * fft.next_fast_len(taps, real=True)
    spectrum = fft.rfft(responses, size)
    product = spectrum * np.conj(minimum_phase(np.abs(spectrum)))
    alike = fft.irfft(product, UP * size)[..., : UP * taps]
    return alike.argmax(axis=-1) / UP

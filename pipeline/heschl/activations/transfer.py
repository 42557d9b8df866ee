"""Transfer functions of the modulation filters: over time, over frequency, and confined to one direction."""

import math

import numpy as np
from scipy.fft import next_fast_len

DECAY = 3.5  # of the temporal response, in one cycle
LONG = 64  # length of a computed response, in periods of the filter or, if that is longer, in clips


def temporal(rate_hz: float, envelope_hz: float, frames: int) -> np.ndarray:
    """Return the DFT of a rate's impulse response, over many cycles and `frames`: without DC, at most 1.

    A constant is subtracted from the sine to remove DC: the response stays causal and does not depend on the
    length of the clip.
    """
    cycles = np.arange(_length(envelope_hz / rate_hz, frames)) * rate_hz / envelope_hz
    window, sine = cycles**2 * np.exp(-DECAY * cycles), np.sin(2 * np.pi * cycles)
    response = np.fft.fft(window * (sine - np.average(sine, weights=window)))
    return response / np.abs(response).max()


def spectral(scale: float, channels_per_octave: int, channels: int) -> np.ndarray:
    """Return the transfer function of a scale, over many of its cycles and `channels`: real, at most 1."""
    points = _length(channels_per_octave / scale, channels)
    ratio = np.fft.fftfreq(points, 1 / channels_per_octave) / scale
    return ratio**2 * np.exp(1 - ratio**2)


def fast_size(size: int) -> int:
    """Return the next multiple of 16 for which FFTs are fast: they process 16 numbers at a time."""
    return 16 * next_fast_len(-(-size // 16))


def one_sided(transfer: np.ndarray, size: int, points: int) -> np.ndarray:
    """Return the DFT (points,) of a real transfer function's positive frequencies, at lags below `size`."""
    positive = np.zeros_like(transfer)
    half = slice(1, (len(transfer) + 1) // 2)
    positive[half] = transfer[half]
    response = np.fft.ifft(positive)
    lags = np.zeros(points, complex)
    lags[:size], lags[1 - size :] = response[:size], response[1 - size :]
    return np.fft.fft(lags).real


def time_weights(rates: np.ndarray, frames: int) -> np.ndarray:
    """Return the weights that sum squared responses over time, (2, rates x directions, rate bins).

    The first axis is for the quadrants in which rate and scale have the same sign, and those with opposite
    signs. The response is real, so each quadrant stands for two of equal power.
    rates : (rates, points), DFT of the rates' one-sided power responses
    """
    points = rates.shape[1]
    down, up = rates, np.roll(rates[:, ::-1], 1, axis=1)
    same = np.stack([up, down], axis=1).reshape(-1, points)[:, : points // 2 + 1]
    opposite = np.stack([down, up], axis=1).reshape(-1, points)[:, : points // 2 + 1]
    opposite[:, [0, -1] if points % 2 == 0 else 0] = 0  # bins that `same` has counted
    return np.stack([same, opposite]) * 2 / (points * frames)


def _length(period: float, size: int) -> int:
    return fast_size(LONG * math.ceil(max(period, size)))

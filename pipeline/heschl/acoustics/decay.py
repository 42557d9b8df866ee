"""How long a room rings: from an impulse response, and from its walls by Sabine's and Eyring's formulas."""

from collections.abc import Sequence
from math import log

import numpy as np
from scipy import signal

from heschl.acoustics.sphere import SPEED

HIGH_DB, LOW_DB = -5.0, -25.0  # between which the decay is measured, as T20 in ISO 3382
SABINE = 24 * log(10) / SPEED  # s/m


def energy_decay(response: np.ndarray) -> np.ndarray:
    """Return the energy still to come in an impulse response (..., samples), dB re all (Schroeder 1965)."""
    rest = np.cumsum(np.square(response, dtype=float)[..., ::-1], axis=-1)[..., ::-1]
    with np.errstate(divide="ignore"):
        return 10 * np.log10(rest / rest[..., :1])


def reverberation_time(response: np.ndarray, rate: int, octave_hz: float) -> float:
    """Return the time in which the energy in an octave falls by 60 dB, s, from the fall from -5 to -25 dB.

    response  : (samples,), at `rate` Hz
    octave_hz : center of the octave
    raises    : ValueError if the response is silent
    """
    if not np.any(response):
        raise ValueError("the response is silent: it has no decay.")
    band = octave_hz / 2**0.5, octave_hz * 2**0.5
    decay = energy_decay(signal.sosfilt(signal.butter(3, band, "band", fs=rate, output="sos"), response))
    inside = np.flatnonzero((decay <= HIGH_DB) & (decay >= LOW_DB))
    slope = np.polyfit(inside / rate, decay[inside], 1)[0]
    return -60 / slope


def sabine(size_m: Sequence[float], area_m2: float, absorption: float) -> float:
    """Return the reverberation time of a room of mean absorption 0 to 1 by Sabine's formula, s."""
    return SABINE * float(np.prod(size_m)) / (area_m2 * absorption)


def eyring(size_m: Sequence[float], area_m2: float, absorption: float) -> float:
    """Return the reverberation time of a room of mean absorption 0 to 1 by Eyring's formula, s."""
    return SABINE * float(np.prod(size_m)) / (area_m2 * -log(1 - absorption))

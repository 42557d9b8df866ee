"""Interaural cues: differences of time and level between the ears, found and imposed."""

import numpy as np
from scipy import fft

from heschl.acoustics import directions
from heschl.acoustics.delays import advanced
from heschl.acoustics.head import LEFT, RIGHT, Head
from heschl.audio import db, from_db

LONGEST_S = 1e-3  # difference of time that is looked for
UP = 16  # points between samples
AHEAD = np.arange(-90.0, 91.0, 5.0)  # azimuths of the tables
FINE_HZ = 1500.0  # up to where the fine structure of a sound tells its time


def band(ears: np.ndarray, rate: int, low_hz: float, high_hz: float) -> np.ndarray:
    """Return what is between two frequencies; ears : (..., samples)."""
    hz = fft.rfftfreq(ears.shape[-1], 1 / rate)
    kept = (hz >= low_hz) & (hz <= high_hz)
    return fft.irfft(fft.rfft(ears) * kept, ears.shape[-1])


def time_difference(ears: np.ndarray, rate: int) -> float:
    """Return by how many seconds the left ear leads, where both are most alike; ears : (ears, samples)."""
    size = fft.next_fast_len(2 * ears.shape[-1], real=True)
    spectra = fft.rfft(ears, size)
    alike = fft.irfft(spectra[RIGHT] * np.conj(spectra[LEFT]), UP * size)
    reach = round(LONGEST_S * rate * UP)
    lags = np.arange(-reach, reach + 1)
    return float(lags[alike[lags].argmax()] / (rate * UP))


def level_difference(ears: np.ndarray) -> float:
    """Return by how many dB the left ear is louder; ears : (ears, samples)."""
    power = np.square(ears).sum(axis=-1)
    return db(np.sqrt(power[LEFT] / power[RIGHT]))


def impose(ears: np.ndarray, rate: int, itd_s: float, ild_db: float) -> np.ndarray:
    """Return sounds of which the left ear leads by so much more, and is louder by so much more.

    ears : (ears, samples), silent for a moment at both ends
    """
    shift, gain = itd_s / 2 * rate, from_db(ild_db / 2)
    moved = advanced(ears, np.array([shift, -shift])) if itd_s else ears
    return moved * np.array([[gain], [1 / gain]])


def table(head: Head, low_hz: float, high_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the differences of time, s, and level, dB, of a head in a band, at the azimuths AHEAD.

    Of time, those of the part below 1500 Hz if there is any, as of the fine structure.
    """
    ears = head.toward(directions.vectors(AHEAD, 0.0))
    ears = np.pad(ears, [(0, 0), (0, 0), (0, 4 * ears.shape[-1])])
    low = band(ears, head.rate, *((low_hz, min(high_hz, FINE_HZ)) if low_hz < FINE_HZ else (100.0, FINE_HZ)))
    within = band(ears, head.rate, low_hz, high_hz)
    times = np.array([time_difference(each, head.rate) for each in low])
    return times, np.array([level_difference(each) for each in within])

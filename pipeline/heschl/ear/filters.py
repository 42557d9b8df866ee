"""The ear's filters as arrays: half-cosines on the ERB-number scale, low-pass, Lanczos resizing."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

KAISER = 5.0  # beta of the low-pass window, in both programs


@dataclass(frozen=True)
class Program:
    """How a published program computes its envelopes and compresses them."""

    gain: float  # of the positive frequencies: with 2 the subband is the analytic signal
    floor: float  # least magnitude of a subband
    half: int  # frames that the low-pass extends to each side
    late: float  # samples by which its sinc lies behind the middle of its window
    unit: bool  # its taps sum to 1
    padded: bool  # silence outside the clip; else the frames within `half` of the ends are left out
    offset: float  # added to the envelope before compression
    slope: float  # largest slope of the compression in backward, which would be infinite at 0


# pycochleagram's low-pass is that of scipy.signal.resample_poly. It has no backward: the slope chosen here
# concerns envelopes below 1e-5.
PROGRAMS = {
    "pycochleagram": Program(gain=2, floor=0, half=10, late=0, unit=True, padded=True, offset=0, slope=1000),
    "chcochleagram": Program(
        gain=1, floor=1e-8, half=5, late=0.5, unit=False, padded=False, offset=1e-8, slope=5
    ),
}


def erb_number(hz: Any) -> Any:
    """Return the ERB-number of a frequency in Hz (Glasberg & Moore 1990)."""
    return 9.265 * np.log1p(hz / (24.7 * 9.265))


def erb_number_to_hz(number: Any) -> Any:
    """Return the frequency in Hz of an ERB-number."""
    return 24.7 * 9.265 * np.expm1(number / 9.265)


def erb_filters(
    hz: np.ndarray, low_hz: float, high_hz: float, filters: int, sample_factor: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return half-cosine filters on the ERB-number scale whose squares sum to 1.

    hz      : (bins,) frequency of each DFT bin
    returns : (frequency, bins) gains, low-pass filters first, high-pass last; (frequency,) centers in Hz
    """
    count = sample_factor * (filters + 1) - 1
    numbers = np.linspace(erb_number(low_hz), erb_number(high_hz), count + 2)
    centers, width = numbers[1:-1], sample_factor * (numbers[1] - numbers[0])
    distance = (erb_number(hz) - centers[:, None]) / width
    band = np.where(np.abs(distance) < 1, np.cos(np.pi / 2 * distance), 0)
    edge = np.sqrt(np.maximum(1 - band**2, 0))
    low = np.where(distance[:sample_factor] < 0, edge[:sample_factor], 0)
    high = np.where(distance[-sample_factor:] > 0, edge[-sample_factor:], 0)
    lowest, highest = erb_number_to_hz(np.r_[numbers[0], numbers[-1]])
    ends = np.full(sample_factor, lowest), np.full(sample_factor, highest)
    centers_hz = np.r_[ends[0], erb_number_to_hz(centers), ends[1]]
    return np.r_[low, band, high] / math.sqrt(sample_factor), centers_hz


def low_pass(samples: Any, program: Program, factor: int) -> np.ndarray:
    """Return the taps of the envelopes' low-pass at times in samples from its middle, whole or not.

    factor  : samples from one frame to the next
    returns : 0 where |samples| > half x factor
    """
    frames = np.asarray(samples) / factor
    inside = np.abs(frames) <= program.half
    window = np.i0(KAISER * np.sqrt(np.where(inside, 1 - (frames / program.half) ** 2, 0))) / np.i0(KAISER)
    return np.where(inside, np.sinc(frames - program.late / factor) * window, 0) / _area(program, factor)


def _area(program: Program, factor: int) -> float:
    """Return the divisor of the windowed sinc: the sum of its taps, or the samples of a frame."""
    if not program.unit:
        return factor
    frames = np.arange(-program.half * factor, program.half * factor + 1) / factor
    return float((np.sinc(frames) * np.kaiser(len(frames), KAISER)).sum())


def lanczos(size: int, new_size: int, lobes: int = 3) -> np.ndarray:
    """Return the matrix (size, new_size) of Lanczos resampling with antialiasing, as in PIL."""
    scale = max(size / new_size, 1.0)
    centers = (np.arange(new_size) + 0.5) * size / new_size
    distance = (np.arange(size)[:, None] + 0.5 - centers) / scale
    weights = np.where(np.abs(distance) < lobes, np.sinc(distance) * np.sinc(distance / lobes), 0)
    return weights / weights.sum(axis=0)

"""The ear's filters as arrays: half-cosines on the ERB-number scale, the low-pass of the envelopes, Lanczos resizing."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

KAISER = 5.0  # beta of the low-pass window, in both programs


@dataclass(frozen=True)
class Program:
    """How a published program makes its envelopes and compresses them."""

    gain: float  # of the positive frequencies: with 2 the subband is the analytic signal
    floor: float  # least magnitude of a subband
    half: int  # frames that the low-pass reaches to each side
    late: float  # samples by which its sinc is off the middle of its window
    unit: bool  # its taps sum to 1
    padded: bool  # silence lies outside the clip; else the frames within `half` of its ends are left out
    offset: float  # added to the envelope before it is compressed
    slope: float  # the largest slope of the compression in backward: it is infinite at 0


# scipy.signal.resample_poly low-passes for pycochleagram, which has no backward: its slope is ours, and bounds envelopes below 1e-5.
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
    returns : (frequency, bins) gains, low-pass ones first, high-pass ones last; (frequency,) centres in Hz
    """
    count = sample_factor * (filters + 1) - 1
    numbers = np.linspace(erb_number(low_hz), erb_number(high_hz), count + 2)
    centres, width = numbers[1:-1], sample_factor * (numbers[1] - numbers[0])
    distance = (erb_number(hz) - centres[:, None]) / width
    band = np.where(np.abs(distance) < 1, np.cos(np.pi / 2 * distance), 0)
    edge = np.sqrt(np.maximum(1 - band**2, 0))
    low = np.where(distance[:sample_factor] < 0, edge[:sample_factor], 0)
    high = np.where(distance[-sample_factor:] > 0, edge[-sample_factor:], 0)
    extra = erb_number_to_hz(np.r_[numbers[0], numbers[-1]])
    hz_of = np.r_[
        np.full(sample_factor, extra[0]), erb_number_to_hz(centres), np.full(sample_factor, extra[1])
    ]
    return np.r_[low, band, high] / math.sqrt(sample_factor), hz_of


def low_pass(samples: Any, program: Program, factor: int) -> np.ndarray:
    """Return the taps of the envelopes' low-pass at times in samples from its middle, which need not be whole.

    factor  : samples from one frame to the next
    returns : 0 where |samples| > half x factor
    """
    frames = np.asarray(samples) / factor
    inside = np.abs(frames) <= program.half
    window = np.i0(KAISER * np.sqrt(np.where(inside, 1 - (frames / program.half) ** 2, 0))) / np.i0(KAISER)
    return np.where(inside, np.sinc(frames - program.late / factor) * window, 0) / _area(program, factor)


def _area(program: Program, factor: int) -> float:
    """Return what the windowed sinc is divided by: the sum of its taps at whole samples, or the samples of a frame."""
    if not program.unit:
        return factor
    frames = np.arange(-program.half * factor, program.half * factor + 1) / factor
    return float((np.sinc(frames) * np.kaiser(len(frames), KAISER)).sum())


def lanczos(size: int, new_size: int, lobes: int = 3) -> np.ndarray:
    """Return the matrix (size, new_size) of Lanczos resampling with antialiasing, as PIL does it."""
    scale = max(size / new_size, 1.0)
    centres = (np.arange(new_size) + 0.5) * size / new_size
    distance = (np.arange(size)[:, None] + 0.5 - centres) / scale
    weights = np.where(np.abs(distance) < lobes, np.sinc(distance) * np.sinc(distance / lobes), 0)
    return weights / weights.sum(axis=0)

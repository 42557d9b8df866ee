"""Waveform -> cochleagram: what the ear sends on, differentiable, on the CPU or GPU.

H_i, ERB-spaced half-cosine filters -> envelope |2 X H_i| -> low-pass and fewer samples -> power 0.3

The filters are those of Kell et al. 2018 and pycochleagram. Each filter's band is narrow, so that its analytic
signal is an inverse DFT of its own few bins at a low rate; `exact` computes it at the full rate instead.
"""

import math
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from pipeline.audio import Sound
from pipeline.params import section

KAISER = 5.0  # beta of the low-pass window, as scipy.signal.resample_poly
HALF_TAPS = 10  # of the low-pass, in output frames each side, as scipy.signal.resample_poly
FLOOR = 1e-7  # of the envelope: below it the compression's slope is held, above it nothing changes


@section
class CochleagramParams:
    """Params section `cochleagram`."""

    low_hz: float  # lowest and highest frequency
    high_hz: float
    filters: int  # that would just cover the range, without overlap
    sample_factor: int  # how many times denser they are: 4 is the paper's
    envelope_hz: float  # rate of the envelopes
    compression: float  # power of the envelope
    rms: float  # level to which every clip is first brought
    image: tuple[int, int] | None  # frequency, time of the Lanczos-resized picture scaled to 0..255, or none
    oversampling: float  # of the low rate: higher is closer to exact, and slower


def erb_number(hz: Any) -> Any:
    """Return the ERB-number of a frequency in Hz (Glasberg & Moore 1990)."""
    return 9.265 * np.log1p(hz / (24.7 * 9.265))


def erb_number_to_hz(number: Any) -> Any:
    """Return the frequency in Hz of an ERB-number."""
    return 24.7 * 9.265 * np.expm1(number / 9.265)


def erb_filters(hz: np.ndarray, low_hz: float, high_hz: float, filters: int, sample_factor: int) -> tuple[np.ndarray, np.ndarray]:
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
    hz_of = np.r_[np.full(sample_factor, extra[0]), erb_number_to_hz(centres), np.full(sample_factor, extra[1])]
    return np.r_[low, band, high] / math.sqrt(sample_factor), hz_of


def low_pass(frames: np.ndarray) -> np.ndarray:
    """Return the impulse response of the envelopes' low-pass at times in output frames, before normalisation."""
    inside = np.abs(frames) <= HALF_TAPS
    window = np.i0(KAISER * np.sqrt(np.where(inside, 1 - (frames / HALF_TAPS) ** 2, 0))) / np.i0(KAISER)
    return np.where(inside, np.sinc(frames) * window, 0)


@cache
def decimation(points: int, samples: int, frames: int) -> np.ndarray:
    """Return the matrix (points, frames) from envelopes at a low rate to low-passed output frames.

    `points` envelope values lie evenly over a clip of `samples`, which is silent outside. It is the sum over
    all samples, low-pass centred at each frame, as the trapezoidal rule gives it from the points alone: the
    first point is also the last one's successor, so that the clip's two ends weigh 1/2 + 1/2T and 1/2 - 1/2T.
    """
    step = samples / points  # T, in samples
    times = np.arange(points + 1) * frames / points
    matrix = low_pass(times[:, None] - np.arange(frames))
    matrix[0] *= 0.5 + 0.5 / step
    matrix[-1] *= 0.5 - 0.5 / step
    matrix[0] += matrix[-1]
    factor = samples / frames
    taps = low_pass(np.arange(-HALF_TAPS * factor, HALF_TAPS * factor + 1) / factor).sum()  # unit gain at DC
    return matrix[:-1] * (step / taps)


def lanczos(size: int, new_size: int, lobes: int = 3) -> np.ndarray:
    """Return the matrix (size, new_size) of Lanczos resampling with antialiasing, as PIL does it."""
    scale = max(size / new_size, 1.0)
    centres = (np.arange(new_size) + 0.5) * size / new_size
    distance = (np.arange(size)[:, None] + 0.5 - centres) / scale
    weights = np.where(np.abs(distance) < lobes, np.sinc(distance) * np.sinc(distance / lobes), 0)
    return weights / weights.sum(axis=0)


class Cochleagram(nn.Module):
    """Waveform (batch, samples) -> cochleagram (batch, frequency, time), float32 or float64 as its input.

    params : what to compute
    sound  : rate and length of the clips
    exact  : take the full-rate definition rather than the fast one
    raises : ValueError where the params do not fit the sound, or a clip has another length
    """

    def __init__(self, params: CochleagramParams, sound: Sound, exact: bool = False):
        super().__init__()
        self.params, self.samples, self.exact = params, sound.samples, exact
        self.frames = _frames(params, sound)
        hz = np.fft.rfftfreq(self.samples, 1 / sound.sample_rate)
        gains, self.centres_hz = erb_filters(hz, params.low_hz, params.high_hz, params.filters, params.sample_factor)
        gains[:, 1 : -1 if self.samples % 2 == 0 else None] *= 2  # analytic signal
        self.duration_s = sound.clip_s
        if exact:
            self._constant("gains", gains)
            self._constant("to_frames", decimation(self.samples, self.samples, self.frames))
        else:
            self._group(gains)
        if params.image:
            self._constant("resize_frequency", lanczos(len(gains), params.image[0]))
            self._constant("resize_time", lanczos(self.frames, params.image[1]))

    @property
    def shape(self) -> tuple[int, int]:
        """Return (frequency, time) of the output."""
        return self.params.image or (len(self.centres_hz), self.frames)

    def forward(self, waveform: Tensor) -> Tensor:
        """Return the cochleagrams (batch, frequency, time) of waveforms (batch, samples)."""
        if waveform.ndim != 2 or waveform.shape[1] != self.samples:
            raise ValueError(f"waveform has shape {tuple(waveform.shape)}; expected (batch, {self.samples}) samples.")
        with torch.autocast(waveform.device.type, enabled=False):  # bf16 has no FFT
            waveform = waveform if waveform.dtype == torch.float64 else waveform.float()
            envelopes = self.envelopes(self._level(waveform))
            compressed = envelopes.clamp_min(FLOOR) ** self.params.compression
            return self._picture(compressed) if self.params.image else compressed

    def envelopes(self, waveform: Tensor) -> Tensor:
        """Return low-passed envelopes, (batch, frequency, time), before compression."""
        spectrum = torch.fft.rfft(waveform)
        if self.exact:
            analytic = torch.fft.ifft(spectrum[:, None] * self.gains.to(waveform.dtype), self.samples)
            return analytic.abs() @ self.to_frames.to(waveform.dtype)
        bands = [self._band(spectrum, number) for number in range(self.groups)]
        return torch.cat(bands, dim=1)[:, self.order]

    def _band(self, spectrum: Tensor, number: int) -> Tensor:
        """Return the envelopes of the filters of one low rate, (batch, filters, time)."""
        gains, bins, matrix = (getattr(self, f"{name}_{number}") for name in ("gains", "bins", "matrix"))
        points = matrix.shape[0]
        band = spectrum[:, bins] * gains.to(spectrum.real.dtype)  # the shift of each band to 0 Hz leaves its envelope
        return torch.fft.ifft(band, points).abs() @ matrix.to(spectrum.real.dtype)

    def _group(self, gains: np.ndarray) -> None:
        """Sort filters by the rate they need: points = frames x k, k a power of 2 or 3 times one."""
        first = (gains > 0).argmax(axis=1)
        width = gains.shape[1] - (gains[:, ::-1] > 0).argmax(axis=1) - first
        need = np.maximum(self.params.oversampling * width / self.frames, 2)
        rates = np.array([next(k for k in RATES if k >= n) for n in need])
        self.groups = len(set(rates))
        for number, k in enumerate(sorted(set(rates))):
            chosen = np.flatnonzero(rates == k)
            widest = width[chosen].max()
            bins = np.minimum(first[chosen, None] + np.arange(widest), gains.shape[1] - 1)
            inside = np.arange(widest) < width[chosen, None]
            points = min(k * self.frames, self.samples)
            self._constant(f"gains_{number}", np.where(inside, np.take_along_axis(gains[chosen], bins, 1), 0) * points / self.samples)
            self.register_buffer(f"bins_{number}", torch.from_numpy(bins), persistent=False)
            self._constant(f"matrix_{number}", decimation(points, self.samples, self.frames))
        self.register_buffer("order", torch.from_numpy(np.argsort(np.argsort(rates, kind="stable"))), persistent=False)

    def _level(self, waveform: Tensor) -> Tensor:
        centred = waveform - waveform.mean(dim=1, keepdim=True)
        return centred * (self.params.rms / centred.square().mean(dim=1, keepdim=True).sqrt().clamp_min(1e-8))

    def _picture(self, cochleagram: Tensor) -> Tensor:
        low, high = cochleagram.amin((1, 2), keepdim=True), cochleagram.amax((1, 2), keepdim=True)
        scaled = 255 * (cochleagram - low) / (high - low).clamp_min(1e-8)
        return self.resize_frequency.T.to(scaled.dtype) @ scaled @ self.resize_time.to(scaled.dtype)

    def _constant(self, name: str, value: np.ndarray) -> None:
        """Keep a constant that moves with the module, in float64 until it is used, and is in no checkpoint."""
        self.register_buffer(name, torch.from_numpy(np.ascontiguousarray(value)).float(), persistent=False)


RATES = sorted(m * 2**n for n in range(12) for m in (2, 3))


def _frames(params: CochleagramParams, sound: Sound) -> int:
    if not 0 <= params.low_hz < params.high_hz <= sound.sample_rate / 2:
        raise ValueError(
            f"cochleagram: {params.low_hz} to {params.high_hz} Hz; expected 0 <= low_hz < high_hz <= {sound.sample_rate / 2} Hz, "
            f"half of sound.sample_rate."
        )
    frames = params.envelope_hz * sound.clip_s
    if frames != int(frames) or sound.samples % int(frames):
        raise ValueError(f"cochleagram.envelope_hz {params.envelope_hz} does not divide sound.sample_rate {sound.sample_rate} into whole frames.")
    return int(frames)

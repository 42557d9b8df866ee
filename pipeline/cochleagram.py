"""Waveform -> cochleagram: what the ear sends on, differentiable, on the CPU or GPU.

H_i, ERB-spaced half-cosine filters -> envelope |2 X H_i| -> low-pass and fewer samples -> power 0.3

The filters are those of Kell et al. 2018 and pycochleagram. Each filter's band is narrow, so that its analytic signal is an
inverse DFT of its own few bins at a low rate, k points an output frame; `exact` takes a point for every sample instead.
"""

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from pipeline.audio import Sound
from pipeline.params import section

KAISER = 5.0  # beta of the low-pass window, as scipy.signal.resample_poly
HALF_TAPS = 10  # of the low-pass, in output frames each side, as scipy.signal.resample_poly
BLOCK = 2 * HALF_TAPS  # frames low-passed together
STRIP = 32  # rows or columns of a picture resized together
FLOOR = 1e-7  # of the envelope: the compression's slope is infinite at 0, and the low-pass goes below
SILENCE = 1e-8  # rms, and range of a cochleagram, below which nothing is amplified
TINY = 1e-30  # of a squared envelope: the slope of its root is infinite at 0
RATES = sorted(2**a * 3**b * 5**c for a in range(10) for b in range(6) for c in range(4))  # k for which the DFT is fast
CHUNK = 2**18  # points computed together on a CPU, to suit its caches


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
    oversampling: float  # low rate over (bandwidth + envelope_hz), at least 1: higher is closer to exact, and slower


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


def decimation(factor: int, k: int) -> np.ndarray:
    """Return the matrix of the low-pass, from a block of frames' points (block x k) to the frames within its reach (2 block).

    factor : samples from one frame to the next
    The points lie amid the samples that each stands for, so that no end of the clip needs a weight of its own. The
    frames begin half a block before the first point.
    """
    step = factor / k  # samples from one point to the next
    times = (np.arange(BLOCK * k) * step + (step - 1) / 2) / factor
    taps = low_pass(np.arange(-HALF_TAPS * factor, HALF_TAPS * factor + 1) / factor).sum()  # unit gain at DC
    return low_pass(times[:, None] - np.arange(-HALF_TAPS, BLOCK + HALF_TAPS)) * (step / taps)


def decimate(points: Tensor, matrix: Tensor, frames: int) -> Tensor:
    """Return low-passed frames (rows, frames) of (rows, points), silent outside, by overlap and add.

    points of block      0       1       2
    frames           |---0---|
                         |---1---|
                             |---2---|
    """
    if rest := points.shape[1] % len(matrix):
        points = pad(points, (0, len(matrix) - rest))
    reach = (points.reshape(-1, len(matrix)) @ matrix).view(len(points), -1, 2, BLOCK)
    overlapped = pad(reach[:, :, 0], (0, 0, 0, 1)) + pad(reach[:, :, 1], (0, 0, 1, 0))
    return overlapped.flatten(1)[:, HALF_TAPS : HALF_TAPS + frames]


def magnitude(signal: Tensor) -> Tensor:
    """Return |signal| of a complex tensor, three times as fast as `abs`; its gradient at 0 is 0."""
    squares = torch.view_as_real(signal) * torch.view_as_real(signal)
    return (squares[..., 0] + squares[..., 1]).clamp_min(TINY).sqrt()


def lanczos(size: int, new_size: int, lobes: int = 3) -> np.ndarray:
    """Return the matrix (size, new_size) of Lanczos resampling with antialiasing, as PIL does it."""
    scale = max(size / new_size, 1.0)
    centres = (np.arange(new_size) + 0.5) * size / new_size
    distance = (np.arange(size)[:, None] + 0.5 - centres) / scale
    weights = np.where(np.abs(distance) < lobes, np.sinc(distance) * np.sinc(distance / lobes), 0)
    return weights / weights.sum(axis=0)


class Cochleagram(nn.Module):
    """Waveform (batch, samples) -> cochleagram (batch, frequency, time), float64 if its input is, else float32.

    params : what to compute
    sound  : rate and length of the clips
    exact  : take the full-rate definition rather than the fast one
    raises : ValueError where the params do not fit the sound, or a clip has another length
    """

    def __init__(self, params: CochleagramParams, sound: Sound, exact: bool = False):
        super().__init__()
        self.params, self.samples, self.duration_s = params, sound.samples, sound.clip_s
        self.frames = _frames(params, sound)
        hz = np.fft.rfftfreq(self.samples, 1 / sound.sample_rate)
        gains, self.centres_hz = erb_filters(hz, params.low_hz, params.high_hz, params.filters, params.sample_factor)
        gains[:, 1 : -1 if self.samples % 2 == 0 else None] *= 2  # analytic signal
        self._arrays: dict[str, np.ndarray] = {}
        self._tensors: dict[tuple[str, torch.dtype, torch.device], Tensor] = {}
        self._group(gains / self.samples, np.inf if exact else params.oversampling)
        if params.image:
            self._strips = {"frequency": self._split("frequency", lanczos(len(gains), params.image[0]))}
            self._strips["time"] = self._split("time", lanczos(self.frames, params.image[1]))

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
            compressed = torch.exp(self.params.compression * self.envelopes(self._level(waveform)).clamp_min(FLOOR).log())  # faster than **
            return self._picture(compressed) if self.params.image else compressed

    def envelopes(self, waveform: Tensor) -> Tensor:
        """Return low-passed envelopes, (batch, frequency, time), before compression."""
        spectrum = torch.fft.rfft(waveform)
        bands = torch.cat([self._band(spectrum, k) for k in self.rates], dim=1)
        return bands.index_select(1, self.constant("order", waveform))

    def chunk(self, k: int) -> int:
        """Return how many clips' filters of k points a frame a CPU computes together."""
        return max(1, CHUNK // self._arrays[f"gains {k}"].shape[0] // (k * self.frames))

    def _band(self, spectrum: Tensor, k: int) -> Tensor:
        """Return the envelopes of the filters that need k points a frame, (batch, filters, time)."""
        gains, bins, matrix = (self.constant(f"{name} {k}", spectrum) for name in ("gains", "bins", "matrix"))
        bands = []
        for clips in spectrum.split(self.chunk(k) if spectrum.device.type == "cpu" else len(spectrum)):
            inputs = clips.gather(1, bins.expand(len(clips), -1)).unflatten(1, gains.shape) * gains
            subbands = torch.fft.ifft(inputs, k * self.frames, norm="forward").flatten(0, 1)  # shifted to 0 Hz: the envelopes are the same
            bands.append(decimate(magnitude(subbands), matrix, self.frames))
        return torch.cat(bands).unflatten(0, (len(spectrum), len(gains)))

    def _group(self, gains: np.ndarray, oversampling: float) -> None:
        """Put filters together that need the same rate; lay out their gains, (filters, bins of the widest), and where these lie."""
        first = (gains > 0).argmax(axis=1)
        width = gains.shape[1] - (gains[:, ::-1] > 0).argmax(axis=1) - first
        if not (gains > 0).any(axis=1).all():
            empty = self.centres_hz[~(gains > 0).any(axis=1)]
            raise ValueError(
                f"cochleagram: the filters at {', '.join(f'{hz:.1f}' for hz in empty)} Hz are narrower than the {1 / self.duration_s:g} Hz "
                f"that a clip of {self.duration_s} s resolves. Lower cochleagram.filters or raise low_hz."
            )
        factor = self.samples // self.frames
        need = oversampling * (width / self.frames + 1)  # rate of the points over (bandwidth + rate of the frames)
        rates = [next((k for k in RATES if n <= k < factor), factor) for n in need]
        for k in sorted(set(rates)):
            chosen = np.flatnonzero(np.equal(rates, k))
            bins = first[chosen, None] + np.arange(width[chosen].max())
            inside, bins = bins < (first + width)[chosen, None], np.minimum(bins, gains.shape[1] - 1)
            delay = np.exp(1j * np.pi * bins * (factor / k - 1) / self.samples)  # to the points' times
            self._arrays[f"gains {k}"] = np.where(inside, gains[chosen[:, None], bins], 0) * delay
            self._arrays[f"bins {k}"] = bins.ravel()
            self._arrays[f"matrix {k}"] = decimation(factor, k)
        self._arrays["order"] = np.argsort(np.argsort(rates, kind="stable"))
        self.rates = sorted(set(rates))

    def _level(self, waveform: Tensor) -> Tensor:
        """Return waveforms without their mean, at the rms of the params; silence stays silent."""
        centred = waveform - waveform.mean(dim=1, keepdim=True)
        return centred * (self.params.rms / centred.square().mean(dim=1, keepdim=True).clamp_min(SILENCE**2).sqrt())

    def _picture(self, cochleagram: Tensor) -> Tensor:
        """Return cochleagrams scaled to 0..255 and resized."""
        low, high = cochleagram.amin((1, 2), keepdim=True), cochleagram.amax((1, 2), keepdim=True)
        scaled = (cochleagram - low) * (255 / (high - low).clamp_min(SILENCE))
        return self._resize(self._resize(scaled, "time").mT, "frequency").mT

    def _resize(self, picture: Tensor, name: str) -> Tensor:
        """Return a picture resized along its last dimension."""
        strips = [picture[..., inputs] @ self.constant(strip, picture) for strip, inputs in self._strips[name].items()]
        return torch.cat(strips, dim=-1)

    def _split(self, name: str, matrix: np.ndarray) -> dict[str, slice]:
        """Keep a banded matrix as strips of its columns; return each one's name and the rows where it is not zero."""
        strips = {}
        for start in range(0, matrix.shape[1], STRIP):
            columns = matrix[:, start : start + STRIP]
            rows = np.flatnonzero(columns.any(axis=1))
            strips[f"{name} {start}"] = inputs = slice(rows[0].item(), rows[-1].item() + 1)
            self._arrays[f"{name} {start}"] = columns[inputs]
        return strips

    def constant(self, name: str, like: Tensor) -> Tensor:
        """Return a constant in the precision and on the device of `like`; made at first use, it is in no checkpoint."""
        key = name, like.dtype, like.device
        if key not in self._tensors:
            kind = {"i": torch.int64, "f": like.dtype.to_real(), "c": like.dtype.to_complex()}[self._arrays[name].dtype.kind]
            with torch.inference_mode(False):  # or training after a validation could not use it
                self._tensors[key] = torch.tensor(self._arrays[name], dtype=kind, device=like.device)
        return self._tensors[key]


def _frames(params: CochleagramParams, sound: Sound) -> int:
    """Return the number of output frames, once the params are checked against the sound."""
    if not 0 <= params.low_hz < params.high_hz <= sound.sample_rate / 2:
        raise ValueError(
            f"cochleagram: {params.low_hz} to {params.high_hz} Hz; expected 0 <= low_hz < high_hz <= {sound.sample_rate / 2} Hz, "
            f"half of sound.sample_rate."
        )
    if params.filters < 1 or params.sample_factor < 1 or (params.image and min(params.image) < 1):
        raise ValueError(
            f"cochleagram: filters {params.filters}, sample_factor {params.sample_factor}, image {params.image}; expected at least 1 each."
        )
    if params.oversampling < 1:
        raise ValueError(
            f"cochleagram.oversampling is {params.oversampling}; expected at least 1: below it the bands alias. 2 errs by 0.05 % on noise."
        )
    if min(params.compression, params.rms, params.envelope_hz) <= 0:
        raise ValueError(
            f"cochleagram: compression {params.compression}, rms {params.rms}, envelope_hz {params.envelope_hz}; expected more than 0."
        )
    frames = params.envelope_hz * sound.clip_s
    if frames < 1 or frames != int(frames) or sound.samples % int(frames):
        raise ValueError(
            f"cochleagram.envelope_hz {params.envelope_hz} gives {frames:g} frames a clip of {sound.samples} samples; expected a whole "
            f"number that divides the samples. Change envelope_hz or sound.clip_s."
        )
    return int(frames)

"""Waveform -> cochleagram: what the ear sends on, differentiable, on the CPU or GPU.

H_i, ERB-spaced half-cosine filters -> envelope |2 X H_i| -> low-pass and fewer samples -> power 0.3

The definitions are those of Kell et al. 2018 (program pycochleagram) and of chcochleagram; `subbands` has the fast way there.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import conv1d, pad

from pipeline.audio import Sound
from pipeline.ear.filters import PROGRAMS, erb_filters, lanczos, low_pass
from pipeline.ear.subbands import Constant, Envelopes, group_filters, squared_magnitude
from pipeline.params import section

STRIP = 32  # rows or columns of a picture resized together
SILENCE = 1e-8  # rms, and range of a cochleagram, below which nothing is amplified
CHUNK = {
    "cpu": 2**22,
    "cuda": 2**26,
}  # points computed together: a few megabytes a group of filters on a CPU, a hundred on a GPU


@section
class CochleagramParams:
    """Params section `cochleagram`."""

    program: Literal["pycochleagram", "chcochleagram"]  # whose envelopes, low-pass and compression
    low_hz: float  # lowest and highest frequency
    high_hz: float
    filters: int  # that cover the range, each overlapping the next by half
    sample_factor: int  # how many times denser they are, as wide: 4 is the paper's. Rows: sample_factor x (filters + 3) - 1
    padding: int  # zeros after the clip, in samples
    envelope_hz: float  # rate of the envelopes
    compression: float  # power of the envelope
    rms: float | None  # to which every clip is first brought, its mean removed; or none: as it comes
    image: tuple[int, int] | None  # frequency, time of the Lanczos-resized picture scaled to 0..255, or none
    oversampling: (
        float  # low rate over (bandwidth + envelope_hz), at least 1: higher is closer to exact, and slower
    )


_KELL = CochleagramParams(
    program="pycochleagram", low_hz=20.0, high_hz=8000.0, filters=50, sample_factor=4, padding=0, envelope_hz=200.0,
    compression=0.3, rms=None, image=(256, 256), oversampling=2.25,
)  # fmt: skip
PRESETS = {
    "kell2018": (_KELL, Sound(sample_rate=16000, clip_s=2.0)),
    "cochdnn": (
        replace(_KELL, program="chcochleagram", low_hz=50.0, high_hz=10000.0, rms=0.1, image=None),
        Sound(sample_rate=20000, clip_s=2.0),
    ),
}


class Cochleagram(nn.Module):
    """Waveform (batch, samples) -> cochleagram (batch, frequency, time), float64 if its input is, else float32.

    params : what to compute
    sound  : rate and length of the clips
    exact  : take the definition as it is written, at the rate of the samples: slow
    raises : ValueError where the params do not fit the sound, or a clip has another length

    In backward the power's slope is clipped, and what the low-pass made negative passes its gradient on, as in chcochleagram.
    """

    def __init__(self, params: CochleagramParams, sound: Sound, exact: bool = False):
        super().__init__()
        frames = _frames(params, sound)
        self.params, self.sound, self.program = params, sound, PROGRAMS[params.program]
        self.samples, self.length, self.factor = (
            sound.samples,
            sound.samples + params.padding,
            sound.samples // frames,
        )
        hz = np.fft.rfftfreq(self.length, 1 / sound.sample_rate)
        gains, self.centres_hz = erb_filters(
            hz, params.low_hz, params.high_hz, params.filters, params.sample_factor
        )
        _check_widths(gains, self.centres_hz, self.length / sound.sample_rate)
        gains[:, 1 : -1 if self.length % 2 == 0 else None] *= self.program.gain
        self.gains, self.taps = Constant(gains), Constant(self._taps())
        sizes = self.samples, self.length, frames
        self.groups = (
            [] if exact else group_filters(gains / self.length, self.program, *sizes, params.oversampling)
        )
        self.frames = frames if self.program.padded else frames - 2 * self.program.half
        self.strips = [
            _strips(lanczos(old, new))
            for old, new in zip((len(gains), self.frames), params.image or (), strict=False)
        ]

    @classmethod
    def preset(
        cls, name: str, exact: bool = False, sound: Sound | None = None, **changes: Any
    ) -> "Cochleagram":
        """Return a published cochleagram, with `changes` to its params: kell2018 or cochdnn.

        With padding=2 and exact, kell2018 is what the released demo computes.
        """
        if name not in PRESETS:
            raise ValueError(f"there is no cochleagram preset '{name}'; there are {', '.join(PRESETS)}.")
        params, published = PRESETS[name]
        return cls(replace(params, **changes), sound or published, exact)

    @property
    def shape(self) -> tuple[int, int]:
        """Return (frequency, time) of the output."""
        return self.params.image or (len(self.centres_hz), self.frames)

    @property
    def frequencies_hz(self) -> np.ndarray:
        """Return the centre frequency of each row of the output, (frequency,) Hz; those of a picture lie between filters."""
        count, rows = len(self.centres_hz), self.shape[0]
        return np.interp((np.arange(rows) + 0.5) * count / rows - 0.5, np.arange(count), self.centres_hz)

    @property
    def times_s(self) -> np.ndarray:
        """Return the time of each column of the output, (time,) s from the clip's beginning."""
        first = 0 if self.program.padded else self.program.half
        columns = (np.arange(self.shape[1]) + 0.5) * self.frames / self.shape[1] - 0.5
        return (first + columns) * self.factor / self.sound.sample_rate

    def forward(self, waveform: Tensor) -> Tensor:
        """Return the cochleagrams (batch, frequency, time) of waveforms (batch, samples)."""
        if waveform.ndim != 2 or waveform.shape[1] != self.samples or not len(waveform):
            raise ValueError(
                f"waveform has shape {tuple(waveform.shape)}; expected (batch, {self.samples}) samples, a clip or more."
            )
        return in_full_precision(self._hear, waveform)

    def chunk(self, device: torch.device) -> int:
        """Return how many clips are computed together."""
        points = sum(len(group.gains.array) * group.points for group in self.groups) or self.length * len(
            self.centres_hz
        )
        return max(1, CHUNK.get(device.type, CHUNK["cuda"]) // points)

    def envelopes(self, waveform: Tensor) -> Tensor:
        """Return low-passed envelopes, (batch, frequency, time), before compression, of waveforms as they come."""
        return in_full_precision(
            lambda x: torch.cat([self._envelopes(clips) for clips in x.split(self.chunk(x.device))]), waveform
        )

    def _hear(self, waveform: Tensor) -> Tensor:
        power, offset, slope = self.params.compression, self.program.offset, self.program.slope
        heard = []
        for clips in waveform.split(self.chunk(waveform.device)):
            envelopes = self._envelopes(clips if self.params.rms is None else level(clips, self.params.rms))
            heard.append(self._picture(Compression.apply(envelopes, power, offset, slope)))
        return torch.cat(heard)

    def _envelopes(self, waveform: Tensor) -> Tensor:
        spectrum = torch.fft.rfft(waveform, n=self.length)
        return Envelopes.apply(spectrum, self.groups) if self.groups else self._exact(spectrum)

    def _exact(self, spectrum: Tensor) -> Tensor:
        """Return low-passed envelopes by the definition: subbands of every filter at the rate of the samples."""
        bands = spectrum[:, None] * self.gains.like(spectrum)
        analytic = torch.fft.ifft(bands, n=self.length)  # no negative frequencies
        envelopes = magnitude(analytic, self.program.floor)[..., : self.samples].flatten(0, 1)
        taps = self.taps.like(envelopes)
        if self.program.padded:
            envelopes = pad(envelopes, (len(taps) // 2, len(taps) // 2))
        return conv1d(envelopes[:, None], taps[None, None], stride=self.factor)[:, 0].unflatten(
            0, bands.shape[:2]
        )[..., : self.frames]

    def _taps(self) -> np.ndarray:
        half = self.program.half * self.factor
        return low_pass(np.arange(-half, half + 1), self.program, self.factor)

    def _picture(self, cochleagram: Tensor) -> Tensor:
        """Return cochleagrams scaled to 0..255 and resized, if they are to be."""
        if not self.params.image:
            return cochleagram
        low, high = cochleagram.amin((1, 2), keepdim=True), cochleagram.amax((1, 2), keepdim=True)
        scaled = (cochleagram - low) * (255 / (high - low).clamp_min(SILENCE))
        frequency, time = self.strips
        return _resize(_resize(scaled, time).mT, frequency).mT


class Compression(torch.autograd.Function):
    """(max(0, envelope) + offset)^power, its slope at most `slope`, also where the envelope is negative (chcochleagram)."""

    @staticmethod
    def forward(ctx: Any, envelopes: Tensor, power: float, offset: float, slope: float) -> Tensor:
        """Return the compressed envelopes."""
        positive = envelopes.clamp_min(0)
        positive = positive.add_(offset) if offset else positive
        ctx.power, ctx.slope = power, slope
        if ctx.needs_input_grad[0]:
            ctx.save_for_backward(positive)
            positive = positive.clone()
        return positive.log_().mul_(power).exp_()  # faster than **

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        """Return the gradient of the envelopes."""
        (positive,) = ctx.saved_tensors
        return gradient * (ctx.power * positive.pow(ctx.power - 1)).clamp_max_(ctx.slope), None, None, None


def in_full_precision(function: Callable[[Tensor], Tensor], waveform: Tensor) -> Tensor:
    """Return function(waveform) in float32 (float64 if it is that), whatever the autocast of forward or of backward."""
    waveform = waveform if waveform.dtype == torch.float64 else waveform.float()
    if torch.is_grad_enabled() and waveform.requires_grad:
        return FullPrecision.apply(waveform, function)
    with torch.autocast(waveform.device.type, enabled=False):
        return function(waveform)


class FullPrecision(torch.autograd.Function):
    """A function of one tensor whose gradient too is out of autocast's reach; it has no second derivative."""

    @staticmethod
    def forward(ctx: Any, waveform: Tensor, function: Callable[[Tensor], Tensor]) -> Tensor:
        """Return function(waveform)."""
        with torch.autocast(waveform.device.type, enabled=False), torch.enable_grad():
            ctx.waveform = waveform.detach().requires_grad_()
            ctx.result = function(ctx.waveform)
        return ctx.result.detach()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """Return the gradient of the waveform."""
        if torch.is_grad_enabled():
            raise RuntimeError("the cochleagram has no second derivative: leave out create_graph=True.")
        with torch.autocast(gradient.device.type, enabled=False):
            return torch.autograd.grad(ctx.result, ctx.waveform, gradient, retain_graph=True)[0], None


def level(waveform: Tensor, rms: float) -> Tensor:
    """Return waveforms (batch, samples) without their mean, at `rms`; silence stays silent."""
    centred = waveform - waveform.mean(dim=1, keepdim=True)
    norm = torch.linalg.vector_norm(centred, dim=1, keepdim=True)
    return centred * (rms * waveform.shape[1] ** 0.5 / norm.clamp_min(SILENCE * waveform.shape[1] ** 0.5))


def magnitude(signal: Tensor, floor: float = 0.0) -> Tensor:
    """Return |signal| of a complex tensor, at least `floor`, where its gradient is 0."""
    power = squared_magnitude(signal)
    return power.clamp_min(max(floor**2, torch.finfo(power.dtype).tiny)).sqrt()


def _strips(matrix: np.ndarray) -> list[tuple[slice, Constant]]:
    """Return a banded matrix as strips of its columns, each with the rows where it is not zero."""
    strips = []
    for start in range(0, matrix.shape[1], STRIP):
        columns = matrix[:, start : start + STRIP]
        rows = np.flatnonzero(columns.any(axis=1))
        inputs = slice(rows[0].item(), rows[-1].item() + 1)
        strips.append((inputs, Constant(columns[inputs])))
    return strips


def _resize(picture: Tensor, strips: list[tuple[slice, Constant]]) -> Tensor:
    """Return a picture resized along its last dimension."""
    return torch.cat([picture[..., inputs] @ strip.like(picture) for inputs, strip in strips], dim=-1)


def _check_widths(gains: np.ndarray, centres_hz: np.ndarray, duration_s: float) -> None:
    empty = ~(gains > 0).any(axis=1)
    if empty.any():
        raise ValueError(
            f"cochleagram: the filters at {', '.join(f'{hz:.1f}' for hz in centres_hz[empty])} Hz are narrower than the "
            f"{1 / duration_s:g} Hz that a clip of {duration_s:g} s resolves. Lower cochleagram.filters or raise low_hz."
        )


def _frames(params: CochleagramParams, sound: Sound) -> int:
    """Return the number of frames in a clip, once the params are checked against the sound."""
    if not 0 <= params.low_hz < params.high_hz <= sound.sample_rate / 2:
        raise ValueError(
            f"cochleagram: {params.low_hz} to {params.high_hz} Hz; expected 0 <= low_hz < high_hz <= {sound.sample_rate / 2} Hz, "
            f"half of sound.sample_rate."
        )
    if params.filters < 1 or params.sample_factor < 1 or (params.image and min(params.image) < 1):
        raise ValueError(
            f"cochleagram: filters {params.filters}, sample_factor {params.sample_factor}, image {params.image}; expected at least 1 each."
        )
    if not 0 <= params.padding < sound.samples:
        raise ValueError(
            f"cochleagram.padding is {params.padding}; expected 0 to {sound.samples - 1} samples, less than a clip."
        )
    if not params.oversampling >= 1:
        raise ValueError(
            f"cochleagram.oversampling is {params.oversampling}; expected at least 1: below it the bands alias. 2.25 errs by under 0.1 %."
        )
    if not min(params.compression, params.envelope_hz) > 0 or not (params.rms is None or params.rms > 0):
        raise ValueError(
            f"cochleagram: compression {params.compression}, rms {params.rms}, envelope_hz {params.envelope_hz}; expected more than 0."
        )
    frames = params.envelope_hz * sound.clip_s
    count = round(frames) if math.isfinite(frames) else 0
    if count < 1 or not math.isclose(frames, count, rel_tol=1e-9) or sound.samples % count:
        raise ValueError(
            f"cochleagram.envelope_hz {params.envelope_hz} gives {frames:g} frames a clip of {sound.samples} samples; expected a whole "
            f"number that divides the samples. Change envelope_hz or sound.clip_s."
        )
    lost = 0 if PROGRAMS[params.program].padded else 2 * PROGRAMS[params.program].half
    if count <= lost:
        raise ValueError(
            f"cochleagram.envelope_hz {params.envelope_hz} gives {frames:g} frames a clip, of which chcochleagram leaves out {lost} at its "
            f"ends; expected more. Raise envelope_hz or sound.clip_s, or set cochleagram.program to pycochleagram."
        )
    return count

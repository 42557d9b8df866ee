"""Waveform of one or two ears -> cochleagram, differentiable, on the CPU or a GPU.

filters H_i, half-cosines on the ERB scale -> envelope |2 X H_i| -> low-pass, lower rate -> power 0.3

The definitions are those of Kell et al. 2018 (program pycochleagram) and of chcochleagram.
The fast way to them is in `subbands`.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import conv1d, pad

from heschl.audio import Sound
from heschl.ear.constant import Constant
from heschl.ear.filters import PROGRAMS, erb_filters, low_pass
from heschl.ear.gradients import Compression, in_full_precision
from heschl.ear.interaural import Interaural
from heschl.ear.params import PRESETS, CochleagramParams, frames_of
from heschl.ear.picture import Picture
from heschl.ear.rectified import Rectified
from heschl.ear.subbands import Envelopes, group_filters, squared_magnitude

SILENCE = 1e-8  # rms below which nothing is amplified
CHUNK = {
    "cpu": 2**22,
    "cuda": 2**26,
}  # points computed together: some megabytes, on a GPU 100
EXPORTED = 2**16  # clips in a batch of an exported program, at most


class Cochleagram(nn.Module):
    """Waveform (batch, samples) -> cochleagram (batch, frequency, time), float32 or float64.

    With two channels, (batch, ears, samples) -> (batch, channel, frequency, time): the envelopes of both
    ears, or what `timing` puts in their place or beside them. A waveform of one channel is heard by both.

    params : what to compute
    sound  : sample rate and length of the clips
    exact  : compute the definition as it is written, at the rate of the samples, which is slow
    raises : ValueError if the params do not fit the sound, or if a clip has another length

    In backward the slope of the compression is clipped, and envelopes that the low-pass made negative pass
    their gradient on, as in chcochleagram.
    """

    def __init__(self, params: CochleagramParams, sound: Sound, exact: bool = False):
        super().__init__()
        frames = frames_of(params, sound)
        self.params, self.sound, self.program = params, sound, PROGRAMS[params.program]
        self.samples, self.length = sound.samples, sound.samples + params.padding
        self.factor = sound.samples // frames  # samples from one frame to the next
        hz = np.fft.rfftfreq(self.length, 1 / sound.sample_rate)
        gains, self.centers_hz = erb_filters(
            hz, params.low_hz, params.high_hz, params.filters, params.sample_factor
        )
        _check_widths(gains, self.centers_hz, self.length / sound.sample_rate)
        plain = gains.copy()
        gains[:, 1 : -1 if self.length % 2 == 0 else None] *= self.program.gain
        self.gains, self.taps = Constant(gains), Constant(self._taps())
        sizes = self.samples, self.length, frames
        filters = gains / self.length
        self.groups = [] if exact else group_filters(filters, self.program, *sizes, params.oversampling)
        self.frames = frames if self.program.padded else frames - 2 * self.program.half
        self.picture = Picture((len(gains), self.frames), params.image) if params.image else None
        self.rectified, self.interaural = None, None
        if params.timing and params.timing.form == "rectified":
            sizes = sound.samples, self.length, frames, sound.sample_rate
            self.rectified = Rectified(plain, *sizes, params.timing.limit_hz)
            self.frames = frames
        elif params.timing:
            fast = self.groups or group_filters(filters, self.program, *sizes, params.oversampling)
            self.interaural = Interaural(fast, self.frames, self.centers_hz, params.timing.limit_hz)

    @classmethod
    def preset(
        cls, name: str, exact: bool = False, sound: Sound | None = None, **changes: Any
    ) -> "Cochleagram":
        """Return a published cochleagram, kell2018 or cochdnn, with `changes` to its params.

        kell2018 with exact=True is what the released demo computes, with its two zeros after the clip.
        """
        if name not in PRESETS:
            raise ValueError(f"there is no cochleagram preset '{name}'; there are {', '.join(PRESETS)}.")
        params, published = PRESETS[name]
        return cls(replace(params, **changes), sound or published, exact)

    @property
    def shape(self) -> tuple[int, ...]:
        """Return (frequency, time) of the output, with two ears (channel, frequency, time)."""
        shape = self.params.image or (len(self.centers_hz), self.frames)
        return shape if self.sound.channels == 1 else (4 if self.interaural else 2, *shape)

    @property
    def frequencies_hz(self) -> np.ndarray:
        """Return the center frequency of each row of the output, (frequency,) Hz."""
        count, rows = len(self.centers_hz), self.shape[-2]
        return np.interp((np.arange(rows) + 0.5) * count / rows - 0.5, np.arange(count), self.centers_hz)

    @property
    def times_s(self) -> np.ndarray:
        """Return the time of each column of the output, (time,) s from the start of the clip."""
        first = 0 if self.program.padded or self.rectified else self.program.half
        columns = (np.arange(self.shape[-1]) + 0.5) * self.frames / self.shape[-1] - 0.5
        return (first + columns) * self.factor / self.sound.sample_rate

    def forward(self, waveform: Tensor) -> Tensor:
        """Return the cochleagrams of waveforms."""
        ears = self.sound.channels
        if ears == 2 and waveform.ndim == 2:
            waveform = waveform[:, None].expand(-1, 2, -1)
        expected = (self.samples,) if ears == 1 else (ears, self.samples)
        if waveform.shape[1:] != expected or waveform.shape[0] == 0:
            raise ValueError(
                f"waveform has shape {tuple(waveform.shape)}; expected (batch, "
                f"{', '.join(map(str, expected))}) samples, at least one clip."
            )
        return in_full_precision(self._hear if ears == 1 else self._hear_both, waveform)

    def chunk(self, device: torch.device) -> int:
        """Return how many clips are computed together; all in an exported program."""
        if torch.compiler.is_exporting():
            return EXPORTED
        grouped = sum(len(group.gains.array) * group.points for group in self.groups if not self.rectified)
        points = grouped or self.length * len(self.centers_hz)
        return max(1, CHUNK.get(device.type, CHUNK["cuda"]) // points)

    def envelopes(self, waveform: Tensor) -> Tensor:
        """Return the envelopes (batch, frequency, time) of waveforms as they are, before compression."""
        return in_full_precision(
            lambda x: torch.cat([self._envelopes(clips) for clips in x.split(self.chunk(x.device))]), waveform
        )

    def _hear(self, waveform: Tensor) -> Tensor:
        power, offset, slope = self.params.compression, self.program.offset, self.program.slope
        heard = []
        for clips in waveform.split(self.chunk(waveform.device)):
            envelopes = self._envelopes(clips if self.params.rms is None else level(clips, self.params.rms))
            compressed = Compression.apply(envelopes, power, offset, slope)
            heard.append(self.picture(compressed) if self.picture else compressed)
        return torch.cat(heard)

    def _hear_both(self, waveform: Tensor) -> Tensor:
        """Return the cochleagrams (batch, channel, frequency, time) of (batch, ears, samples)."""
        program, heard = self.program, []
        for clips in waveform.split(max(1, self.chunk(waveform.device) // 4)):
            both = clips if self.params.rms is None else level(clips, self.params.rms)
            envelopes = self._envelopes(both.flatten(0, 1)).unflatten(0, (-1, 2))
            channels = [Compression.apply(envelopes, self.params.compression, program.offset, program.slope)]
            if self.interaural:
                channels.append(self.interaural(torch.fft.rfft(both, n=self.length)))
            heard.append(torch.cat(channels, dim=1))
        return torch.cat(heard)

    def _envelopes(self, waveform: Tensor) -> Tensor:
        spectrum = torch.fft.rfft(waveform, n=self.length)
        if self.rectified:
            return self.rectified(spectrum)
        return Envelopes.apply(spectrum, self.groups) if self.groups else self._exact(spectrum)

    def _exact(self, spectrum: Tensor) -> Tensor:
        """Return the envelopes by definition, from subbands at the rate of the samples."""
        bands = spectrum[:, None] * self.gains.like(spectrum)
        analytic = torch.fft.ifft(bands, n=self.length)  # no negative frequencies
        envelopes = magnitude(analytic, self.program.floor)[..., : self.samples].flatten(0, 1)
        taps = self.taps.like(envelopes)
        if self.program.padded:
            envelopes = pad(envelopes, (len(taps) // 2, len(taps) // 2))
        frames = conv1d(envelopes[:, None], taps[None, None], stride=self.factor)[:, 0]
        return frames.unflatten(0, bands.shape[:2])[..., : self.frames]

    def _taps(self) -> np.ndarray:
        half = self.program.half * self.factor
        return low_pass(np.arange(-half, half + 1), self.program, self.factor)


def envelopes_of(cochleagram: Tensor) -> Tensor:
    """Return cochleagrams as they are, and those of two ears as the mean of their envelopes.

    returns : (batch, frequency, time)
    """
    return cochleagram if cochleagram.ndim == 3 else cochleagram[:, :2].mean(dim=1)


def level(waveform: Tensor, rms: float) -> Tensor:
    """Return waveforms without their mean, scaled to `rms`; silence stays silent.

    waveform : (batch, samples), or (batch, ears, samples), whose ears are scaled alike
    """
    centered = waveform - waveform.mean(dim=-1, keepdim=True)
    axes = tuple(range(1, waveform.ndim))
    norm = torch.linalg.vector_norm(centered, dim=axes, keepdim=True)
    size = waveform[0].numel() ** 0.5
    return centered * (rms * size / norm.clamp_min(SILENCE * size))


def magnitude(signal: Tensor, floor: float = 0.0) -> Tensor:
    """Return |signal| of a complex tensor, at least `floor`; the gradient is 0 there."""
    power = squared_magnitude(signal)
    return power.clamp_min(max(floor**2, torch.finfo(power.dtype).tiny)).sqrt()


def _check_widths(gains: np.ndarray, centers_hz: np.ndarray, duration_s: float) -> None:
    empty = ~(gains > 0).any(axis=1)
    if empty.any():
        centers = ", ".join(f"{hz:.1f}" for hz in centers_hz[empty])
        raise ValueError(
            f"cochleagram: the filters at {centers} Hz are narrower than the {1 / duration_s:g} Hz that a "
            f"clip of {duration_s:g} s resolves. Lower cochleagram.filters or raise low_hz."
        )

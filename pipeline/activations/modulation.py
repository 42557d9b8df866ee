"""The spectrotemporal modulation filter bank, a model of auditory cortex: Chi, Ru & Shamma 2005, JASA 118, 887.

waveform -> cochleagram on a logarithmic frequency axis -> filters of a rate, a scale and a direction -> their power at each frequency

    rate       Hz: how fast a modulation goes by       h(t) = t^2 exp(-3.5 t) sin(2 pi t), t in cycles of the rate: causal
    scale      cycles/octave: how dense it is          H(S) = (S / scale)^2 exp(1 - (S / scale)^2): zero phase
    direction  up     of a ripple cos 2 pi (w t - S x), w and S positive, x in octaves upwards
               down   of a ripple cos 2 pi (w t + S x)

Every filter is band-pass in rate and in scale, also the lowest and the highest: what stands still does not count, nor what is the same at
all frequencies. A filter is the product of the two, kept in those two quadrants of the 2-D spectrum that hold its direction
(quadrant-separable). Of a ripple's amplitude it passes 1 at most.

Silence lies around the clip, in time and in frequency, and a response is followed until it is over, before and after the clip: its power
depends on what is heard, not on when, and not on the filter's phase. By Parseval it is an integral over frequency, exact on twice the
length of the clip, since of a filter's power response only those lags are ever seen that two points of a clip can have: nothing wraps
around. (Programs that average over the clip alone leave out what rings on: about half of it where a cycle is as long as the clip.)
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, NamedTuple

import numpy as np
import torch
from pydantic import Field
from scipy.fft import next_fast_len
from torch import Tensor

from pipeline.audio import FULL_SCALE, Sound
from pipeline.ear.cochleagram import PRESETS, Cochleagram
from pipeline.ear.subbands import Constant
from pipeline.parallel import progress
from pipeline.params import Count, Positive, section

EAR = replace(
    PRESETS["kell2018"][0], image=None, rms=0.1
)  # one level for all clips, as the picture's scale gives them
UP, DOWN = "up", "down"
DECAY = 3.5  # of the temporal response, in a cycle
LONG = 64  # times a filter's period, or the clip if that is longer: over which its response is computed


@section
class ModulationParams:
    """Params section `modulation`."""

    envelope_hz: Positive  # frames a second of the cochleagram
    channels_per_octave: Count  # of its frequency axis
    rates_hz: Annotated[tuple[Positive, ...], Field(min_length=1)]
    scales: Annotated[tuple[Positive, ...], Field(min_length=1)]  # cycles/octave


class Filter(NamedTuple):
    """What a filter answers to."""

    rate_hz: float
    scale: float  # cycles/octave
    direction: str  # in which frequency moves: up or down


class ModulationFilters:
    """The filters of the params, on clips of a sound.

    filters        : in the order of their powers: every direction of every scale of every rate
    names          : of what `by_filter` gives: "4 Hz, 0.5 cycles/octave"
    frequencies_hz : (channels,) of the frequency axis
    raises         : ValueError naming rates or scales that the cochleagram cannot carry
    """

    def __init__(self, params: ModulationParams, sound: Sound):
        _check("rates_hz", params.rates_hz, "envelope_hz", params.envelope_hz)
        _check("scales", params.scales, "channels_per_octave", params.channels_per_octave)
        self.filters = [
            Filter(rate, scale, way)
            for rate in params.rates_hz
            for scale in params.scales
            for way in (UP, DOWN)
        ]
        self.names = [f"{each.rate_hz:g} Hz, {each.scale:g} cycles/octave" for each in self.filters[::2]]
        self.ear = _ear(params, sound)
        axis, self.frequencies_hz = _octaves(self.ear, params.channels_per_octave)
        channels, frames = len(axis), self.ear.frames
        self.size = _fast(2 * frames), _fast(2 * channels)  # DFT points in time and frequency
        rates = [np.abs(temporal(rate, params.envelope_hz, frames)) ** 2 for rate in params.rates_hz]
        rates = [_one_sided(each, frames, self.size[0]) for each in rates]
        scales = [
            _one_sided(spectral(scale, params.channels_per_octave, channels), channels, self.size[1])
            for scale in params.scales
        ]
        self.axis, self.rates, self.scales = (
            Constant(axis),
            Constant(_weights(np.array(rates), frames)),
            Constant(np.array(scales)),
        )

    def power(self, waveforms: np.ndarray, batch_size: int) -> np.ndarray:
        """Return the mean over the clip of each filter's squared response, (sounds, filters, channels) float32.

        waveforms  : (sounds, samples) int16
        batch_size : sounds that are in memory together
        """
        out = np.empty((len(waveforms), len(self.filters), len(self.frequencies_hz)), np.float32)
        starts = range(0, len(waveforms), batch_size)
        for start in progress(starts, len(starts), "modulation"):
            batch = torch.from_numpy(
                np.asarray(waveforms[start : start + batch_size], np.float32) / FULL_SCALE
            )
            out[start : start + batch_size] = self.of_cochleagrams(self.cochleagrams(batch)).numpy()
        return out

    def cochleagrams(self, waveforms: Tensor) -> Tensor:
        """Return what the filters work on, (batch, channels, frames), of waveforms (batch, samples) in [-1, 1]."""
        with torch.inference_mode():
            heard = self.ear(waveforms)
            return self.axis.like(heard) @ heard

    def of_cochleagrams(self, cochleagrams: Tensor) -> Tensor:
        """Return the powers (batch, filters, channels) of cochleagrams (batch, channels, frames)."""
        with torch.inference_mode():
            return torch.stack([self._of(each) for each in cochleagrams])

    def _of(self, cochleagram: Tensor) -> Tensor:
        """Return the powers (filters, channels) of a cochleagram (channels, frames), one scale after another."""
        rates, scales, channels = (
            self.rates.like(cochleagram),
            self.scales.like(cochleagram),
            len(cochleagram),
        )
        spectrum = torch.fft.fft(
            torch.fft.rfft(cochleagram, n=self.size[0]).T, n=self.size[1]
        )  # (rate bins, scale bins)
        found = []
        for scale in scales:
            power = 0
            for gain, weights in zip(
                (scale, scale.roll(-1).flip(0)), rates, strict=True
            ):  # quadrants of the same sign, and of opposite
                response = torch.view_as_real(torch.fft.ifft(spectrum * gain))[
                    :, :channels
                ]  # (rate bins, channels, 2)
                power = power + weights @ response.flatten(1).square_()
            found.append(
                power.unflatten(1, (channels, 2)).sum(-1).unflatten(0, (-1, 2))
            )  # (rates, directions, channels)
        return torch.stack(found, dim=1).flatten(0, 2).clamp_min_(0)


def features(power: np.ndarray) -> np.ndarray:
    """Return powers (sounds, filters, channels) as features, (sounds, filters x channels)."""
    return power.reshape(len(power), -1)


def by_filter(power: np.ndarray) -> np.ndarray:
    """Return the power of each rate and scale, (sounds, rates x scales), summed over directions and averaged over channels."""
    return power.reshape(len(power), -1, 2, power.shape[2]).sum(axis=2).mean(axis=2)


def temporal(rate_hz: float, envelope_hz: float, frames: int) -> np.ndarray:
    """Return the DFT of a rate's impulse response, over many of its cycles and `frames`: without DC, at most 1 in magnitude.

    DC is taken out of the sine, by a constant: the response stays causal, and does not depend on the length of the clip.
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


def _length(period: float, size: int) -> int:
    return _fast(LONG * math.ceil(max(period, size)))


def _fast(size: int) -> int:
    """Return the next size that FFTs, which work on 16 numbers at a time, are fast for."""
    return 16 * next_fast_len(-(-size // 16))


def _one_sided(transfer: np.ndarray, size: int, points: int) -> np.ndarray:
    """Return the DFT (points,) of the positive frequencies of a real transfer function, at the lags of `size` points alone."""
    positive = np.zeros_like(transfer)
    half = slice(1, (len(transfer) + 1) // 2)
    positive[half] = transfer[half]
    response = np.fft.ifft(positive)
    lags = np.zeros(points, complex)
    lags[:size], lags[1 - size :] = response[:size], response[1 - size :]
    return np.fft.fft(lags).real


def _weights(rates: np.ndarray, frames: int) -> np.ndarray:
    """Return what sums squared responses over time: (same, opposite signs of rate and scale; rates x directions; rate bins).

    rates : (rates, points) DFT of their one-sided power responses. The response is real: its quadrants are two of equal power.
    """
    points = rates.shape[1]
    down, up = rates, np.roll(rates[:, ::-1], 1, axis=1)
    same = np.stack([up, down], axis=1).reshape(-1, points)[:, : points // 2 + 1]
    opposite = np.stack([down, up], axis=1).reshape(-1, points)[:, : points // 2 + 1]
    opposite[:, [0, -1] if points % 2 == 0 else 0] = 0  # bins that `same` has counted
    return np.stack([same, opposite]) * 2 / (points * frames)


def _ear(params: ModulationParams, sound: Sound) -> Cochleagram:
    high_hz = min(EAR.high_hz, sound.sample_rate / 2)
    try:
        return Cochleagram(replace(EAR, high_hz=high_hz, envelope_hz=params.envelope_hz), sound)
    except ValueError as error:
        raise ValueError(
            f"modulation, whose cochleagram is that of Kell et al. 2018 at modulation.envelope_hz: {error}"
        ) from None


def _octaves(ear: Cochleagram, per_octave: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the matrix (channels, rows) that interpolates band-pass rows of a cochleagram to octaves, and the channels' frequencies."""
    rows = slice(ear.params.sample_factor, -ear.params.sample_factor)
    centres = np.log2(ear.centres_hz[rows])
    channels = np.arange(centres[0], centres[-1], 1 / per_octave)
    matrix = np.zeros((len(channels), len(ear.centres_hz)))
    matrix[:, rows] = np.stack([np.interp(channels, centres, row) for row in np.eye(len(centres))], axis=1)
    return matrix, 2**channels


def _check(name: str, values: Sequence[float], of: str, rate: float) -> None:
    high = [f"{value:g}" for value in values if value >= rate / 2]
    if high:
        half = f"{rate / 2:g}, half of modulation.{of}"
        raise ValueError(
            f"modulation.{name} has {', '.join(high)}; expected less than {half}. Leave it out, or raise {of}."
        )
    if len(set(values)) < len(values):
        raise ValueError(
            f"modulation.{name} has a value twice: {', '.join(f'{value:g}' for value in values)}. Give each once."
        )

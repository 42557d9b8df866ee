"""The spectrotemporal modulation filter bank, a model of auditory cortex: Chi, Ru & Shamma 2005, JASA 118.

    waveform -> cochleagram on a log-frequency axis -> filters -> their power at each frequency

Each filter has a rate, a scale and a direction:

    rate       Hz, speed of a modulation: h(t) = t^2 exp(-3.5 t) sin(2 pi t), causal, t in cycles of the rate
    scale      cycles/octave, density: H(S) = (S / scale)^2 exp(1 - (S / scale)^2), zero phase
    direction  up: of a ripple cos 2 pi (w t - S x), w and S positive, x in octaves upward
               down: of a ripple cos 2 pi (w t + S x)

Every filter is band-pass in rate and in scale, including the lowest and highest: neither what is constant
over time nor what is the same at all frequencies contributes. A filter is the product of the two responses,
restricted to the two quadrants of the 2-D spectrum that contain its direction (quadrant-separable). Its gain
for a ripple is at most 1.

The clip is surrounded by silence, in time and in frequency, and each response is followed to its end, before
and after the clip, so that its power depends neither on when a sound occurs nor on the filter's phase. By
Parseval's theorem the power is an integral over frequency. It is exact on twice the length of the clip: only
the lags that two points of a clip can have enter a filter's power response, so nothing wraps around.
(Programs that average over the clip alone lose the response after it: about half where a cycle is as long as
the clip.)
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, NamedTuple

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from heschl.activations.transfer import fast_size, one_sided, spectral, temporal, time_weights
from heschl.audio import FULL_SCALE, Sound
from heschl.ear.cochleagram import Cochleagram
from heschl.ear.constant import Constant
from heschl.ear.params import PRESETS
from heschl.parallel import progress
from heschl.params import Count, Positive, section

COCHLEAGRAM = replace(
    PRESETS["kell2018"][0], image=None, rms=0.1
)  # without an image's scale, clips need one level
UP, DOWN = "up", "down"


@section
class ModulationParams:
    """Params section `modulation`."""

    envelope_hz: Positive  # frames per second of the cochleagram
    channels_per_octave: Count  # of its frequency axis
    rates_hz: Annotated[tuple[Positive, ...], Field(min_length=1)]
    scales: Annotated[tuple[Positive, ...], Field(min_length=1)]  # cycles/octave


class Filter(NamedTuple):
    """The modulation to which a filter is tuned."""

    rate_hz: float
    scale: float  # cycles/octave
    direction: str  # of the frequency glide: up or down


class ModulationFilters:
    """The filter bank of the params, for clips of one length and rate.

    filters        : in the order of `power`: directions within scales within rates
    names          : in the order of `by_filter`, such as "4 Hz, 0.5 cycles/octave"
    frequencies_hz : (channels,) of the frequency axis
    raises         : ValueError naming rates or scales that the cochleagram cannot represent
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
        self.size = fast_size(2 * frames), fast_size(2 * channels)  # DFT points in time and frequency
        rates = [np.abs(temporal(rate, params.envelope_hz, frames)) ** 2 for rate in params.rates_hz]
        rates = [one_sided(each, frames, self.size[0]) for each in rates]
        scales = [
            one_sided(spectral(scale, params.channels_per_octave, channels), channels, self.size[1])
            for scale in params.scales
        ]
        self.axis, self.scales = Constant(axis), Constant(np.array(scales))
        self.rates = Constant(time_weights(np.array(rates), frames))

    def power(self, waveforms: np.ndarray, batch_size: int) -> np.ndarray:
        """Return each filter's squared response, mean over the clip, (sounds, filters, channels) float32.

        waveforms  : (sounds, samples) int16
        batch_size : sounds in memory at a time
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
        """Return the filters' input, (batch, channels, frames), for waveforms (batch, samples) in [-1, 1]."""
        with torch.inference_mode():
            heard = self.ear(waveforms)
            return self.axis.like(heard) @ heard

    def of_cochleagrams(self, cochleagrams: Tensor) -> Tensor:
        """Return the powers (batch, filters, channels) of cochleagrams (batch, channels, frames)."""
        with torch.inference_mode():
            return torch.stack([self._of(each) for each in cochleagrams])

    def _of(self, cochleagram: Tensor) -> Tensor:
        """Return the powers (filters, channels) of a cochleagram (channels, frames), scale by scale."""
        rates, scales = self.rates.like(cochleagram), self.scales.like(cochleagram)
        channels = len(cochleagram)
        spectrum = torch.fft.rfft(cochleagram, n=self.size[0])
        spectrum = torch.fft.fft(spectrum.T, n=self.size[1])  # (rate bins, scale bins)
        powers = []
        for scale in scales:
            power = 0
            quadrants = scale, scale.roll(-1).flip(0)  # rate and scale of the same sign, of opposite signs
            for gain, weights in zip(quadrants, rates, strict=True):
                response = torch.view_as_real(torch.fft.ifft(spectrum * gain))[:, :channels]
                power = power + weights @ response.flatten(1).square_()  # of (rate bins, channels x 2)
            power = power.unflatten(1, (channels, 2)).sum(-1)
            powers.append(power.unflatten(0, (-1, 2)))  # (rates, directions, channels)
        return torch.stack(powers, dim=1).flatten(0, 2).clamp_min_(0)


def features(power: np.ndarray) -> np.ndarray:
    """Return powers (sounds, filters, channels) as features, (sounds, filters x channels)."""
    return power.reshape(len(power), -1)


def by_filter(power: np.ndarray) -> np.ndarray:
    """Return powers (sounds, filters, channels) by rate and scale: sum over directions, channel mean."""
    return power.reshape(len(power), -1, 2, power.shape[2]).sum(axis=2).mean(axis=2)


def _ear(params: ModulationParams, sound: Sound) -> Cochleagram:
    high_hz = min(COCHLEAGRAM.high_hz, sound.sample_rate / 2)
    try:
        heard = replace(COCHLEAGRAM, high_hz=high_hz, envelope_hz=params.envelope_hz)
        return Cochleagram(heard, replace(sound, channels=1))
    except ValueError as error:
        raise ValueError(
            "The section modulation uses the cochleagram of Kell et al. 2018 at modulation.envelope_hz: "
            f"{error}"
        ) from None


def _octaves(ear: Cochleagram, per_octave: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the matrix (channels, rows) that resamples a cochleagram to octaves, and the channels in Hz."""
    rows = slice(ear.params.sample_factor, -ear.params.sample_factor)
    centers = np.log2(ear.centers_hz[rows])
    channels = np.arange(centers[0], centers[-1], 1 / per_octave)
    matrix = np.zeros((len(channels), len(ear.centers_hz)))
    matrix[:, rows] = np.stack([np.interp(channels, centers, row) for row in np.eye(len(centers))], axis=1)
    return matrix, 2**channels


def _check(name: str, values: Sequence[float], base: str, rate: float) -> None:
    high = [f"{value:g}" for value in values if value >= rate / 2]
    if high:
        raise ValueError(
            f"modulation.{name} contains {', '.join(high)}; expected less than {rate / 2:g}, half of "
            f"modulation.{base}. Remove these values or raise {base}."
        )
    if len(set(values)) < len(values):
        raise ValueError(
            f"modulation.{name} repeats a value: {', '.join(f'{value:g}' for value in values)}. Give each "
            "once."
        )

"""Spectrum -> envelopes of its subbands, each at a low rate: what makes the cochleagram fast.

A filter's band is narrow. Its analytic signal is therefore an inverse DFT of a few bins, at k points a frame:

spectrum -> bins of a filter x gains -> shifted to 0 Hz, k x frames points -> magnitude -> low-pass

A point lies in the middle of the samples that it stands for. Where the clip's ends cut the low-pass off, the
last three points are weighted.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from heschl.ear.constant import Constant
from heschl.ear.decimation import Decimation
from heschl.ear.filters import Program

GROUP = 2**12  # points that take as long as one more group of filters
FACTORS = (2**a * 3**b * 5**c for a in range(10) for b in range(6) for c in range(4))
RATES = sorted(FACTORS)  # k for which the DFT is fast


class Group:
    """Neighboring filters that share a rate.

    gains : (filters, bins of the DFT), with the analytic signal's factor, over the length of the DFT
    """

    def __init__(
        self, gains: np.ndarray, rows: slice, k: int, program: Program, samples: int, frames: int, length: int
    ):
        self.rows, self.points, self.floor = rows, k * frames, program.floor
        low, width = _bands(gains)
        self.width, self.low, self.high = width.max().item(), low.min().item(), (low + width).max().item()
        bins = low[:, None] + np.arange(self.width)
        inside, bins = bins < (low + width)[:, None], np.minimum(bins, self.high - 1)
        chosen = np.where(inside, np.take_along_axis(gains, bins, axis=1), 0)
        self.gains = Constant(np.repeat(chosen, 2, axis=1))  # for real and imaginary parts
        self.bins = Constant((bins - self.low).ravel())
        step = length / self.points
        self.delay = Constant(
            np.exp(1j * np.pi * np.arange(self.low, self.high) * (step - 1) / length)
        )  # to the points' times
        self.decimate = Decimation(program, samples, frames, self.points, length)
        self.row = self.decimate.blocks * self.decimate.points  # points, and silence behind them

    def subbands(self, spectrum: Tensor) -> Tensor:
        """Return the subbands (batch, filters, points), complex."""
        gains, batch = self.gains.like(spectrum), spectrum.shape[0]
        band = spectrum[:, self.low : self.high] * self.delay.like(spectrum)
        band = band.gather(1, self.bins.like(spectrum).expand(batch, -1))
        if torch.compiler.is_exporting():  # an exported program cannot write into a view
            band = band.unflatten(1, (gains.shape[0], self.width)) * gains[:, ::2]
            return torch.fft.ifft(band, n=self.points, norm="forward")
        padded = band.new_empty(batch, len(gains), self.points)
        padded[..., self.width :].zero_()
        inputs = torch.view_as_real(padded).flatten(2)[..., : 2 * self.width]
        torch.mul(torch.view_as_real(band).view(batch, *gains.shape), gains, out=inputs)
        return torch.fft.ifft(padded, norm="forward")  # `out=` would copy

    def envelopes(self, spectrum: Tensor) -> Tensor:
        """Return the low-passed envelopes (batch, filters, time)."""
        squares = torch.view_as_real(self.subbands(spectrum)).flatten(0, 1)
        squares.mul_(squares)
        rows = squares.new_empty(squares.shape[0], self.row)
        rows[:, self.points :].zero_()
        points = torch.add(squares[..., 0], squares[..., 1], out=rows[:, : self.points])
        if self.floor:
            points.clamp_min_(self.floor**2)
        points.sqrt_()
        return self.decimate(rows).unflatten(0, (spectrum.shape[0], -1))

    def backward(self, spectrum: Tensor, gradient: Tensor, total: Tensor) -> None:
        """Add to `total`, the gradient of the spectrum, what the gradient of the envelopes contributes."""
        subbands = self.subbands(spectrum)
        slopes = self.decimate.transpose(gradient.flatten(0, 1))[:, : self.points].view(subbands.shape)
        power = squared_magnitude(subbands)
        least = max(self.floor**2, torch.finfo(power.dtype).tiny)
        subbands *= slopes * power.clamp_min(least).rsqrt_() * (power >= least)
        self.add_gradient(spectrum, subbands, total)

    def add_gradient(self, spectrum: Tensor, gradient: Tensor, total: Tensor) -> None:
        """Add to `total` what the gradient of the subbands (batch, filters, points) contributes."""
        inputs = torch.view_as_real(torch.fft.fft(gradient)).flatten(2)[..., : 2 * self.width]
        inputs = inputs * self.gains.like(spectrum)
        band = inputs.new_zeros(len(spectrum), self.high - self.low, 2)
        bins = self.bins.like(spectrum)[:, None].expand(len(spectrum), -1, 2)
        band.scatter_add_(1, bins, inputs.view(len(spectrum), -1, 2))
        total[:, self.low : self.high] += torch.view_as_complex(band) * self.delay.like(spectrum).conj()


def squared_magnitude(signal: Tensor) -> Tensor:
    """Return |signal|^2 of a complex tensor, several times faster than with `abs` or a sum over its parts."""
    squares = torch.view_as_real(signal) * torch.view_as_real(signal)
    return squares[..., 0] + squares[..., 1]


class Envelopes(torch.autograd.Function):
    """Spectrum (batch, bins) -> envelopes (batch, frequency, time), differentiable once.

    Backward computes the subbands again instead of keeping them.
    """

    @staticmethod
    def forward(ctx: Any, spectrum: Tensor, groups: list[Group]) -> Tensor:
        """Return the envelopes."""
        ctx.save_for_backward(spectrum)
        ctx.groups = groups
        return torch.cat([group.envelopes(spectrum) for group in groups], dim=1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """Return the gradient of the spectrum."""
        (spectrum,) = ctx.saved_tensors
        total = torch.zeros_like(spectrum)
        for group in ctx.groups:
            group.backward(spectrum, gradient[:, group.rows], total)
        return total, None


def group_filters(
    gains: np.ndarray, program: Program, samples: int, length: int, frames: int, oversampling: float
) -> list[Group]:
    """Group neighboring filters that need the same rate.

    gains        : (frequency, bins of a DFT of `length` samples)
    samples      : of the clip; the DFT may be longer
    frames       : of the clip
    oversampling : rate over (bandwidth + rate of the frames), at least 1
    """
    _, width = _bands(gains)
    need = oversampling * (width / frames + length / samples)
    most = -(-length // samples) * (samples // frames)  # a point for every sample, or more
    rates = np.maximum.accumulate([next((k for k in RATES if n <= k < most), most) for n in need])
    rows = _cheapest(rates * frames)
    return [
        Group(gains[each], each, rates[each.stop - 1].item(), program, samples, frames, length)
        for each in rows
    ]


def _cheapest(points: np.ndarray) -> list[slice]:
    """Return the groups of filters that cost least; a filter has as many points as the last of its group.

    points : (frequency,) that each filter needs, in ascending order
    """
    ends = [0, *(np.flatnonzero(np.diff(points)) + 1), len(points)]
    best: list[tuple[float, list[slice]]] = [(0, [])]  # of the filters up to each end
    for end in ends[1:]:
        ways = [
            (cost + (end - start) * points[end - 1] + GROUP, [*groups, slice(int(start), int(end))])
            for start, (cost, groups) in zip(ends, best, strict=False)
        ]
        best.append(min(ways, key=lambda way: way[0]))
    return best[-1][1]


def _bands(gains: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first nonzero bin of each filter, and the number of bins up to its last."""
    first = (gains > 0).argmax(axis=1)
    return first, gains.shape[1] - (gains[:, ::-1] > 0).argmax(axis=1) - first

"""Spectrum -> envelopes of its subbands, each at a low rate: what makes the cochleagram fast.

A filter's band is narrow, so that its analytic signal is an inverse DFT of its own few bins, at a rate of k points a frame:

spectrum -> each filter's bins x gains -> shifted to 0 Hz, k x frames points -> magnitude -> low-pass, one frame of k points

The points lie amid the samples that each stands for; where the clip's ends cut the low-pass, the last three are weighed.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from pipeline.ear.filters import Program, low_pass

GROUP = 2**12  # points that take as long as one more group of filters
END = np.array(
    [2, -3, 1]
)  # times the slope at a cut, of three points: the Euler-Maclaurin formula's first term for a sum that is cut
REACH = 32  # frames: products with a multiple of 16 columns are fastest
RATES = sorted(
    2**a * 3**b * 5**c for a in range(10) for b in range(6) for c in range(4)
)  # k for which the DFT is fast


class Constant:
    """An array as a tensor, in the precision and on the device of another; in no checkpoint, changed by no `.to`."""

    def __init__(self, array: np.ndarray):
        self.array = array
        self._tensors: dict[tuple[torch.dtype, torch.device], Tensor] = {}

    def like(self, other: Tensor) -> Tensor:
        """Return it as integers, real or complex numbers, whichever it is, as precise as `other`; made at first use."""
        key = other.dtype, other.device
        if key not in self._tensors:
            kind = {"i": torch.int64, "f": other.dtype.to_real(), "c": other.dtype.to_complex()}[
                self.array.dtype.kind
            ]
            with torch.inference_mode(False):  # or training after a validation could not use it
                self._tensors[key] = torch.tensor(self.array, dtype=kind, device=other.device)
        return self._tensors[key]


class Decimation:
    """Low-pass points of a low rate and keep a value a frame: a matrix product over blocks, whose frames overlap and add.

    points of block      0       1       2
    frames           |-------0-------|
                             |-------1-------|
                                     |-------2-------|

    samples, frames : of the clip
    points          : that stand for the `length` samples of the DFT; where the clip is shorter, all of it is one block
    """

    def __init__(self, program: Program, samples: int, frames: int, points: int, length: int):
        step, factor, half = length / points, samples // frames, program.half
        reach = (
            REACH if length == samples else frames + 2 * half
        )  # frames that a block's points contribute to
        self.block = reach - 2 * half if length == samples else reach  # frames from one block to the next
        self.points = self.block * points // frames if length == samples else points  # of a block
        self.blocks = -(
            -(frames + 2 * half) // self.block
        )  # of a row: with silence, so that no row reaches the next
        self.kept = frames if program.padded else frames - 2 * half
        self.first = half if program.padded else 2 * half
        times = (np.arange(self.points) + 0.5) * step - 0.5
        inside = (
            np.clip(samples / step - np.arange(self.points), 0, 1)
            if length > samples
            else np.ones(self.points)
        )
        taps = low_pass(times[:, None] - np.arange(-half, reach - half) * factor, program, factor)
        self.matrix = Constant(taps * step * inside[:, None])  # (points, reach)
        weights = 1 + END / 24 * (1 - 1 / step**2)
        self.ends = (
            [Constant(weights), Constant(weights[::-1].copy())]
            if length == samples and points > 2 * len(END)
            else []
        )
        self.places = [slice(0, len(END)), slice(points - len(END), points)]

    def __call__(self, rows: Tensor) -> Tensor:
        """Return frames (rows, time) of rows of points and silence, (rows, blocks x points), whose ends it weighs in place."""
        self._weigh(rows)
        reach = rows.view(-1, self.points) @ self.matrix.like(rows)
        frames = reach[:, : self.block].contiguous()
        for block, columns in self._overlaps():
            frames[block:, : columns.stop - columns.start] += reach[:-block, columns]
        return frames.view(len(rows), -1)[:, self.first : self.first + self.kept]

    def transpose(self, gradient: Tensor) -> Tensor:
        """Return the gradient of the rows from that of the frames."""
        matrix, frames = (
            self.matrix.like(gradient),
            gradient.new_zeros(len(gradient), self.blocks * self.block),
        )
        frames[:, self.first : self.first + self.kept] = gradient
        frames = frames.view(-1, self.block)
        rows = frames @ matrix[:, : self.block].T
        for block, columns in self._overlaps():
            rows[:-block] += frames[block:, : columns.stop - columns.start] @ matrix[:, columns].T
        return self._weigh(rows.view(len(gradient), -1))

    def _weigh(self, rows: Tensor) -> Tensor:
        for place, weights in zip(self.places, self.ends, strict=False):
            rows[:, place] *= weights.like(rows)
        return rows

    def _overlaps(self) -> list[tuple[int, slice]]:
        """Return which columns of the reach lie in the next block, the one after it, ..."""
        starts = range(self.block, len(self.matrix.array[0]), self.block)
        return [
            (n + 1, slice(start, min(start + self.block, len(self.matrix.array[0]))))
            for n, start in enumerate(starts)
        ]


class Group:
    """Neighbouring filters that need the same rate.

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
        self.gains = Constant(np.repeat(chosen, 2, axis=1))  # of real and imaginary parts
        self.bins = Constant((bins - self.low).ravel())
        step = length / self.points
        self.delay = Constant(
            np.exp(1j * np.pi * np.arange(self.low, self.high) * (step - 1) / length)
        )  # to the points' times
        self.decimate = Decimation(program, samples, frames, self.points, length)
        self.row = self.decimate.blocks * self.decimate.points  # points, and silence behind them

    def subbands(self, spectrum: Tensor) -> Tensor:
        """Return the subbands (batch, filters, points), complex."""
        gains, batch = self.gains.like(spectrum), len(spectrum)
        band = spectrum[:, self.low : self.high] * self.delay.like(spectrum)
        band = band.gather(1, self.bins.like(spectrum).expand(batch, -1))
        padded = band.new_empty(batch, len(gains), self.points)
        padded[..., self.width :].zero_()
        inputs = torch.view_as_real(padded).flatten(2)[..., : 2 * self.width]
        torch.mul(torch.view_as_real(band).view(batch, *gains.shape), gains, out=inputs)
        return torch.fft.ifft(padded, norm="forward")  # `out=` would copy

    def envelopes(self, spectrum: Tensor) -> Tensor:
        """Return the low-passed envelopes (batch, filters, time)."""
        squares = torch.view_as_real(self.subbands(spectrum)).flatten(0, 1)
        squares.mul_(squares)
        rows = squares.new_empty(len(squares), self.row)
        rows[:, self.points :].zero_()
        points = torch.add(squares[..., 0], squares[..., 1], out=rows[:, : self.points])
        if self.floor:
            points.clamp_min_(self.floor**2)
        points.sqrt_()
        return self.decimate(rows).unflatten(0, (len(spectrum), -1))

    def backward(self, spectrum: Tensor, gradient: Tensor, total: Tensor) -> None:
        """Add to `total`, the gradient of the spectrum, what comes from that of the envelopes."""
        subbands = self.subbands(spectrum)
        slopes = self.decimate.transpose(gradient.flatten(0, 1))[:, : self.points].view(subbands.shape)
        power = squared_magnitude(subbands)
        least = max(self.floor**2, torch.finfo(power.dtype).tiny)
        subbands *= slopes * power.clamp_min(least).rsqrt_() * (power >= least)
        inputs = torch.view_as_real(torch.fft.fft(subbands)).flatten(2)[
            ..., : 2 * self.width
        ] * self.gains.like(spectrum)
        band = inputs.new_zeros(len(spectrum), self.high - self.low, 2)
        bins = self.bins.like(spectrum)[:, None].expand(len(spectrum), -1, 2)
        band.scatter_add_(1, bins, inputs.view(len(spectrum), -1, 2))
        total[:, self.low : self.high] += torch.view_as_complex(band) * self.delay.like(spectrum).conj()


def squared_magnitude(signal: Tensor) -> Tensor:
    """Return |signal|^2 of a complex tensor; several times as fast as by `abs` or by a sum over its two parts."""
    squares = torch.view_as_real(signal) * torch.view_as_real(signal)
    return squares[..., 0] + squares[..., 1]


class Envelopes(torch.autograd.Function):
    """Spectrum (batch, bins) -> envelopes (batch, frequency, time), differentiable once. Backward computes the subbands again."""

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
    """Put neighbouring filters together that need the same rate.

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
    """Cut filters into the groups that cost least, where each filter has the points of the last one of its group.

    points : (frequency,) that each filter needs, none below the one before
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
    """Return the first bin of each filter that is not 0, and how many bins there are to the last one."""
    first = (gains > 0).argmax(axis=1)
    return first, gains.shape[1] - (gains[:, ::-1] > 0).argmax(axis=1) - first

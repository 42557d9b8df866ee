"""Low-pass and decimation of subbands, from their low rate to the rate of the frames."""

import numpy as np
from torch import Tensor

from heschl.ear.constant import Constant
from heschl.ear.filters import Program, low_pass

REACH = 32  # frames: products with a multiple of 16 columns are fastest
# The first term of the Euler-Maclaurin formula, for a sum that is cut off: a slope there, from three points.
END = np.array([2, -3, 1])


class Decimation:
    """Low-pass the points of a subband and keep a value for each frame: a matrix product over blocks.

    The frames that blocks contribute to overlap and add:

    points of block      0       1       2
    frames           |-------0-------|
                             |-------1-------|
                                     |-------2-------|

    samples, frames : of the clip
    points          : that stand for the `length` samples of the DFT; a shorter clip is a single block
    """

    def __init__(self, program: Program, samples: int, frames: int, points: int, length: int):
        step, factor, half, whole = length / points, samples // frames, program.half, length == samples
        reach = REACH if whole else frames + 2 * half  # frames that a block's points contribute to
        self.block = reach - 2 * half if whole else reach  # frames from one block to the next
        self.points = self.block * points // frames if whole else points  # of a block
        self.blocks = -(-(frames + 2 * half) // self.block)  # of a row, silence after it included
        self.kept = frames if program.padded else frames - 2 * half
        self.first = half if program.padded else 2 * half
        times = (np.arange(self.points) + 0.5) * step - 0.5
        inside = np.ones(self.points) if whole else np.clip(samples / step - np.arange(self.points), 0, 1)
        taps = low_pass(times[:, None] - np.arange(-half, reach - half) * factor, program, factor)
        self.matrix = Constant(taps * step * inside[:, None])  # (points, reach)
        weights = 1 + END / 24 * (1 - 1 / step**2)
        weighted = whole and points > 2 * len(END)
        self.ends = [Constant(weights), Constant(weights[::-1].copy())] if weighted else []
        self.places = [slice(0, len(END)), slice(points - len(END), points)]

    def __call__(self, rows: Tensor) -> Tensor:
        """Return frames (rows, time) of points and silence (rows, blocks x points), changed in place."""
        self._weight(rows)
        reach = rows.view(-1, self.points) @ self.matrix.like(rows)
        frames = reach[:, : self.block].contiguous()
        for block, columns in self._overlaps():
            frames[block:, : columns.stop - columns.start] += reach[:-block, columns]
        return frames.view(rows.shape[0], -1)[:, self.first : self.first + self.kept]

    def transpose(self, gradient: Tensor) -> Tensor:
        """Return the gradient of the rows from that of the frames."""
        matrix = self.matrix.like(gradient)
        frames = gradient.new_zeros(len(gradient), self.blocks * self.block)
        frames[:, self.first : self.first + self.kept] = gradient
        frames = frames.view(-1, self.block)
        rows = frames @ matrix[:, : self.block].T
        for block, columns in self._overlaps():
            rows[:-block] += frames[block:, : columns.stop - columns.start] @ matrix[:, columns].T
        return self._weight(rows.view(len(gradient), -1))

    def _weight(self, rows: Tensor) -> Tensor:
        """Weight the points at both ends of the clip, where the low-pass is cut off."""
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

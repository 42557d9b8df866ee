"""Cochleagram -> picture: scaled to 0..255 and resized, as the input of Kell et al. 2018."""

import numpy as np
import torch
from torch import Tensor

from heschl.ear.constant import Constant
from heschl.ear.filters import lanczos

STRIP = 32  # rows or columns of a picture that are resized together
SILENCE = 1e-8  # range of a cochleagram below which it is not amplified
Strip = tuple[slice, Constant]  # where a strip of a matrix is not zero, and its values there


class Picture:
    """Scale cochleagrams of `shape` (frequency, time) to 0..255 and resize them to `size`."""

    def __init__(self, shape: tuple[int, int], size: tuple[int, int]):
        self.strips = [strips(lanczos(old, new)) for old, new in zip(shape, size, strict=True)]

    def __call__(self, cochleagram: Tensor) -> Tensor:
        """Return the pictures (batch, *size) of cochleagrams (batch, *shape)."""
        low, high = cochleagram.amin((1, 2), keepdim=True), cochleagram.amax((1, 2), keepdim=True)
        scaled = (cochleagram - low) * (255 / (high - low).clamp_min(SILENCE))
        frequency, time = self.strips
        return _resize(_resize(scaled, time).mT, frequency).mT


def strips(matrix: np.ndarray) -> list[Strip]:
    """Return a banded matrix as strips of its columns, each with the rows where it is not zero."""
    found = []
    for start in range(0, matrix.shape[1], STRIP):
        columns = matrix[:, start : start + STRIP]
        rows = np.flatnonzero(columns.any(axis=1))
        inputs = slice(rows[0].item(), rows[-1].item() + 1)
        found.append((inputs, Constant(columns[inputs])))
    return found


def _resize(picture: Tensor, matrix: list[Strip]) -> Tensor:
    """Return a picture resized along its last dimension."""
    return torch.cat([picture[..., inputs] @ strip.like(picture) for inputs, strip in matrix], dim=-1)

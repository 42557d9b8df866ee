"""What both ears' subbands have in common, frame by frame: how alike they are, and by how much one is late.

left, right subbands -> left x conj(right), |left|^2, |right|^2 -> low-pass -> coherence, complex

The coherence has the phase difference of the ears as its angle. Its size is 1 where the ears hear the same,
but for a delay and a level, and smaller in reverberation and noise. It stands for what neurons of the medial
superior olive extract, which are driven by fine structure: it is scaled by how well auditory-nerve fibers
follow the frequency of a band.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from heschl.ear.constant import Constant
from heschl.ear.rectified import hair_cell
from heschl.ear.subbands import Group

FLOOR = 1e-4  # envelope below which coherence fades, where clips have rms 0.1
LEAST = 0.01  # of the scale; bands with less are left out


class Interaural:
    """Spectra (batch, ears, bins) -> coherence (batch, 2, frequency, time), real and imaginary part.

    groups     : of the filters
    frames     : of the output
    centers_hz : of all filters, (frequency,)
    limit_hz   : of phase locking
    """

    def __init__(self, groups: list[Group], frames: int, centers_hz: np.ndarray, limit_hz: float):
        self.frames = frames
        scale = phase_locking(centers_hz, limit_hz) ** 2  # both ears have to follow
        self.groups = [group for group in groups if scale[group.rows].max() >= LEAST]
        self.bands = sum(len(group.gains.array) for group in self.groups)
        self.empty = len(centers_hz) - self.bands
        self.scale = Constant(np.where(scale >= LEAST, scale, 0)[: self.bands, None])

    def __call__(self, spectra: Tensor) -> Tensor:
        """Return the coherence, 0 where no fiber follows the band."""
        if not self.groups:
            return spectra.real.new_zeros(spectra.shape[0], 2, self.empty, self.frames)
        found = coherence(Products.apply(spectra, self.groups)) * self.scale.like(spectra.real)
        return pad(found, (0, 0, 0, self.empty))


class Products(torch.autograd.Function):
    """Spectra (batch, ears, bins) -> low-passed products (batch, 4, frequency, time), differentiable once.

    The products are |left|^2, |right|^2 and the real and imaginary part of left x conj(right).
    """

    @staticmethod
    def forward(ctx: Any, spectra: Tensor, groups: list[Group]) -> Tensor:
        """Return the products of all subbands of some groups."""
        spectra = spectra.contiguous()
        ctx.save_for_backward(spectra)
        ctx.groups = groups
        return torch.cat([_products(group, spectra) for group in groups], dim=2)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """Return the gradient of the spectra."""
        (spectra,) = ctx.saved_tensors
        total = torch.zeros_like(spectra)
        first = 0
        for group in ctx.groups:
            rows = slice(first, first := first + len(group.gains.array))
            _backward(group, spectra, gradient[:, :, rows], total)
        return total, None


def coherence(products: Tensor) -> Tensor:
    """Return the coherence (batch, 2, frequency, time), real and imaginary part, of `Products`."""
    power = products[:, :2].clamp_min(0) + FLOOR**2
    found = products[:, 2:] * (power[:, :1] * power[:, 1:]).rsqrt()
    square = found[:, :1] * found[:, :1] + found[:, 1:] * found[:, 1:]
    return found * square.clamp_min(1).rsqrt()  # the low-pass, which has negative weights, may exceed it


def phase_locking(hz: np.ndarray, limit_hz: float) -> np.ndarray:
    """Return how well nerve fibers follow a frequency, 0 to 1: the gain of an inner hair cell's low-pass.

    It is seven filters of first order in a row, as in the model of Bruce, Erfani & Zilany (2018, Hearing
    Research 360, 40-54) and in Saddler & McDermott (2024): 0.46 at `limit_hz`.
    """
    return np.abs(hair_cell(hz, limit_hz))


def _both(group: Group, spectra: Tensor) -> Tensor:
    """Return the subbands of a group, (batch, ears, filters, points)."""
    return group.subbands(spectra.flatten(0, 1)).unflatten(0, spectra.shape[:2])


def _products(group: Group, spectra: Tensor) -> Tensor:
    both = torch.view_as_real(_both(group, spectra))
    (a, b), (c, d) = (ear.unbind(-1) for ear in both.unbind(1))  # a + ib left, c + id right
    rows = a.new_empty(spectra.shape[0], 4, a.shape[1], group.row)
    rows[..., group.points :].zero_()
    terms = ((a, a, b, b, 1), (c, c, d, d, 1), (a, c, b, d, 1), (b, c, a, d, -1))
    for place, (*factors, sign) in enumerate(terms):
        points = rows[:, place, :, : group.points]
        torch.mul(factors[0], factors[1], out=points).addcmul_(factors[2], factors[3], value=sign)
    return group.decimate(rows.flatten(0, 2)).unflatten(0, rows.shape[:3])


def _backward(group: Group, spectra: Tensor, gradient: Tensor, total: Tensor) -> None:
    """Add to `total` what the gradient of a group's products contributes."""
    left, right = _both(group, spectra).unbind(1)
    slopes = group.decimate.transpose(gradient.flatten(0, 2))[:, : group.points]
    first, second, real, imaginary = slopes.unflatten(0, gradient.shape[:3]).unbind(1)
    crossed = torch.complex(real, imaginary)
    both = torch.stack(
        [2 * first * left + crossed * right, 2 * second * right + crossed.conj() * left], dim=1
    )
    flat = total.view(-1, total.shape[-1])
    group.add_gradient(spectra.flatten(0, 1), both.flatten(0, 1), flat)

"""Normalisation of a channel by its neighbours' power, as in Kell et al. 2018: a sum of slices, several times torch's speed."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx
from torch.nn.functional import pad


class LocalResponseNorm(nn.Module):
    """x_c / (k + alpha / size * sum of x^2 over the `size` channels around c)^beta, as torch.nn.LocalResponseNorm.

    x : (batch, channel, frequency, time). TensorFlow's depth_radius r, alpha a is size 2 r + 1, alpha (2 r + 1) a.
    Gradients and second derivatives are exact; nothing but x is kept for them. Computed in float32 at least.
    """

    def __init__(self, size: int, alpha: float, beta: float, k: float):
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, x: Tensor) -> Tensor:
        """Return the normalised channels."""
        precise = x.to(torch.promote_types(x.dtype, torch.float32))
        return _Normalize.apply(precise, self.size, self.alpha / self.size, self.beta, self.k).to(x.dtype)

    def extra_repr(self) -> str:
        """Return the values, for print."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


class _Normalize(torch.autograd.Function):
    """y = x d^-beta, d = k + a window(x^2); dx = g d^-beta - 2 a beta x window'(g x d^-beta / d)."""

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, size: int, a: float, beta: float, k: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.values = size, a, beta, k
        return x * _power(k + a * _window(x * x, size // 2, (size - 1) // 2), beta)

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Any, ...]:
        (x,), (size, a, beta, k) = ctx.saved_tensors, ctx.values
        before, after = size // 2, (size - 1) // 2
        d = k + a * _window(x * x, before, after)
        scaled = gradient * _power(d, beta)
        return scaled - 2 * a * beta * x * _window(scaled * x / d, after, before), None, None, None, None


def _window(x: Tensor, before: int, after: int) -> Tensor:
    """Sum each channel with those before and after it; (batch, channel, ...)."""
    channels, padded = x.shape[1], pad(x, (0, 0, 0, 0, before, after))
    total = padded[:, :channels]
    for shift in range(1, before + after + 1):
        total = total + padded[:, shift : shift + channels]
    return total


def _power(d: Tensor, beta: float) -> Tensor:
    """Return d^-beta; roots are several times as fast as a power."""
    if beta == 0.75:
        root = d.rsqrt()
        return root * root.sqrt()
    return d.pow(-beta)

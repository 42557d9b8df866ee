"""Normalization of a channel by its neighbors' power (Kell et al. 2018), much faster than PyTorch's."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx
from torch.nn.functional import pad


class LocalResponseNorm(nn.Module):
    """x_c / (k + alpha / size * sum of x^2 over the `size` channels around c)^beta, as PyTorch's.

    x : (batch, channel, frequency, time); computed in float32 at least

    TensorFlow's depth_radius r and alpha a are size 2 r + 1 and alpha (2 r + 1) a. First and second
    derivatives are exact, and only x is kept for them.
    """

    def __init__(self, size: int, alpha: float, beta: float, k: float):
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, x: Tensor) -> Tensor:
        """Return the normalized channels."""
        precise = x.to(torch.promote_types(x.dtype, torch.float32))
        return _Normalize.apply(precise, self.size, self.alpha / self.size, self.beta, self.k).to(x.dtype)

    def extra_repr(self) -> str:
        """Return the values, for repr."""
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
    """Return each channel plus those before and after it; (batch, channel, ...). A sum of slices is fast."""
    channels, padded = x.shape[1], pad(x, (0, 0, 0, 0, before, after))
    total = padded[:, :channels]
    for shift in range(1, before + after + 1):
        total = total + padded[:, shift : shift + channels]
    return total


def _power(d: Tensor, beta: float) -> Tensor:
    """Return d^-beta; roots are several times faster than a power."""
    if beta == 0.75:
        root = d.rsqrt()
        return root * root.sqrt()
    return d.pow(-beta)

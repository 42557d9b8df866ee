"""Functions with custom gradients: compression with a clipped slope, and full precision in autocast."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


class Compression(torch.autograd.Function):
    """(max(0, envelope) + offset)^power, its slope clipped, also for negative envelopes (chcochleagram)."""

    @staticmethod
    def forward(ctx: Any, envelopes: Tensor, power: float, offset: float, slope: float) -> Tensor:
        """Return the compressed envelopes."""
        positive = envelopes.clamp_min(0)
        positive = positive.add_(offset) if offset else positive
        ctx.power, ctx.slope = power, slope
        if ctx.needs_input_grad[0]:
            ctx.save_for_backward(positive)
            positive = positive.clone()
        return positive.log_().mul_(power).exp_()  # faster than **

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        """Return the gradient of the envelopes."""
        (positive,) = ctx.saved_tensors
        return gradient * (ctx.power * positive.pow(ctx.power - 1)).clamp_max_(ctx.slope), None, None, None


def in_full_precision(function: Callable[[Tensor], Tensor], waveform: Tensor) -> Tensor:
    """Return function(waveform) in float32, or float64 if it is that, whatever the autocast says."""
    waveform = waveform if waveform.dtype == torch.float64 else waveform.float()
    if torch.is_grad_enabled() and waveform.requires_grad:
        return FullPrecision.apply(waveform, function)
    with torch.autocast(waveform.device.type, enabled=False):
        return function(waveform)


class FullPrecision(torch.autograd.Function):
    """A function of one tensor, out of reach of autocast, as is its gradient; no second derivative."""

    @staticmethod
    def forward(ctx: Any, waveform: Tensor, function: Callable[[Tensor], Tensor]) -> Tensor:
        """Return function(waveform)."""
        with torch.autocast(waveform.device.type, enabled=False), torch.enable_grad():
            ctx.waveform = waveform.detach().requires_grad_()
            ctx.result = function(ctx.waveform)
        return ctx.result.detach()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """Return the gradient of the waveform."""
        if torch.is_grad_enabled():
            raise RuntimeError("the cochleagram has no second derivative: leave out create_graph=True.")
        with torch.autocast(gradient.device.type, enabled=False):
            return torch.autograd.grad(ctx.result, ctx.waveform, gradient, retain_graph=True)[0], None

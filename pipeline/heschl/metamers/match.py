"""The response of one layer, and how far that to one sound is from that to another.

waveform -> ear -> layers ... -> the layer | the rest is not computed
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from heschl.ear.cochleagram import Cochleagram
from heschl.network.hooks import in_eval


class PassedReLU(torch.autograd.Function):
    """ReLU that lets the gradient of negative values pass: a sound that silences a unit can wake it again.

    Source: Feather et al. 2023, for the layer that is matched alone.
    """

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        """Return the values, negative ones as 0."""
        return values.clamp_min(0)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        """Return the gradient as it is."""
        return gradient


class _Reached(Exception):
    """The layer has responded; nothing after it needs to be computed."""


class Response:
    """Waveforms (batch, ...) -> the responses (batch, units) of a layer of a module, differentiable.

    module : from waveforms to anything
    layer  : one of its modules; None: its output
    whole  : also run what comes after the layer, and take its last output: for a layer that runs repeatedly
    """

    def __init__(self, module: Callable[[Tensor], Any], layer: nn.Module | None = None, whole: bool = False):
        self.module, self.layer, self.whole = module, layer, whole

    def __call__(self, waveform: Tensor) -> Tensor:
        """Return the responses.

        raises : ValueError if the layer did not run, or gave no tensor with a row for each waveform
        """
        found = self.module(waveform) if self.layer is None else self._reached(waveform, self.layer)
        while isinstance(found, tuple | list) and found:
            found = found[0]
        if not isinstance(found, Tensor) or found.ndim == 0:
            raise ValueError("it gave no response: it did not run, or returned no tensor.")
        if len(found) != len(waveform):
            raise ValueError(f"its response has {len(found)} rows for {len(waveform)} sounds.")
        return found.flatten(1)

    def _reached(self, waveform: Tensor, layer: nn.Module) -> Any:
        found: list[Any] = []

        def keep(module: nn.Module, inputs: Any, output: Any) -> None:
            found.append(output)
            if not self.whole:
                raise _Reached

        hook = layer.register_forward_hook(keep)
        try:
            with contextlib.suppress(_Reached), _passing(layer):
                self.module(waveform)
        finally:
            hook.remove()
        return found[-1] if found else None


def distance(response: Tensor, wanted: Tensor) -> Tensor:
    """Return |response - wanted| / |wanted| of each sound, (sounds,); both (sounds, units)."""
    scale = wanted.norm(dim=1).clamp_min(torch.finfo(wanted.dtype).tiny)
    return (response - wanted).norm(dim=1) / scale


@contextlib.contextmanager
def _passing(layer: nn.Module) -> Iterator[None]:
    """Let the ReLU that a layer ends with, if it does, be a `PassedReLU`."""
    last = layer
    while isinstance(last, nn.Sequential) and len(last):
        last = last[-1]
    if not isinstance(last, nn.ReLU):
        yield
        return
    last.forward = PassedReLU.apply
    try:
        yield
    finally:
        del last.forward


@contextlib.contextmanager
def softened(ear: Cochleagram, slope: float) -> Iterator[None]:
    """Limit the slope of an ear's compression in the gradient; what it computes stays the same.

    The slope of |envelope|^0.3 has no limit at 0. Without one the gradient is that of the silent parts of a
    sound alone, and a descent ends far from the sound.
    """
    own = ear.program
    ear.program = replace(own, slope=min(own.slope, slope))
    try:
        yield
    finally:
        ear.program = own


@contextlib.contextmanager
def frozen(module: nn.Module) -> Iterator[None]:
    """Compute no gradients of the weights of a module, and let it be in eval mode."""
    wanted = [weight.requires_grad for weight in module.parameters()]
    try:
        with in_eval(module):
            module.requires_grad_(False)
            yield
    finally:
        for weight, gradient in zip(module.parameters(), wanted, strict=True):
            weight.requires_grad_(gradient)

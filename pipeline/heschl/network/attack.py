"""Projected gradient descent: the change of an input, no larger than epsilon, that raises the loss most.

start anywhere in the ball -> step along the gradient -> back into the ball -> ...     best of all restarts

Source: Madry et al. 2018; sounds: Feather et al. 2023.
"""

from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np
import torch
from torch import Tensor

Norm = Literal["l2", "linf"]
TINY = 1e-12
Loss = Callable[[Tensor], Tensor]  # inputs (batch, ...) -> loss of each (batch,)


def attack(
    loss: Loss,
    inputs: Tensor,
    norm: Norm,
    epsilon: float,
    steps: int,
    rate: float,
    starts: Iterator[Tensor] | list[Tensor],
    bounds: tuple[float, float] | None = None,
) -> Tensor:
    """Return the inputs with the change that raised the loss of each most, of all restarts and steps.

    inputs  : (batch, ...)
    norm    : l2 or linf, over everything but the batch
    epsilon : largest norm of a change
    rate    : norm of a step
    starts  : changes to start from, like `inputs`, one for each restart
    bounds  : of every value, such as -1 and 1 of a waveform
    """
    best = inputs.clone()
    with torch.no_grad():
        highest = loss(inputs).to(inputs.dtype)
    for start in starts:
        changed = _bounded(inputs + project(start, norm, epsilon), bounds)
        for step in range(steps + 1):
            changed = changed.detach().requires_grad_()
            losses = loss(changed)
            reached = losses.detach().to(highest)
            higher = reached > highest
            best[higher], highest[higher] = changed.detach()[higher], reached[higher]
            if step == steps:
                break
            (gradient,) = torch.autograd.grad(losses.sum(), changed)
            moved = changed.detach() + rate * steepest(gradient, norm)
            changed = _bounded(inputs + project(moved - inputs, norm, epsilon), bounds)
    return best


def project(change: Tensor, norm: Norm, epsilon: float) -> Tensor:
    """Return changes (batch, ...) moved to the nearest of norm epsilon or less."""
    if norm == "linf":
        return change.clamp(-epsilon, epsilon)
    return change * (epsilon / _sizes(change).clamp_min(TINY)).clamp_max(1.0)


def steepest(gradient: Tensor, norm: Norm) -> Tensor:
    """Return the change of norm 1 along which the loss rises most, (batch, ...)."""
    return gradient.sign() if norm == "linf" else gradient / _sizes(gradient).clamp_min(TINY)


def random_change(shape: tuple[int, ...], norm: Norm, epsilon: float, rng: np.random.Generator) -> Tensor:
    """Return a change drawn uniformly from the ball of norm epsilon, float32; shape : without the batch."""
    if norm == "linf":
        return torch.from_numpy(rng.uniform(-epsilon, epsilon, shape).astype(np.float32))
    drawn = rng.standard_normal(shape)
    radius = epsilon * rng.random() ** (1 / drawn.size)
    return torch.from_numpy((radius * drawn / np.linalg.norm(drawn)).astype(np.float32))


def noise_of_size(shape: tuple[int, ...], norm: Norm, epsilon: float, rng: np.random.Generator) -> Tensor:
    """Return noise of norm epsilon itself, the control: Gaussian, or of random signs; float32."""
    if norm == "linf":
        return torch.from_numpy((epsilon * rng.choice([-1.0, 1.0], shape)).astype(np.float32))
    drawn = rng.standard_normal(shape)
    return torch.from_numpy((epsilon * drawn / np.linalg.norm(drawn)).astype(np.float32))


def sizes(change: Tensor, norm: Norm) -> Tensor:
    """Return the norm of each change, (batch,)."""
    flat = change.flatten(1)
    return flat.abs().amax(dim=1) if norm == "linf" else flat.norm(dim=1)


def _sizes(change: Tensor) -> Tensor:
    """Return L2 norms in the shape (batch, 1, ...)."""
    return change.flatten(1).norm(dim=1).view(-1, *[1] * (change.ndim - 1))


def _bounded(inputs: Tensor, bounds: tuple[float, float] | None) -> Tensor:
    return inputs.clamp(*bounds) if bounds else inputs

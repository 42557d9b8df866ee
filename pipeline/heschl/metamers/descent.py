"""Change sounds step by step until a layer responds as to others; an interruption changes no bit."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from heschl import work
from heschl.metamers.match import distance
from heschl.metamers.params import Descent

BETAS = (0.9, 0.999)
EPSILON = 1e-12


@dataclass
class State:
    """Where a descent is.

    sounds        : (sounds, samples), or (sounds, ears, samples)
    first, second : Adam's means of the gradient and its square, like `sounds`
    step          : steps done
    losses        : distance before each of them, (steps, sounds)
    """

    sounds: Tensor
    first: Tensor
    second: Tensor
    step: int
    losses: Tensor

    @classmethod
    def start(cls, sounds: Tensor, steps: int) -> "State":
        """Return the state before the first step."""
        zeros = torch.zeros_like(sounds)
        return cls(sounds.clone(), zeros, zeros.clone(), 0, torch.zeros(steps, len(sounds)))


def descend(
    respond: Callable[[Tensor], Tensor],
    wanted: Tensor,
    start: Tensor,
    params: Descent,
    path: Path | None = None,
    every: int = 100,
) -> State:
    """Return sounds to which the response is `wanted`, as nearly as the descent reaches.

    respond : (sounds, ...) -> (sounds, units); each sound is changed by its own gradient alone
    wanted  : (sounds, units)
    start   : (sounds, ...)
    path    : of a file that keeps the state after each `every` steps; if it is there, the descent goes on
    raises  : ValueError if the gradient of a sound is not finite
    """
    state = _read(path, start, params.steps) if path and path.is_file() else State.start(start, params.steps)
    while state.step < params.steps:
        sounds = state.sounds.detach().requires_grad_()
        losses = distance(respond(sounds), wanted)
        (gradient,) = torch.autograd.grad(losses.sum(), sounds)
        if not torch.isfinite(gradient).all():
            raise ValueError(f"the gradient is not finite after {state.step} steps: lower descent.rate.")
        state.losses[state.step] = losses.detach().cpu()
        state.sounds = state.sounds + _change(state, gradient, params)
        state.step += 1
        if path and (state.step % every == 0 or state.step == params.steps):
            _write(path, state)
    return state


def _change(state: State, gradient: Tensor, params: Descent) -> Tensor:
    if params.method == "published":
        parts = params.halvings + 1
        rate = params.rate / 2 ** (state.step * parts // params.steps)
        norms = gradient.flatten(1).norm(dim=1).clamp_min(EPSILON)
        return -rate * gradient / norms.view(-1, *[1] * (gradient.ndim - 1))
    rate = params.rate / 2 * (1 + math.cos(math.pi * state.step / params.steps))
    one, two = BETAS
    state.first = one * state.first + (1 - one) * gradient
    state.second = two * state.second + (1 - two) * gradient.square()
    mean = state.first / (1 - one ** (state.step + 1))
    square = state.second / (1 - two ** (state.step + 1))
    return -rate * mean / (square.sqrt() + EPSILON)


def _write(path: Path, state: State) -> None:
    with work.replacing(path) as file:
        torch.save({name: getattr(state, name) for name in State.__dataclass_fields__}, file)


def _read(path: Path, start: Tensor, steps: int) -> State:
    found: dict[str, Any] = torch.load(path, map_location=start.device, weights_only=True)
    state = State(**found)
    state.losses = state.losses.cpu()
    if state.sounds.shape != start.shape or len(state.losses) != steps:
        raise ValueError(f"{path} is of other sounds or steps: remove it.")
    return state

"""Optimizers, and the learning rate over the steps of a training."""

import math
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field
from torch import nn, optim

from heschl.params import Count, Positive, Share, section


@section
class OptimizerParams:
    """Params section `train.optimizer`."""

    name: Literal["adamw", "sgd"]
    learning_rate: Positive | Literal["find"]  # the maximum; find: use Lightning's finder
    weight_decay: float
    momentum: Share  # of sgd; beta_1 of adamw
    schedule: Literal["cosine", "step", "constant"]  # of the rate, after warm-up
    warmup: Share  # share of the steps over which the rate rises from 0
    step_every: Positive  # step: the rate is reduced after this share of the steps ...
    step_factor: Positive  # ... by this factor
    gradient_clip: Annotated[float, Field(ge=0)]  # largest norm of the gradient; 0: no clipping
    accumulate: Count  # parts that a batch is split into: less memory, the same gradient


def make_optimizer(
    weights: Iterable[nn.Parameter], params: OptimizerParams, learning_rate: float, fused: bool | None = True
) -> optim.Optimizer:
    """Return the optimizer of the params.

    fused : update all weights at once, which saves a tenth of a small network's step on a CPU; Lightning
            refuses True with clipping in mixed precision
    """
    if params.name == "adamw":
        return optim.AdamW(
            weights, learning_rate, (params.momentum, 0.999), weight_decay=params.weight_decay, fused=fused
        )
    return optim.SGD(weights, learning_rate, params.momentum, weight_decay=params.weight_decay, fused=fused)


def rate(step: int, steps: int, params: OptimizerParams) -> float:
    """Return the learning rate at `step` of `steps`, as a share of its maximum."""
    rise = max(1, round(params.warmup * steps))
    if params.warmup and step < rise:
        return (step + 1) / rise
    if params.schedule == "constant":
        return 1.0
    if params.schedule == "step":
        return params.step_factor ** math.floor(step / (params.step_every * steps) + 1e-9)
    start = rise if params.warmup else 0
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - start) / max(1, steps - start))))

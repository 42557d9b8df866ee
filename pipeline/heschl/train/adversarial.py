"""Training against an adversary: each clip is changed so that its loss is highest, before the step.

Source: Madry et al. 2018; of networks that hear: Feather et al. 2023, with 5 steps of epsilon / 2 and epsilon
1.0 or 0.5 (l2) or 0.002 (linf) on the waveform, 1.0 (l2) on the cochleagram.
"""

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from heschl.network.attack import Norm, attack, random_change
from heschl.network.hearing import Hearing
from heschl.network.hooks import in_eval
from heschl.params import Count, Positive, section

WAVEFORM = "waveform"
LOUD = 1024.0  # factor on the loss, which the attack ignores: gradients in float16 do not vanish
STREAM = 7  # of random numbers, apart from the order of clips, mixtures and dropout


@section
class Adversarial:
    """Params section `train.adversarial`."""

    input: Literal["waveform", "cochleagram"]
    norm: Norm
    epsilon: Positive  # largest norm of a change, of clips at the level that the ear scales them to
    steps: Count
    rate: Positive  # norm of a step, as a share of epsilon


def changed_logits(
    hearing: Hearing,
    waveform: Tensor,
    loss: Callable[[Mapping[str, Tensor]], Tensor],
    params: Adversarial,
    numbers: Tensor,
    seed: int,
    epoch: int,
) -> dict[str, Tensor]:
    """Return the logits of clips after the adversary has changed them.

    The attack runs in eval mode: it neither draws dropout nor moves the means of batch normalization. What it
    starts from is drawn for each clip and epoch, so it does not depend on batches and processes.

    waveform : (batch, samples), int16 or float in [-1, 1]
    loss     : from the logits of each task to the loss of each clip (batch,)
    numbers  : of the clips (batch,)
    """
    on_waveform = params.input == WAVEFORM
    with torch.no_grad():
        inputs = hearing.scaled(hearing.as_float(waveform))
        inputs = inputs if on_waveform else hearing.cochleagram(inputs)
    forward = hearing if on_waveform else hearing.network
    with in_eval(hearing):
        found = attack(
            lambda each: LOUD * loss(forward(each)), inputs, params.norm, params.epsilon, params.steps,
            params.rate * params.epsilon, [_start(inputs, params, numbers, seed, epoch)],
            (-1.0, 1.0) if on_waveform else None,
        )  # fmt: skip
    return forward(found)


def _start(inputs: Tensor, params: Adversarial, numbers: Tensor, seed: int, epoch: int) -> Tensor:
    drawn = [
        random_change(
            tuple(inputs.shape[1:]),
            params.norm,
            params.epsilon,
            np.random.default_rng(np.random.SeedSequence([seed, STREAM, epoch, number])),
        )
        for number in numbers.tolist()
    ]
    return torch.stack(drawn).to(inputs)

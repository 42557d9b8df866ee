"""What a network still names correctly when an adversary, or noise of the same size, changes the clips."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from heschl import work
from heschl.network.attack import Loss, attack, noise_of_size, random_change
from heschl.network.hearing import Hearing
from heschl.parallel import progress
from heschl.robustness.params import Attack, RobustnessParams
from heschl.tasks import is_null
from heschl.train.adversarial import WAVEFORM

STARTS, CONTROL = 1, 2  # streams of random numbers


@dataclass(frozen=True, eq=False)
class Clips:
    """Clean test clips of a task.

    waveform : (clips, samples) float32 in [-1, 1], at the level that the ear scales them to
    truth    : (clips,) class among all labels of the task
    """

    task: str
    keys: list[str]
    sources: list[str]
    waveform: Tensor
    truth: Tensor


@dataclass(frozen=True, eq=False)
class Changed:
    """What the network answers to changed clips.

    inputs  : (clips, ...), the changed waveforms or cochleagrams
    answers : (clips,) class among all labels
    snr_db  : (clips,) of the inputs before the change re the change
    """

    inputs: Tensor
    answers: Tensor
    snr_db: Tensor


def change(
    hearing: Hearing, clips: Clips, kind: Attack, epsilon: float, params: RobustnessParams
) -> tuple[Changed, Changed]:
    """Return what the network answers to the clips after the attack, and with noise of the same size.

    An attack knows the network and the classes; it succeeds if one of its restarts does.
    """
    parts = []
    for start in range(0, len(clips.keys), params.batch_size):
        here = slice(start, start + params.batch_size)
        with torch.no_grad():
            inputs = clips.waveform[here]
            inputs = inputs if kind.input == WAVEFORM else hearing.cochleagram(inputs)
        parts.append(_batch(hearing, clips, here, inputs, kind, epsilon, params))
    adversarial, control = zip(*parts, strict=True)
    return _joined(adversarial), _joined(control)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What is kept of an attack, on the CPU.

    adversary, noise                 : (clips,) answers after the attack, and with noise of the same size
    adversary_snr_db, noise_snr_db   : (clips,)
    fooled                           : number of the first clip whose right answer changed; -1: none
    adversary_input, noise_input     : what that clip became
    """

    adversary: Tensor
    noise: Tensor
    adversary_snr_db: Tensor
    noise_snr_db: Tensor
    fooled: int
    adversary_input: Tensor
    noise_input: Tensor


def outcome(
    hearing: Hearing, clips: Clips, right: Tensor, kind: Attack, epsilon: float, params: RobustnessParams
) -> Outcome:
    """Attack clips; right : (clips,) bool, which of them the network names as they are."""
    adversarial, control = change(hearing, clips, kind, epsilon, params)
    changed = torch.nonzero(right & (adversarial.answers != clips.truth)).flatten()
    place = int(changed[0]) if len(changed) else 0
    tensors = (
        *(each.answers for each in (adversarial, control)),
        *(each.snr_db for each in (adversarial, control)),
    )
    inputs = (each.inputs[place].cpu().clone() for each in (adversarial, control))
    return Outcome(*(each.cpu() for each in tensors), place if len(changed) else -1, *inputs)


def kept(path: Path, make: Callable[[], Outcome]) -> Outcome:
    """Return what an earlier run left at `path`; else make it and leave it there."""
    if not path.is_file():
        with work.replacing(path) as file:
            torch.save(vars(make()), file)
    try:
        return Outcome(**torch.load(path, map_location="cpu", weights_only=True))
    except Exception as error:  # of a damaged file, nearly any
        raise ValueError(f"{path} is damaged ({type(error).__name__}). Remove it.") from None


def untouched(hearing: Hearing, clips: Clips, batch_size: int) -> Tensor:
    """Return the network's answers to the clips as they are, (clips,) class among all labels."""
    with torch.no_grad():
        logits = [_logits(hearing, clips.task, WAVEFORM, each) for each in clips.waveform.split(batch_size)]
    return torch.cat(logits).argmax(dim=1)


def _batch(
    hearing: Hearing, clips: Clips, here: slice, inputs: Tensor, kind: Attack, epsilon: float,
    params: RobustnessParams,
) -> tuple[Changed, Changed]:  # fmt: skip
    truth, keys = clips.truth[here], clips.keys[here]
    bounds = (-1.0, 1.0) if kind.input == WAVEFORM else None
    starts = [
        _drawn(inputs, keys, partial(random_change, norm=kind.norm, epsilon=epsilon), params, STARTS, restart)
        for restart in range(params.restarts)
    ]
    loss = _loss(hearing, clips.task, kind.input, truth)
    steps, rate = params.steps, params.rate * epsilon
    found = attack(loss, inputs, kind.norm, epsilon, steps, rate, starts, bounds)
    size = partial(noise_of_size, norm=kind.norm, epsilon=epsilon)
    noisy = inputs + _drawn(inputs, keys, size, params, CONTROL, 0)
    noisy = noisy.clamp(*bounds) if bounds else noisy
    adversarial, control = (
        _answered(hearing, clips.task, kind.input, inputs, each) for each in (found, noisy)
    )
    return adversarial, control


def _drawn(
    like: Tensor, keys: list[str], draw: Callable[..., Tensor], params: RobustnessParams, *stream: int
) -> Tensor:
    """Return a change for each clip, drawn from its key: the same in any batch."""
    numbers = [int.from_bytes(key.encode(), "big") for key in keys]
    rngs = [np.random.default_rng(np.random.SeedSequence([params.seed, *stream, each])) for each in numbers]
    return torch.stack([draw(tuple(like.shape[1:]), rng=rng) for rng in rngs]).to(like)


def _answered(hearing: Hearing, task: str, kind: str, before: Tensor, after: Tensor) -> Changed:
    with torch.no_grad():
        answers = _logits(hearing, task, kind, after).argmax(dim=1)
    noise = (after - before).flatten(1).norm(dim=1)
    return Changed(after, answers, 20 * torch.log10(before.flatten(1).norm(dim=1) / noise))


def _loss(hearing: Hearing, task: str, kind: str, truth: Tensor) -> Loss:
    """Return the loss that an attack raises: the logit of the best other label less that of the true one.

    Unlike the cross-entropy it does not saturate where the network is sure (Carlini & Wagner 2017).
    """
    own = functional.one_hot(truth, len(hearing.labels[task])).bool()

    def loss(inputs: Tensor) -> Tensor:
        logits = _logits(hearing, task, kind, inputs)
        return logits.masked_fill(own, -torch.inf).amax(dim=1) - logits[own]

    return loss


def _logits(hearing: Hearing, task: str, kind: str, inputs: Tensor) -> Tensor:
    """Return the logits of a task's labels, minus infinity for null classes, (batch, labels)."""
    heard = hearing.cochleagram(inputs) if kind == WAVEFORM else inputs
    null = torch.tensor([is_null(name) for name in hearing.labels[task]], device=inputs.device)
    return hearing.network(heard)[task].masked_fill(null, -torch.inf)


def _joined(parts: Sequence[Changed]) -> Changed:
    return Changed(*(torch.cat([getattr(part, name) for part in parts]) for name in Changed.__annotations__))


def every(params: RobustnessParams) -> Iterator[tuple[Attack, float]]:
    """Yield each attack with each of its epsilons, with a progress bar."""
    pairs = [(kind, epsilon) for kind in params.attacks for epsilon in sorted(kind.epsilons)]
    return progress(iter(pairs), len(pairs), "robustness")

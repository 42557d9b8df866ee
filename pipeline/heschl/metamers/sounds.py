"""The natural sounds that metamers are made for, and the pairs of other sounds that they are judged by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from heschl.audio import FULL_SCALE
from heschl.metamers.layers import presented
from heschl.metamers.similarity import clips_for
from heschl.mixtures.row import CLEAN
from heschl.network.hearing import Hearing, label_probabilities
from heschl.shards.read import Shards
from heschl.shards.remix import Remix
from heschl.tasks import named

SOUNDS, PAIRS, START = 0, 1, 2  # streams of random numbers


class MetamerError(ValueError):
    """Metamers that cannot be made; the message says why, and what to do."""


@dataclass(frozen=True, eq=False)
class Natural:
    """A natural sound.

    name     : of its file
    key      : of the test clip
    task     : that it is a target of
    label    : which the network names
    waveform : (samples,) float32 in [-1, 1], or (ears, samples)
    record   : of the clip, as `Shards.record`
    """

    name: str
    key: str
    task: str
    label: str
    waveform: Tensor
    record: Mapping[str, Any]


def natural_sounds(
    hearing: Hearing, shards: Shards, count: int, seed: int, batch_size: int, others: Sequence[Hearing] = ()
) -> list[Natural]:
    """Draw clean test clips that the network names correctly, in the order of the tasks.

    count  : clips of each task
    others : networks that must name them, too: of the same networks, each gets the same clips
    raises : MetamerError if a task has too few
    """
    found = []
    for place, task in enumerate(hearing.labels):
        clean = shards.where(lambda row, task=task: row["task"] == task and row["background"] == CLEAN)
        rng = np.random.default_rng(np.random.SeedSequence([seed, SOUNDS, place]))
        own: list[Natural] = []
        order = rng.permutation(clean)
        for start in range(0, len(order), batch_size):
            numbers = order[start : start + batch_size]
            waveform = presented(hearing, of_shards(shards, numbers).to(device_of(hearing)))
            answers = zip(*(answers_of(each, waveform, task) for each in (hearing, *others)), strict=True)
            for number, named_by, clip in zip(numbers, answers, waveform, strict=True):
                row = shards.record(number)
                if set(named_by) == {row[task]}:
                    name = f"{task}-{len(own) + 1:02d}"
                    own.append(Natural(name, row["key"], task, row[task], clip, row))
            if len(own) >= count:
                break
        if len(own) < count:
            raise MetamerError(
                f"metamers.sounds: the network names {len(own)} of {len(clean)} clean {task} clips of the "
                f"test correctly{' and so do the others' if others else ''}, and {count} are asked for. "
                "Ask for fewer, or train longer."
            )
        found += own[:count]
    return found


def training_sounds(shards: Shards, pairs: int, seed: int) -> np.ndarray:
    """Draw training clips that have so many pairs; return their numbers, (clips,).

    raises : MetamerError if there are too few
    """
    count = clips_for(pairs)
    if count > len(shards):
        raise MetamerError(
            f"metamers.pairs is {pairs}, which {count} training clips have; there are {len(shards)}. "
            "Lower it."
        )
    rng = np.random.default_rng(np.random.SeedSequence([seed, PAIRS]))
    return rng.choice(len(shards), count, replace=False)


def of_shards(shards: Shards, numbers: np.ndarray, remix: Remix | None = None) -> Tensor:
    """Return clips by number, (clips, samples) float32 in [-1, 1].

    remix : where the shards hold targets and backgrounds apart
    """
    if remix:
        return torch.from_numpy(remix.waveforms(numbers, 0))
    return torch.from_numpy(shards.waveforms(numbers).astype(np.float32) / FULL_SCALE)


def answers_of(hearing: Hearing, waveform: Tensor, task: str) -> list[str]:
    """Return the network's answer to each waveform, among the labels that are not null classes."""
    names = hearing.labels[task]
    with torch.no_grad():
        probabilities = label_probabilities(hearing(waveform)[task], names)
    choices = named(names)
    return [choices[place] for place in probabilities.argmax(dim=1)]


def device_of(hearing: Hearing) -> torch.device:
    """Return where the network computes."""
    return next(hearing.parameters()).device

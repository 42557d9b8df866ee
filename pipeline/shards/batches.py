"""Which clips come when: batches that depend on (seed, epoch, batch size) alone, and the part of each process in them.

    a training epoch of a split   [ batch 0 | batch 1 | ... ]              all of it in an order of (seed, epoch)
    a batch, 2 processes x 2 parts  0 1 2 3 0 1 2 3 ...                    clip i goes to part i % 4 = part * processes + rank

So the number of processes, of parts (gradient accumulation) or of workers that read never changes what a step learns from.
"""

import signal
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler, SequentialSampler

from pipeline.shards.read import Shards
from pipeline.tasks import is_null

Batch = dict[
    str, Any
]  # waveform (clips, samples) int16; targets, weights {task: (clips,)}; numbers, valid (clips,)


class Part(NamedTuple):
    """What one process computes at once."""

    numbers: np.ndarray  # clips of the whole batch
    valid: np.ndarray  # (clips,) bool: False where a clip only fills the batch up
    mine: slice  # those of this part


def train_batches(clips: int, batch_size: int, seed: int, epoch: int) -> Iterator[np.ndarray]:
    """Yield the batches of a training epoch, all processes together: numbers of clips, (batch_size,).

    The whole split is shuffled anew from (seed, epoch); the incomplete last batch is left for another epoch.
    """
    if clips < batch_size:
        raise ValueError(f"train.batch_size is {batch_size}, and there are {clips} training clips: lower it.")
    order = np.random.default_rng(np.random.SeedSequence([seed, epoch])).permutation(clips)
    for start in range(0, clips - batch_size + 1, batch_size):
        yield order[start : start + batch_size]


def evaluation_batches(clips: int, batch_size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (numbers, valid) of each batch, in order: every clip once.

    All batches are of one size, so that a clip's result does not depend on who computes it; clip 0, with `valid` False, fills the last.
    """
    for start in range(0, clips, batch_size):
        numbers = np.arange(start, start + batch_size)
        valid = numbers < clips
        yield np.where(valid, numbers, 0), valid


class TrainSequence(SequentialSampler):  # which Lightning's overfit_batches leaves as it is
    """One process's parts of the batches of an epoch, from the step on that training has come to.

    position     : gives the number of steps done in all epochs; so a resumed training goes on in the middle of one
    rank, world  : this process, of how many
    repeat_first : go through so many first batches of epoch 0 again and again; 0 does not
    """

    def __init__(
        self, clips: int, batch_size: int, accumulate: int, seed: int, rank: int, world: int,
        position: Callable[[], int], repeat_first: int = 0,
    ):  # fmt: skip
        if accumulate * world > batch_size:
            raise ValueError(
                f"train.batch_size is {batch_size}, too few for {world} processes of {accumulate} parts each (train.optimizer.accumulate)."
            )
        self.clips, self.batch_size, self.accumulate, self.seed = clips, batch_size, accumulate, seed
        self.rank, self.world, self.position, self.repeat_first = rank, world, position, repeat_first

    @property
    def steps(self) -> int:
        """Return the number of batches of an epoch."""
        return self.repeat_first or self.clips // self.batch_size

    def __len__(self) -> int:
        return self.steps * self.accumulate

    def __iter__(self) -> Iterator[Part]:
        epoch, done = divmod(self.position(), self.steps)
        batches = train_batches(self.clips, self.batch_size, self.seed, 0 if self.repeat_first else epoch)
        for numbers in islice(batches, done, self.steps):
            for part in range(self.accumulate):
                mine = slice(part * self.world + self.rank, None, self.accumulate * self.world)
                yield Part(numbers, np.ones(len(numbers), bool), mine)


class EvaluationSequence(SequentialSampler):
    """One process's batches of a split: whole ones, dealt out; processes that come to the end early get one that only fills up."""

    def __init__(self, clips: int, batch_size: int, rank: int, world: int):
        self.clips, self.batch_size, self.rank, self.world = clips, batch_size, rank, world

    def __len__(self) -> int:
        return -(-self.clips // (self.batch_size * self.world))

    def __iter__(self) -> Iterator[Part]:
        batches = list(evaluation_batches(self.clips, self.batch_size))
        spare = np.zeros(self.batch_size, np.int64), np.zeros(self.batch_size, bool)
        for turn in range(len(self)):
            place = turn * self.world + self.rank
            yield Part(*(batches[place] if place < len(batches) else spare), slice(None))


class Clips(Dataset):
    """Part -> its sounds and targets, and the weight of each clip in the loss of each task.

    The weights of all parts of a batch sum to 1 for each task, so that a sum over clips, parts and processes is the batch's mean.
    masked : leave the clips of other tasks out of a task's mean, instead of counting them as its null class
    """

    def __init__(self, shards: Shards, masked: bool):
        self.shards = shards
        self.counted = {}
        for task, names in shards.labels.items():
            self.counted[task] = np.array([not (masked and is_null(name)) for name in names])[
                shards.targets[task]
            ]

    def __len__(self) -> int:
        return len(self.shards)

    def __getitem__(self, part: Part) -> Batch:
        numbers, valid = part.numbers[part.mine], part.valid[part.mine]
        weights = {}
        for task, counted in self.counted.items():
            share = (counted[part.numbers] & part.valid).astype(np.float32)
            weights[task] = torch.from_numpy(share[part.mine] / max(1.0, share.sum()))
        return {
            "waveform": torch.from_numpy(self.shards.waveforms(numbers)),
            "targets": {
                task: torch.from_numpy(classes[numbers]) for task, classes in self.shards.targets.items()
            },
            "weights": weights,
            "valid": torch.from_numpy(valid.copy()),
            "numbers": torch.from_numpy(numbers.astype(np.int64)),
        }


def loader(clips: Clips, sequence: Sampler, workers: int) -> DataLoader:
    """Return a loader of ready batches; `workers` processes read ahead, or none: the training process reads itself."""
    return DataLoader(
        clips,
        sampler=sequence,
        batch_size=None,
        num_workers=workers,
        persistent_workers=workers > 0,
        worker_init_fn=_leave_signals if workers else None,
        pin_memory=torch.cuda.is_available(),
    )


def _leave_signals(worker: int) -> None:
    """Leave to the training process what a scheduler sends to all: it must still be able to end its epoch's part."""
    for number in (signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)

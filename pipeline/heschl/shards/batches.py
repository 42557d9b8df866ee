"""The order of clips: batches that depend on (seed, epoch, batch size) alone, and the part of each process.

    training epoch                 [ batch 0 | batch 1 | ... ]    a permutation of the split by (seed, epoch)
    batch, 2 processes x 2 parts   0 1 2 3 0 1 2 3 ...            clip i is in i % 4 = part * processes + rank

The clips of a step never depend on the number of processes, parts (gradient accumulation) or workers.
"""

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler, SequentialSampler

from heschl.shards.read import Shards
from heschl.shards.remix import Remix
from heschl.tasks import is_null

# waveform (clips, samples) int16, or float32 in [-1, 1] if mixed anew; targets, weights {task: (clips,)};
# numbers, valid (clips,)
Batch = dict[str, Any]


class Part(NamedTuple):
    """The clips that one process computes at once."""

    numbers: np.ndarray  # of all clips of the batch
    valid: np.ndarray  # (clips,) bool; False for clips that only pad the batch
    mine: slice  # the clips of this part
    epoch: int = 0


def train_batches(clips: int, batch_size: int, seed: int, epoch: int) -> Iterator[np.ndarray]:
    """Yield the batches of a training epoch for all processes together: numbers of clips, (batch_size,).

    The split is shuffled from (seed, epoch); an incomplete last batch is dropped.

    raises : ValueError if there are fewer clips than `batch_size`
    """
    if clips < batch_size:
        raise ValueError(
            f"train.batch_size is {batch_size}, but there are only {clips} training clips: lower it."
        )
    order = np.random.default_rng(np.random.SeedSequence([seed, epoch])).permutation(clips)
    for start in range(0, clips - batch_size + 1, batch_size):
        yield order[start : start + batch_size]


def evaluation_batches(clips: int, batch_size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (numbers, valid) of each batch, in order; every clip is valid once.

    All batches have the same size, so that the result of a clip does not depend on the process that computes
    it. The last one is padded with clip 0, not valid.
    """
    for start in range(0, clips, batch_size):
        numbers = np.arange(start, start + batch_size)
        valid = numbers < clips
        yield np.where(valid, numbers, 0), valid


class TrainSequence(SequentialSampler):  # a class that Lightning's overfit_batches does not replace
    """The parts of one process in the batches of an epoch, starting at the current step.

    accumulate   : number of parts that each process computes one after the other
    position     : returns the number of steps taken so far, in all epochs; a resumed training continues there
    rank, world  : number of this process, and of processes
    repeat_first : number of batches of epoch 0 to repeat; 0 for whole epochs
    """

    def __init__(
        self, clips: int, batch_size: int, accumulate: int, seed: int, rank: int, world: int,
        position: Callable[[], int], repeat_first: int = 0,
    ):  # fmt: skip
        if accumulate * world > batch_size:
            raise ValueError(
                f"train.batch_size is {batch_size}, too small for {world} processes of {accumulate} parts "
                f"each. Raise it, or lower train.optimizer.accumulate."
            )
        self.clips, self.batch_size, self.accumulate, self.seed = clips, batch_size, accumulate, seed
        self.rank, self.world, self.position, self.repeat_first = rank, world, position, repeat_first

    @property
    def steps(self) -> int:
        """Return the number of batches in an epoch."""
        return self.repeat_first or self.clips // self.batch_size

    def __len__(self) -> int:
        return self.steps * self.accumulate

    def __iter__(self) -> Iterator[Part]:
        epoch, done = divmod(self.position(), self.steps)
        batches = train_batches(self.clips, self.batch_size, self.seed, 0 if self.repeat_first else epoch)
        for numbers in islice(batches, done, self.steps):
            for part in range(self.accumulate):
                mine = slice(part * self.world + self.rank, None, self.accumulate * self.world)
                yield Part(numbers, np.ones(len(numbers), bool), mine, epoch)


class EvaluationSequence(SequentialSampler):
    """The batches of one process in an evaluation; the processes take turns.

    All processes get the same number of batches; the last of some has no valid clip.
    """

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
    """Part -> its waveforms and targets, and the weight of each clip in the loss of each task.

    For each task the weights of a batch sum to 1 over all parts, so that the sum of the weighted losses over
    clips, parts and processes is the mean of the batch.

    masked : exclude the clips of other tasks from a task's mean, rather than count them as its null class
    seed   : of the mixtures, where the shards hold targets and backgrounds apart
    """

    def __init__(self, shards: Shards, masked: bool, seed: int = 0):
        self.shards = shards
        self.remix = Remix(shards, seed) if shards.parts == 2 else None
        self.counted = {}
        for task, names in shards.labels.items():
            counts = np.array([not (masked and is_null(name)) for name in names])
            self.counted[task] = counts[shards.classes[task]]

    def __len__(self) -> int:
        return len(self.shards)

    def __getitem__(self, part: Part) -> Batch:
        numbers, valid = part.numbers[part.mine], part.valid[part.mine]
        weights = {}
        for task, counted in self.counted.items():
            share = (counted[part.numbers] & part.valid).astype(np.float32)
            weights[task] = torch.from_numpy(share[part.mine] / max(1.0, share.sum()))
        return {
            "waveform": torch.from_numpy(self._waveforms(numbers, part.epoch)),
            "targets": {
                task: torch.from_numpy(classes[numbers].astype(np.int64))
                for task, classes in self.shards.classes.items()
            },
            "weights": weights,
            "valid": torch.from_numpy(valid.copy()),
            "numbers": torch.from_numpy(numbers.astype(np.int64)),
        }

    def _waveforms(self, numbers: np.ndarray, epoch: int) -> np.ndarray:
        return self.remix.waveforms(numbers, epoch) if self.remix else self.shards.waveforms(numbers)


class ReadAhead(DataLoader):
    """A loader that prepares the next batch in a thread, while the training process computes.

    With worker processes it leaves that to them.
    """

    def __iter__(self) -> Iterator[Batch]:
        batches = super().__iter__()
        return batches if self.num_workers else _ahead(batches)


def _ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    with ThreadPoolExecutor(1, "read-ahead") as thread:
        coming = thread.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = thread.submit(next, batches, None)
            yield batch


def loader(clips: Clips, sequence: Sampler, workers: int, pinned: bool) -> DataLoader:
    """Return a loader of batches.

    workers : processes that read ahead; with 0 a thread does. They are spawned: a process that is forked
              while threads (gloo's, MLflow's) hold locks can wait for them forever.
    pinned  : batches in page-locked memory, which is copied to a CUDA GPU faster
    """
    return ReadAhead(
        clips,
        sampler=sequence,
        batch_size=None,
        num_workers=workers,
        persistent_workers=workers > 0,
        multiprocessing_context="spawn" if workers else None,
        worker_init_fn=_leave_signals if workers else None,
        pin_memory=pinned,
    )


def _leave_signals(worker: int) -> None:
    """Ignore signals that a scheduler sends to all processes; the training process handles them."""
    for number in (signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)

"""The training and validation clips, as Lightning reads them."""

from pathlib import Path

import pytorch_lightning as pl
from torch.utils.data import DataLoader

from heschl.shards.batches import Clips, EvaluationSequence, TrainSequence, loader, train_batches
from heschl.shards.read import Shards
from heschl.train.params import TrainParams

VALIDATED = 128  # most clips that a process validates at once


class ClipModule(pl.LightningDataModule):
    """Training and validation clips, a loader of each for this process.

    folder  : of the shards
    workers : processes that read ahead
    verify  : compare checksums first
    raises  : ValueError if an epoch has fewer batches than the params ask for
    """

    def __init__(self, folder: Path, params: TrainParams, workers: int, verify: bool):
        super().__init__()
        self.params, self.workers = params, workers
        self.splits = {split: Shards.open(folder, split, verify) for split in ("train", "validation")}
        self.labels = self.splits["train"].labels
        steps = len(self.splits["train"]) // params.batch_size
        if steps and params.overfit_batches > steps:
            raise ValueError(
                f"train.overfit_batches is {params.overfit_batches}, and an epoch has {steps} batches: "
                "lower it."
            )
        if not steps:
            raise ValueError(
                f"train.batch_size is {params.batch_size}, and {folder} has {len(self.splits['train'])} "
                "training clips: lower it."
            )

    def sequence(self, trainer: pl.Trainer) -> TrainSequence:
        """Return the sequence of this process's training batches."""
        p = self.params
        return TrainSequence(
            len(self.splits["train"]), p.batch_size, p.optimizer.accumulate, p.seed, trainer.global_rank,
            trainer.world_size, lambda: trainer.global_step, p.overfit_batches,
        )  # fmt: skip

    def train_dataloader(self) -> DataLoader:
        """Return the loader of this process's training batches."""
        return self._loader("train", self.sequence(self.trainer))

    def val_dataloader(self) -> DataLoader:
        """Return the loader of this process's part of the validation clips."""
        size = min(VALIDATED, -(-self.params.batch_size // self.params.optimizer.accumulate))
        clips, trainer = len(self.splits["validation"]), self.trainer
        sequence = EvaluationSequence(clips, size, trainer.global_rank, trainer.world_size)
        return self._loader("validation", sequence)

    def clips_of(self, step: int) -> tuple[int, int, list[str]]:
        """Return the epoch of a training step, the batch in it, both from 0, and the keys of its clips."""
        shards, p = self.splits["train"], self.params
        epoch, batch = divmod(step, p.overfit_batches or len(shards) // p.batch_size)
        epoch = 0 if p.overfit_batches else epoch
        numbers = list(train_batches(len(shards), p.batch_size, p.seed, epoch))[batch]
        return epoch, batch, shards.keys(numbers)

    def _loader(self, split: str, sequence: TrainSequence | EvaluationSequence) -> DataLoader:
        clips = Clips(self.splits[split], self.params.other_clips == "masked", self.params.seed)
        pinned = self.trainer.strategy.root_device.type == "cuda"
        return loader(clips, sequence, self.workers, pinned)

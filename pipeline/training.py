"""Fit the two-branch network with Lightning: waveform in, cochleagram on the device, every task's loss each step."""

import contextlib
import ctypes
import logging
import math
import sys
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback, ModelCheckpoint, RichProgressBar
from pytorch_lightning.loggers import MLFlowLogger
from rich.console import Console
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset
from torchmetrics import MeanMetric

from pipeline import tracking
from pipeline.hearing import RUN_ID, Hearing, config_of, save_network
from pipeline.params import Count, Positive, Share, section
from pipeline.shards import Shards, evaluation_batches, train_batches
from pipeline.work import abandoned, drop_abandoned

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3  # of malloc.h
LOG_STEPS = 10  # between two points of a curve
Batch = dict[str, Any]  # waveform (batch, samples) int16; targets {task: (batch,) int64}; valid (batch,) bool


@section
class TrainParams:
    """Params section `train`."""

    seed: int
    epochs: Count
    batch_size: Count  # clips a step, of all processes together
    optimizer: Literal["adamw", "sgd"]
    learning_rate: Positive  # at its highest
    weight_decay: float
    momentum: float  # of sgd; beta 1 of adamw
    warmup: Share  # share of the steps in which the rate rises; then it falls as a cosine to 0
    gradient_clip: float  # norm; 0 is none
    loss_weights: dict[str, float]  # task -> weight
    accelerator: Literal["auto", "cpu", "gpu"]
    devices: int | Literal["auto"]  # processes a machine
    num_nodes: Count
    strategy: str  # of Lightning: auto, ddp, ...
    precision: Literal["32-true", "bf16-mixed", "16-mixed"]


class Clips(IterableDataset):
    """Ready batches of a split for one rank; shuffled anew from (seed, epoch) where `shuffle`."""

    def __init__(self, shards: Shards, batch_size: int, shuffle: bool, seed: int, trainer: pl.Trainer):
        self.shards, self.batch_size, self.shuffle, self.seed, self.trainer = shards, batch_size, shuffle, seed, trainer

    def __len__(self) -> int:
        return len(self.shards) // self.batch_size if self.shuffle else sum(1 for _ in self._numbers())

    def __iter__(self) -> Iterator[Batch]:
        for numbers, valid in self._numbers():
            yield {
                "waveform": torch.from_numpy(self.shards.waveforms(numbers)),
                "targets": {task: torch.from_numpy(classes[numbers]) for task, classes in self.shards.targets.items()},
                "valid": torch.from_numpy(valid),
            }

    def _numbers(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        rank, world, count = self.trainer.global_rank, self.trainer.world_size, len(self.shards)
        if not self.shuffle:
            yield from evaluation_batches(count, self.batch_size, rank, world)
            return
        for numbers in train_batches(count, self.batch_size, self.seed, self.trainer.current_epoch, rank, world):
            yield numbers, np.ones(len(numbers), dtype=bool)


class ClipModule(pl.LightningDataModule):
    """Training and validation clips, verified before they are believed."""

    def __init__(self, folder: Path, params: TrainParams, verify: bool):
        super().__init__()
        self.params = params
        self.splits = {split: Shards.open(folder, split, verify) for split in ("train", "validation")}
        if params.batch_size > len(self.splits["train"]):
            raise ValueError(
                f"train.batch_size is {params.batch_size}, and {folder} has {len(self.splits['train'])} training clips: lower it."
            )

    def train_dataloader(self) -> DataLoader:
        """Return the loader of this rank's training batches."""
        return self._loader("train", shuffle=True)

    def val_dataloader(self) -> DataLoader:
        """Return the loader of this rank's part of the validation clips."""
        return self._loader("validation", shuffle=False)

    def _loader(self, split: str, shuffle: bool) -> DataLoader:
        clips = Clips(self.splits[split], self.params.batch_size, shuffle, self.params.seed, self.trainer)
        return DataLoader(clips, batch_size=None, pin_memory=torch.cuda.is_available())


class Training(pl.LightningModule):
    """What one training step and one validation do."""

    def __init__(self, hearing: Hearing, params: TrainParams):
        super().__init__()
        self.hearing, self.params = hearing, params
        named = {task: torch.tensor([not name.startswith("__") for name in names]) for task, names in hearing.labels.items()}
        for task, mask in named.items():
            self.register_buffer(f"named_{task}", mask, persistent=False)
        names = ["loss", *(f"{task}_{what}" for task in hearing.labels for what in ("loss", "accuracy"))]
        self.train_means = nn.ModuleDict({name: MeanMetric() for name in names})
        self.validation_means = nn.ModuleDict({name: MeanMetric() for name in names})

    def training_step(self, batch: Batch, number: int) -> Tensor:
        """Return the weighted sum of the tasks' losses."""
        loss = self._measure(batch, "train")
        self.log("train_step_loss", loss)
        self.log("learning_rate", self.optimizers().param_groups[0]["lr"], rank_zero_only=True)
        return loss

    def validation_step(self, batch: Batch, number: int) -> None:
        """Measure losses and accuracies."""
        self._measure(batch, "validation")

    def _measure(self, batch: Batch, split: str) -> Tensor:
        valid, means, total = batch["valid"].float(), getattr(self, f"{split}_means"), 0.0
        for task, logits in self.hearing(batch["waveform"]).items():
            target = batch["targets"][task]
            losses = functional.cross_entropy(logits.float(), target, reduction="none")
            total = total + self.params.loss_weights[task] * losses
            means[f"{task}_loss"].update(losses.detach(), valid)
            means[f"{task}_accuracy"].update((logits.argmax(1) == target).float(), valid * getattr(self, f"named_{task}")[target])
        means["loss"].update(total.detach(), valid)
        for name, mean in means.items():
            self.log(f"{split}_{name}", mean, on_step=False, on_epoch=True)
        return (total * valid).sum() / valid.sum()

    def configure_optimizers(self) -> dict[str, Any]:
        """Return the optimiser, and its rate a step: up in a line, down as a cosine."""
        optimizer = make_optimizer(self.hearing.network.parameters(), self.params)
        steps = int(self.trainer.estimated_stepping_batches)
        rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: warmup_cosine(step, steps, self.params.warmup))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": rate, "interval": "step"}}


def make_optimizer(weights: Iterable[nn.Parameter], p: TrainParams) -> torch.optim.Optimizer:
    """Return the optimiser of the params."""
    if p.optimizer == "adamw":
        return torch.optim.AdamW(weights, p.learning_rate, (p.momentum, 0.999), weight_decay=p.weight_decay)
    return torch.optim.SGD(weights, p.learning_rate, p.momentum, weight_decay=p.weight_decay)


def warmup_cosine(step: int, steps: int, warmup: float) -> float:
    """Return the learning rate's share of its highest at `step` of `steps`."""
    rise = max(1, round(warmup * steps))
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - rise) / max(1, steps - rise))))


class History(Callback):
    """Keep every epoch's metrics, through kills as well, and say them where no progress bar can."""

    def __init__(self, quiet: bool):
        self.rows: list[dict[str, float]] = []
        self.quiet, self.started, self.seconds = quiet, 0.0, 0.0

    def on_train_epoch_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Start the clock."""
        self.started = time.perf_counter()

    def on_validation_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Stop the clock."""
        self.seconds = time.perf_counter() - self.started

    def on_train_epoch_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Add an epoch; runs after its validation."""
        speed = trainer.num_training_batches * module.params.batch_size / self.seconds  # clips per second
        row = {"epoch": trainer.current_epoch + 1, "step": trainer.global_step}
        row |= {name: float(value) for name, value in sorted(trainer.callback_metrics.items())}
        self.rows.append(row)
        if trainer.logger:
            trainer.logger.log_metrics({"clips_per_second": speed}, trainer.global_step)
        if self.quiet and trainer.is_global_zero:
            scores = f"loss {row['validation_loss']:.3f}, {accuracies(row)}"
            print(f"  epoch {row['epoch']}/{trainer.max_epochs}: {scores} ({speed:.0f} clips/s)", flush=True)

    def state_dict(self) -> dict[str, Any]:
        """Return the rows, for a checkpoint."""
        return {"rows": self.rows}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take the rows of a checkpoint."""
        self.rows = list(state_dict["rows"])


def accuracies(row: Mapping[str, float]) -> str:
    """Return the validation accuracies of an epoch in words: "genre 69.1%, word 51.2%"."""
    found = {name.removeprefix("validation_"): value for name, value in row.items() if name.startswith("validation_")}
    return ", ".join(f"{name.removesuffix('_accuracy')} {value:.1%}" for name, value in found.items() if name.endswith("_accuracy"))


def fit(shards: Path, work: Path, out: Path, sections: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, float] | None:
    """Train on the shards and write the best epoch's network to `out`; return that epoch's metrics.

    work     : folder of checkpoints; a training that was killed goes on from the last one there
    sections : sound, cochleagram, network, train
    record   : all params, for MLflow
    returns  : None in the processes that only help
    """
    _quiet()
    keep_memory()
    params: TrainParams = sections["train"]
    pl.seed_everything(params.seed, workers=True, verbose=False)
    terminal = Console().is_terminal
    history = History(quiet=not terminal)
    best = ModelCheckpoint(work, "best", monitor="validation_loss", save_last=True, enable_version_counter=False)
    trainer = _trainer(params, [history, best, *([RichProgressBar()] if terminal else [])], work)
    clips = ClipModule(shards, params, verify=trainer.local_rank == 0)
    labels = clips.splits["train"].labels
    _check_weights(params, labels)
    hearing = Hearing(config_of(sections, labels))
    with _recorded(trainer, work, record, clips.splits["train"].index) as run_id:
        last = work / "last.ckpt"
        trainer.fit(Training(hearing, params), clips, ckpt_path=last if last.is_file() else None, weights_only=True)
        if not trainer.is_global_zero:
            return None
        state = torch.load(best.best_model_path, map_location="cpu", weights_only=True)["state_dict"]
        prefix = "hearing.network."
        weights = {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
        config = config_of(sections, labels) | {"parameters": sum(weight.numel() for weight in hearing.parameters())}
        save_network(out, weights, config, history.rows, run_id)
    return min(history.rows, key=lambda row: row["validation_loss"])


def _check_weights(params: TrainParams, labels: Mapping[str, list[str]]) -> None:
    if set(params.loss_weights) != set(labels):
        given = f"train.loss_weights has {sorted(params.loss_weights)}"
        raise ValueError(f"{given}; the shards' tasks are {sorted(labels)}. Give each task a weight.")


def _trainer(params: TrainParams, callbacks: list[Callback], work: Path) -> pl.Trainer:
    return pl.Trainer(
        accelerator=params.accelerator, devices=params.devices, num_nodes=params.num_nodes, strategy=params.strategy,
        precision=params.precision, max_epochs=params.epochs, gradient_clip_val=params.gradient_clip or None,
        logger=False, callbacks=callbacks, default_root_dir=work, deterministic="warn", log_every_n_steps=LOG_STEPS,
        enable_model_summary=False, enable_progress_bar=any(isinstance(c, RichProgressBar) for c in callbacks),
        num_sanity_val_steps=0, use_distributed_sampler=False,
    )  # fmt: skip


@contextlib.contextmanager
def _recorded(trainer: pl.Trainer, work: Path, record: Mapping[str, Any], index: Mapping[str, Any]) -> Iterator[str]:
    """Open the training's MLflow run, or that of `work` again, and say in it how the training ended."""
    if not trainer.is_global_zero:
        yield ""
        return
    others = [other / RUN_ID for other in abandoned(work)]
    tracking.close_abandoned(other.read_text() for other in others if other.is_file())
    drop_abandoned(work)
    kept = work / RUN_ID
    run_id = tracking.open_run(record, index, kept.read_text() if kept.is_file() else None)
    kept.write_text(run_id)
    status = "FAILED"
    monitor = tracking.monitor(run_id)
    trainer.logger = MLFlowLogger(tracking_uri=tracking.tracking_uri(), run_id=run_id, log_model=False)
    try:
        yield run_id
        status = "FINISHED"
    except (KeyboardInterrupt, SystemExit) as error:  # SIGTERM is a SystemExit to Lightning, of status 0
        status = "KILLED"
        raise SystemExit(143) from error
    finally:
        try:
            monitor.finish()
        finally:
            tracking.close_run(run_id, status)


def keep_memory() -> None:
    """Let glibc keep freed memory: a step on the CPU else spends a fifth of its time on page faults."""
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        for option, value in ((M_MMAP_THRESHOLD, 1 << 30), (M_TRIM_THRESHOLD, (1 << 31) - 1), (M_TOP_PAD, 1 << 26)):
            libc.mallopt(option, value)


def _quiet() -> None:
    """Leave out the messages that say nothing of this training."""
    for name in ("pytorch_lightning", "pytorch_lightning.utilities.rank_zero", "mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message=".*does not have many workers.*")
    warnings.filterwarnings("ignore", message=".*IterableDataset.*__len__.*")
    warnings.filterwarnings("ignore", message=".*treespec, LeafSpec.*")
    warnings.filterwarnings("ignore", message=".*exists and is not empty.*")
    warnings.filterwarnings("ignore", message=".*smaller than the logging interval.*")

"""Fit the two-branch network with Lightning: waveform in, cochleagram on the device, every task's loss each step."""

import csv
import ctypes
import json
import logging
import math
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback, ModelCheckpoint, RichProgressBar
from pytorch_lightning.loggers import MLFlowLogger
from pytorch_lightning.utilities.exceptions import SIGTERMException
from pytorch_lightning.utilities.rank_zero import rank_zero_only
from rich.console import Console
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset
from torchmetrics import MeanMetric

from pipeline import tracking
from pipeline.audio import FULL_SCALE, Sound
from pipeline.cochleagram import Cochleagram, CochleagramParams
from pipeline.network import Network, NetworkParams
from pipeline.params import parse, plain, section
from pipeline.shards import Shards, evaluation_batches, train_batches

WEIGHTS, CONFIG, RUN_ID, HISTORY = "weights.pt", "config.json", "run_id", "history.csv"
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3  # of malloc.h
Batch = dict[str, Any]  # waveform (batch, samples) int16; targets {task: (batch,) int64}; valid (batch,) bool


@section
class TrainParams:
    """Params section `train`."""

    seed: int
    epochs: int
    batch_size: int  # clips a step, of all processes together
    optimizer: Literal["adamw", "sgd"]
    learning_rate: float  # at its highest
    weight_decay: float
    momentum: float  # of sgd; beta 1 of adamw
    warmup: float  # share of the steps in which the rate rises; then it falls as a cosine to 0
    gradient_clip: float  # norm; 0 is none
    loss_weights: dict[str, float]  # task -> weight
    accelerator: Literal["auto", "cpu", "gpu"]
    devices: int | Literal["auto"]  # processes a machine
    num_nodes: int
    strategy: str  # of Lightning: auto, ddp, ...
    precision: Literal["32-true", "bf16-mixed", "16-mixed"]


class NetworkError(RuntimeError):
    """A trained network that does not fit the shards, or cannot be read; names the file and the remedy."""


class Hearing(nn.Module):
    """The trained whole: waveform -> cochleagram -> {task: logits}, with the names of the classes."""

    def __init__(self, config: Mapping[str, Any]):
        super().__init__()
        self.labels: dict[str, list[str]] = config["labels"]
        self.sound = Sound(**config["sound"])
        self.ear = Cochleagram(parse("cochleagram", config["cochleagram"], CochleagramParams), self.sound)
        classes = {task: len(names) for task, names in self.labels.items()}
        network = Network(parse("network", config["network"], NetworkParams), classes, self.ear.shape)
        self.network = network.to(memory_format=torch.channels_last)  # a quarter faster on a CPU, and right for GPUs

    def forward(self, waveform: Tensor) -> dict[str, Tensor]:
        """Return the logits (batch, classes) of each task for (batch, samples), int16 or float in [-1, 1]."""
        sound = waveform / FULL_SCALE if waveform.dtype == torch.int16 else waveform
        return self.network(self.ear(sound))


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

    def __init__(self, folder: Path, params: TrainParams):
        super().__init__()
        self.params = params
        verify = rank_zero_only.rank == 0
        self.splits = {split: Shards.open(folder, split, verify) for split in ("train", "validation")}

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
        p, weights = self.params, self.hearing.network.parameters()
        if p.optimizer == "adamw":
            optimizer = torch.optim.AdamW(weights, p.learning_rate, (p.momentum, 0.999), weight_decay=p.weight_decay)
        else:
            optimizer = torch.optim.SGD(weights, p.learning_rate, p.momentum, weight_decay=p.weight_decay)
        steps = int(self.trainer.estimated_stepping_batches)
        rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: warmup_cosine(step, steps, p.warmup))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": rate, "interval": "step"}}


def warmup_cosine(step: int, steps: int, warmup: float) -> float:
    """Return the learning rate's share of its highest at `step` of `steps`."""
    rise = max(1, round(warmup * steps))
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - rise) / max(1, steps - rise))))


class History(Callback):
    """Keep every epoch's metrics, through kills as well, and say them where no progress bar can."""

    def __init__(self, samples: int, quiet: bool):
        self.rows: list[dict[str, float]] = []
        self.clips, self.quiet, self.started = samples, quiet, 0.0

    def on_train_epoch_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Start the clock."""
        self.started = time.perf_counter()

    def on_train_epoch_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Add an epoch; runs after its validation."""
        seconds = time.perf_counter() - self.started
        row = {"epoch": trainer.current_epoch + 1, "step": trainer.global_step}
        row |= {name: float(value) for name, value in sorted(trainer.callback_metrics.items())}
        self.rows.append(row)
        if trainer.logger:
            trainer.logger.log_metrics({"clips_per_second": self.clips / seconds}, trainer.global_step)
        if self.quiet and trainer.is_global_zero:
            scores = f"loss {row['validation_loss']:.3f}, {accuracies(row)}"
            print(f"  epoch {row['epoch']}/{trainer.max_epochs}: {scores} ({self.clips / seconds:.0f} clips/s)", flush=True)

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


def config_of(sections: Mapping[str, Any], labels: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return the exact config of a network: its sections as plain values, and the names of its classes."""
    return {"tasks": list(labels), "labels": dict(labels)} | {name: plain(value) for name, value in sections.items()}


def fit(shards: Path, work: Path, out: Path, sections: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, float] | None:
    """Train on the shards and write weights, config, history and run id to `out`; return the last epoch's metrics.

    work     : folder of checkpoints; a training that was killed goes on from the last one there
    sections : sound, cochleagram, network, train
    record   : all params, for MLflow
    returns  : None in the processes that only help
    """
    _quiet()
    _keep_memory()
    params: TrainParams = sections["train"]
    pl.seed_everything(params.seed, workers=True, verbose=False)
    clips = ClipModule(shards, params)
    _check_weights(params, clips.splits["train"].labels)
    config = config_of(sections, clips.splits["train"].labels)
    hearing = Hearing(config)
    config["parameters"] = sum(weight.numel() for weight in hearing.parameters())
    run_id = _open_run(work, record, clips.splits["train"].index) if rank_zero_only.rank == 0 else None
    terminal = Console().is_terminal
    steps = max(1, len(clips.splits["train"]) // params.batch_size)  # an epoch
    history = History(steps * params.batch_size, quiet=not terminal)
    best = ModelCheckpoint(work, "best", monitor="validation_loss", save_last=True, enable_version_counter=False)
    trainer = _trainer(params, run_id, [history, best, *([RichProgressBar()] if terminal else [])], work, steps)
    with _recorded(run_id):
        last = work / "last.ckpt"
        trainer.fit(Training(hearing, params), clips, ckpt_path=last if last.is_file() else None, weights_only=True)
    if not trainer.is_global_zero:
        return None
    _save(out, best.best_model_path, config, history.rows, run_id)
    return history.rows[-1]


def load_network(folder: str | Path = "models/network", device: str = "cpu") -> Hearing:
    """Load a trained network from its folder, in eval mode.

    raises : NetworkError where a file is missing or the weights do not fit the config
    """
    folder = Path(folder)
    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            raise NetworkError(f"{folder / name} is missing. Train a network with: dvc repro train (or get it with: dvc pull).")
    hearing = Hearing(json.loads((folder / CONFIG).read_text()))
    try:
        hearing.network.load_state_dict(torch.load(folder / WEIGHTS, map_location="cpu", weights_only=True))
    except RuntimeError as error:
        raise NetworkError(f"{folder / WEIGHTS} does not fit {folder / CONFIG}: {error}. Train again: dvc repro -f train.") from None
    return hearing.to(device).eval()


def check_labels(hearing: Hearing, shards: Shards, folder: str | Path) -> None:
    """Raise NetworkError where the shards' labels are not the network's, name by name and in order."""
    index = shards.folder / "index.json"
    for task in sorted({*hearing.labels, *shards.labels}):
        ours, theirs = hearing.labels.get(task, []), shards.labels.get(task, [])
        if ours != theirs:
            differ = sorted(set(ours) ^ set(theirs))[:5] or ["their order"]
            raise NetworkError(
                f"{index}: {task} has {len(theirs)} labels, the network of {folder} has {len(ours)}; "
                f"they differ in {', '.join(differ)}. Train on these shards: dvc repro train."
            )
    if hearing.sound != shards.sound:
        raise NetworkError(f"{index} has {shards.sound}, the network of {folder} {hearing.sound}. Train on these shards: dvc repro train.")


def _check_weights(params: TrainParams, labels: Mapping[str, list[str]]) -> None:
    if set(params.loss_weights) != set(labels):
        given = f"train.loss_weights has {sorted(params.loss_weights)}"
        raise ValueError(f"{given}; the shards' tasks are {sorted(labels)}. Give each task a weight.")


def _open_run(work: Path, record: Mapping[str, Any], index: Mapping[str, Any]) -> str:
    kept = work / RUN_ID
    run_id = tracking.open_run(record, index, kept.read_text() if kept.is_file() else None)
    kept.write_text(run_id)
    return run_id


def _trainer(params: TrainParams, run_id: str | None, callbacks: list[Callback], work: Path, steps: int) -> pl.Trainer:
    logger = MLFlowLogger(tracking_uri=tracking.tracking_uri(), run_id=run_id, log_model=False) if run_id else False
    return pl.Trainer(
        accelerator=params.accelerator, devices=params.devices, num_nodes=params.num_nodes, strategy=params.strategy,
        precision=params.precision, max_epochs=params.epochs, gradient_clip_val=params.gradient_clip or None,
        logger=logger, callbacks=callbacks, default_root_dir=work, deterministic="warn", log_every_n_steps=min(10, steps),
        enable_model_summary=False, enable_progress_bar=any(isinstance(c, RichProgressBar) for c in callbacks),
        num_sanity_val_steps=0, use_distributed_sampler=False,
    )  # fmt: skip


class _recorded:
    """Say in MLflow how a training ended, and how the machine fared meanwhile."""

    def __init__(self, run_id: str | None):
        self.run_id, self.monitor = run_id, None

    def __enter__(self) -> None:
        if self.run_id:
            self.monitor = tracking.monitor(self.run_id)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if not self.run_id:
            return
        self.monitor.finish()
        killed = kind is not None and issubclass(kind, KeyboardInterrupt | SystemExit | SIGTERMException)
        tracking.close_run(self.run_id, "KILLED" if killed else "FAILED" if kind else "FINISHED")


def _save(out: Path, checkpoint: str, config: dict[str, Any], rows: list[dict[str, float]], run_id: str | None) -> None:
    out.mkdir(parents=True, exist_ok=True)
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)["state_dict"]
    prefix = "hearing.network."
    torch.save({name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}, out / WEIGHTS)
    (out / CONFIG).write_text(json.dumps(config, indent=1))
    (out / RUN_ID).write_text(run_id or "")
    with open(out / HISTORY, "w", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), restval="")
        table.writeheader()
        table.writerows(rows)


def _keep_memory() -> None:
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

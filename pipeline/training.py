"""Fit a network with Lightning: waveform in, cochleagram on the device, every task's loss each step."""

import contextlib
import ctypes
import logging
import os
import signal
import sys
import uuid
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback, EarlyStopping, RichProgressBar
from pytorch_lightning.loggers import MLFlowLogger
from pytorch_lightning.plugins.environments import SLURMEnvironment
from pytorch_lightning.tuner import Tuner
from rich.console import Console
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader

from pipeline import tracking
from pipeline.batches import Batch, Clips, EvaluationSequence, TrainSequence, is_null, loader, train_batches
from pipeline.checkpoints import AtomicIO, Checkpoints
from pipeline.hearing import RUN_ID, Hearing, config_of, save_network
from pipeline.history import History
from pipeline.optimization import OptimizerParams, make_optimizer, rate
from pipeline.params import Count, section
from pipeline.shards import Shards
from pipeline.watch import watched
from pipeline.work import abandoned, drop_abandoned

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3  # of malloc.h
GRID = 2**24  # losses are summed as whole numbers of 1 / GRID: the sum does not depend on its order
RATE = "learning_rate"  # file that keeps what the finder found


@section
class TrainParams:
    """Params section `train`: what comes out depends on it."""

    seed: int
    epochs: Count
    batch_size: Count  # clips a step, of all processes together
    optimizer: OptimizerParams
    loss_weights: dict[str, float]  # task -> weight
    other_clips: Literal["null_class", "masked"]  # to a task, clips of the other tasks are its null class, or left out
    patience: int  # epochs without a lower validation loss after which training stops; 0 is never
    precision: Literal["32-true", "bf16-mixed", "16-mixed", "64-true"]
    overfit_batches: int  # Lightning's: so many batches again and again; 0 does not
    fast_dev_run: int  # Lightning's: so many batches of one epoch, nothing kept; 0 does not


@section
class MachineParams:
    """Params section `machine`: how it is computed. A change reruns nothing, and a training goes on under other values."""

    accelerator: Literal["auto", "cpu", "gpu", "mps"]
    devices: int | Literal["auto"]  # processes a machine
    num_nodes: Count
    strategy: str  # of Lightning: auto, ddp, ...
    launch: list[str]  # what starts every process, before "-m stages.train": [srun, python], [torchrun, ...]; else Lightning does
    workers: int  # processes that read ahead, for each training process; 0: it reads itself, which is faster
    compile: bool  # the network, by torch.compile
    channels_last: bool  # memory format: faster convolutions
    checkpoint_steps: Count  # between two checkpoints in an epoch
    log_steps: Count  # between two points of a curve


class TrainingError(RuntimeError):
    """A training that cannot go on; says at which clips."""


class ClipModule(pl.LightningDataModule):
    """Training and validation clips, verified before they are believed."""

    def __init__(self, folder: Path, params: TrainParams, workers: int, verify: bool):
        super().__init__()
        self.params, self.workers = params, workers
        self.splits = {split: Shards.open(folder, split, verify) for split in ("train", "validation")}
        if params.batch_size > len(self.splits["train"]):
            raise ValueError(
                f"train.batch_size is {params.batch_size}, and {folder} has {len(self.splits['train'])} training clips: lower it."
            )

    def sequence(self) -> TrainSequence:
        """Return the sequence of this process's training batches."""
        p, trainer = self.params, self.trainer
        return TrainSequence(
            len(self.splits["train"]), p.batch_size, p.optimizer.accumulate, p.seed, trainer.global_rank, trainer.world_size,
            lambda: trainer.global_step, -(-p.overfit_batches // p.optimizer.accumulate),
        )  # fmt: skip

    def train_dataloader(self) -> DataLoader:
        """Return the loader of this process's training batches."""
        return self._loader("train", self.sequence())

    def val_dataloader(self) -> DataLoader:
        """Return the loader of this process's part of the validation clips."""
        size = -(-self.params.batch_size // self.params.optimizer.accumulate)
        return self._loader(
            "validation", EvaluationSequence(len(self.splits["validation"]), size, self.trainer.global_rank, self.trainer.world_size)
        )

    def _loader(self, split: str, sequence: TrainSequence | EvaluationSequence) -> DataLoader:
        return loader(Clips(self.splits[split], self.params.other_clips == "masked"), sequence, self.workers)


class Training(pl.LightningModule):
    """What one training step and one validation do.

    steps : batches of an epoch
    """

    def __init__(self, hearing: Hearing, params: TrainParams, steps: int):
        super().__init__()
        self.hearing, self.params, self.steps = hearing, params, steps
        self.learning_rate = params.optimizer.learning_rate if params.optimizer.learning_rate != "find" else 1e-3
        self.named = {task: torch.tensor([not is_null(name) for name in names]) for task, names in hearing.labels.items()}
        self.history: list[dict[str, float]] = []  # a row an epoch
        self.gradient_norm: Tensor | None = None  # of the last step that a curve has a point of
        self._zero("cpu")

    def _zero(self, device: torch.device | str) -> None:
        zeros = torch.zeros(len(self.named), 4, dtype=torch.int64, device=device)  # loss, its clips; correct, named clips
        self.sums = {"train": zeros, "validation": zeros.clone()}  # no buffers: DDP would overwrite them with the first process's
        self.lost = torch.full((), -1, dtype=torch.int64, device=device)  # first step whose loss was not finite
        self.kept: dict[str, Any] | None = None

    def on_fit_start(self) -> None:
        """Begin with nothing summed, or with what the checkpoint had."""
        kept = self.kept if self.trainer.is_global_zero else None
        self._zero(self.device)
        self.named = {task: names.to(self.device) for task, names in self.named.items()}
        if kept:
            self.sums["train"] += torch.tensor(kept["train"], device=self.device)

    def on_train_batch_start(self, batch: Batch, number: int) -> None:
        """Seed dropout by step, part and process: a resumed training draws what an uninterrupted one does."""
        seed = [self.params.seed, self.trainer.global_step, number % self.params.optimizer.accumulate, self.global_rank]
        torch.manual_seed(int(np.random.SeedSequence(seed).generate_state(1)[0]))

    def training_step(self, batch: Batch, number: int) -> Tensor:
        """Return the weighted sum of the tasks' losses."""
        loss = self._measure(batch, "train")
        step = torch.where(torch.isfinite(loss.detach()) | (self.lost >= 0), self.lost, self.trainer.global_step)
        self.lost = step
        return loss * self.trainer.world_size * self.params.optimizer.accumulate  # Lightning takes means over both

    def validation_step(self, batch: Batch, number: int) -> None:
        """Measure losses and accuracies."""
        self._measure(batch, "validation")

    def _measure(self, batch: Batch, split: str) -> Tensor:
        """Return this part's share of the batch's loss; add to the sums."""
        total, rows = 0.0, []
        for task, logits in self.hearing(batch["waveform"]).items():
            target, weight = batch["targets"][task], batch["weights"][task]
            logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
            losses = functional.cross_entropy(logits, target, reduction="none")
            total = total + self.params.loss_weights[task] * (weight * losses).sum()
            counted, named = weight > 0, batch["valid"] & self.named[task][target]
            whole = (losses.detach().nan_to_num(0.0, 0.0, 0.0) * GRID).round().long()
            rows.append(torch.stack([(whole * counted).sum(), counted.sum(), ((logits.argmax(1) == target) & named).sum(), named.sum()]))
        self.sums[split] = self.sums[split] + torch.stack(rows)
        return total

    def means(self, split: str, since: Tensor | None = None) -> dict[str, float]:
        """Return loss and accuracy of each task, and the weighted loss, of all processes' clips since the sums were `since`."""
        sums = self.sums[split] if since is None else self.sums[split] - since
        found, total = {}, 0.0
        for task, (loss, counted, correct, named) in zip(self.named, self.over_processes(sums, "sum").tolist(), strict=True):
            found[f"{split}_{task}_loss"] = loss / GRID / max(1, counted)
            found[f"{split}_{task}_accuracy"] = correct / max(1, named)
            total += self.params.loss_weights[task] * found[f"{split}_{task}_loss"]
        return {f"{split}_loss": total} | found

    def over_processes(self, value: Tensor, how: Literal["sum", "max"]) -> Tensor:
        """Return the sum or maximum of a tensor over all processes."""
        if self._trainer is None or self.trainer.world_size == 1:
            return value
        value = value.clone()
        torch.distributed.all_reduce(value, torch.distributed.ReduceOp.SUM if how == "sum" else torch.distributed.ReduceOp.MAX)
        return value

    def check_losses(self) -> None:
        """Raise TrainingError with the clips of the first batch whose loss was not finite."""
        step = int(self.over_processes(self.lost, "max"))
        if step < 0:
            return
        epoch, done = divmod(step, self.steps)
        shards: Shards = self.trainer.datamodule.splits["train"]
        epoch = 0 if self.params.overfit_batches else epoch
        numbers = list(train_batches(len(shards), self.params.batch_size, self.params.seed, epoch))[done]
        raise TrainingError(
            f"the loss is not finite at step {step} (batch {done + 1} of epoch {epoch + 1}). Its clips: {', '.join(shards.keys(numbers))}. "
            "Listen to them; where they are sound, lower train.optimizer.learning_rate or set train.optimizer.gradient_clip."
        )

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        """Measure the gradient where a curve has a point."""
        if (self.trainer.global_step + 1) % self.trainer.log_every_n_steps == 0:
            gradients = [weight.grad for weight in self.hearing.network.parameters() if weight.grad is not None]
            self.gradient_norm = torch.nn.utils.get_total_norm(gradients)

    def on_validation_epoch_start(self) -> None:
        """Begin to sum."""
        self.sums["validation"] = torch.zeros_like(self.sums["validation"])

    def on_validation_epoch_end(self) -> None:
        """Give the loss to early stopping."""
        self.log("validation_loss", self.means("validation")["validation_loss"], logger=False)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add the sums of all processes, in whichever process the training goes on."""
        checkpoint["sums"] = {"train": self.over_processes(self.sums["train"], "sum").tolist()}

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take the sums."""
        self.kept = checkpoint["sums"]

    def configure_optimizers(self) -> dict[str, Any]:
        """Return the optimiser, and its rate a step."""
        p, steps = self.params.optimizer, self.steps * self.params.epochs  # Lightning's own estimate would begin to read
        optimizer = make_optimizer(self.hearing.network.parameters(), p, self.learning_rate, fused=self.params.precision != "16-mixed")
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(step, steps, p))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def fit(shards: Path, work: Path, out: Path, sections: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, float] | None:
    """Train on the shards and write the best epoch's network to `out`; return that epoch's metrics.

    work     : folder of checkpoints; a training that was stopped goes on from the last one there
    sections : sound, cochleagram, network, train, machine
    record   : all params, for MLflow
    returns  : None in the processes that only help
    """
    quiet()
    keep_memory()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    params: TrainParams = sections["train"]
    machine: MachineParams = sections["machine"]
    pl.seed_everything(params.seed, workers=True, verbose=False)
    history, checkpoints = History(quiet=not Console().is_terminal), Checkpoints(work, machine.checkpoint_steps)
    trainer = make_trainer(params, machine, [history, checkpoints], work)
    clips = ClipModule(shards, params, machine.workers, verify=trainer.local_rank == 0)
    labels = clips.splits["train"].labels
    _check_weights(params, labels)
    made = {name: value for name, value in sections.items() if name != "machine"}
    hearing = Hearing(config_of(made, labels))
    if machine.channels_last:
        hearing.network.to(memory_format=torch.channels_last)
    if machine.compile:
        hearing.network.compile(dynamic=False)
    clips.trainer = trainer
    module = Training(hearing, params, clips.sequence().steps)
    with _recorded(trainer, work, record, clips.splits["train"].index) as run_id:
        if params.optimizer.learning_rate == "find":
            module.learning_rate = _find_rate(trainer, module, clips, work / RATE)
        trainer.fit(module, clips, ckpt_path=checkpoints.newest(), weights_only=True)
        if not trainer.is_global_zero:
            return None
        row, state = _best(checkpoints, module)
        config = config_of(made, labels) | {"parameters": sum(weight.numel() for weight in hearing.parameters())}
        save_network(out, state, config, module.history, run_id)
    return row


def _best(checkpoints: Checkpoints, module: Training) -> tuple[dict[str, float], dict[str, Tensor]]:
    """Return the best epoch's row and weights; after a fast_dev_run, which keeps nothing, those there are."""
    found = checkpoints.best(module.history)
    if not found:
        return module.history[-1], module.hearing.network.state_dict()
    row, path = found
    prefix, state = "hearing.network.", torch.load(path, map_location="cpu", weights_only=True)["state_dict"]
    return row, {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def _find_rate(trainer: pl.Trainer, module: Training, clips: ClipModule, kept: Path) -> float:
    """Return the learning rate that Lightning's finder suggests; a training that goes on keeps the one it had."""
    if kept.is_file():
        return float(kept.read_text())
    trainer.fit_loop.max_epochs, epochs = -1, trainer.fit_loop.max_epochs  # 100 steps, in however many epochs
    found = Tuner(trainer).lr_find(module, datamodule=clips, update_attr=False)
    trainer.fit_loop.max_epochs = epochs
    suggested = found.suggestion() if found else None
    if suggested is None:
        raise TrainingError("the learning-rate finder found none; set train.optimizer.learning_rate to a number, 0.001 say.")
    if trainer.is_global_zero:
        kept.write_text(repr(suggested))
        trainer.logger.log_metrics({"found_learning_rate": suggested}, 0)
    return suggested


def _check_weights(params: TrainParams, labels: Mapping[str, list[str]]) -> None:
    if set(params.loss_weights) != set(labels):
        given = f"train.loss_weights has {sorted(params.loss_weights)}"
        raise ValueError(f"{given}; the shards' tasks are {sorted(labels)}. Give each task a weight.")


def make_trainer(params: TrainParams, machine: MachineParams, callbacks: list[Callback], work: Path) -> pl.Trainer:
    """Return Lightning's trainer of the params, without a logger."""
    bar = [RichProgressBar()] if Console().is_terminal else []
    early = [EarlyStopping("validation_loss", patience=params.patience, check_on_train_epoch_end=False)] if params.patience else []
    slurm = [SLURMEnvironment(auto_requeue=False)] if SLURMEnvironment.detect() else []  # signals are Checkpoints' own
    return pl.Trainer(
        accelerator=machine.accelerator, devices=machine.devices, num_nodes=machine.num_nodes, strategy=machine.strategy,
        precision=params.precision, max_epochs=params.epochs, accumulate_grad_batches=params.optimizer.accumulate,
        gradient_clip_val=params.optimizer.gradient_clip or None, overfit_batches=params.overfit_batches,
        fast_dev_run=params.fast_dev_run, logger=False, callbacks=[*early, *callbacks, *bar], plugins=[AtomicIO(), *slurm],
        default_root_dir=work, deterministic="warn", log_every_n_steps=machine.log_steps, enable_model_summary=False,
        enable_checkpointing=False, enable_progress_bar=bool(bar), num_sanity_val_steps=0, use_distributed_sampler=False,
        sync_batchnorm=torch.cuda.is_available() and machine.accelerator in ("auto", "gpu"),
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
    kept, process = work / RUN_ID, uuid.uuid4().hex
    run_id = tracking.open_run(record, index, kept.read_text() if kept.is_file() else None, process)
    kept.write_text(run_id)
    status = "FAILED"
    with watched(run_id, process):
        monitor = tracking.monitor(run_id)
        trainer.logger = MLFlowLogger(tracking_uri=tracking.tracking_uri(), run_id=run_id, log_model=False, synchronous=False)
        try:
            yield run_id
            status = "FINISHED"
        except (KeyboardInterrupt, SystemExit) as error:  # Ctrl-C is a SystemExit to Lightning, of status 1
            status = "KILLED"
            raise SystemExit(error.code if isinstance(error, SystemExit) and error.code != 1 else 130) from error
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


def quiet() -> None:
    """Leave out the messages that say nothing of this training."""
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
    for name in ("pytorch_lightning", "pytorch_lightning.utilities.rank_zero", "mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message=".*does not have many workers.*")
    warnings.filterwarnings("ignore", message=".*dataloader is not resumable.*")  # it is: its place follows from the step
    warnings.filterwarnings("ignore", message=".*srun. command is available.*")
    warnings.filterwarnings("ignore", message=".*treespec, LeafSpec.*")
    warnings.filterwarnings("ignore", message=".*exists and is not empty.*")
    warnings.filterwarnings("ignore", message=".*smaller than the logging interval.*")

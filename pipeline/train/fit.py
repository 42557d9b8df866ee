"""Fit a network with Lightning, on one process or many, and go on where it was stopped."""

import contextlib
import os
import signal
import sys
import uuid
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import mlflow
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback, EarlyStopping, RichProgressBar
from pytorch_lightning.loggers import MLFlowLogger
from pytorch_lightning.plugins.environments import (
    ClusterEnvironment,
    LightningEnvironment,
    SLURMEnvironment,
    TorchElasticEnvironment,
)
from pytorch_lightning.tuner import Tuner
from rich.console import Console
from torch import Tensor
from torch.utils.data import DataLoader

from pipeline import tracking
from pipeline.machine import MachineParams
from pipeline.network.hearing import RUN_ID, Hearing, config_of, save_network, to_channels_last
from pipeline.shards.batches import Clips, EvaluationSequence, TrainSequence, loader
from pipeline.shards.read import Shards
from pipeline.tracking.watch import watched
from pipeline.train.checkpoints import SIGNALS, STOPPED, AtomicIO, Checkpoints
from pipeline.train.history import History
from pipeline.train.learner import Learner, TrainingError, TrainParams
from pipeline.train.runtime import has_bf16, keep_memory, quiet
from pipeline.work import abandoned, held, is_held

EVALUATED = 128  # clips, at most, of a process at once in validation
RATE = "learning_rate"  # file that keeps what the finder found


class ClipModule(pl.LightningDataModule):
    """Training and validation clips, verified before they are believed."""

    def __init__(self, folder: Path, params: TrainParams, workers: int, verify: bool):
        super().__init__()
        self.params, self.workers = params, workers
        self.splits = {split: Shards.open(folder, split, verify) for split in ("train", "validation")}
        steps = len(self.splits["train"]) // params.batch_size
        if steps and params.overfit_batches > steps:
            raise ValueError(
                f"train.overfit_batches is {params.overfit_batches}, and an epoch has {steps} batches: lower it."
            )
        if not steps:
            raise ValueError(
                f"train.batch_size is {params.batch_size}, and {folder} has {len(self.splits['train'])} training clips: lower it."
            )

    def sequence(self) -> TrainSequence:
        """Return the sequence of this process's training batches."""
        p, trainer = self.params, self.trainer
        return TrainSequence(
            len(self.splits["train"]), p.batch_size, p.optimizer.accumulate, p.seed, trainer.global_rank, trainer.world_size,
            lambda: trainer.global_step, p.overfit_batches,
        )  # fmt: skip

    def train_dataloader(self) -> DataLoader:
        """Return the loader of this process's training batches."""
        return self._loader("train", self.sequence())

    def val_dataloader(self) -> DataLoader:
        """Return the loader of this process's part of the validation clips."""
        size = min(EVALUATED, -(-self.params.batch_size // self.params.optimizer.accumulate))
        return self._loader(
            "validation",
            EvaluationSequence(
                len(self.splits["validation"]), size, self.trainer.global_rank, self.trainer.world_size
            ),
        )

    def _loader(self, split: str, sequence: TrainSequence | EvaluationSequence) -> DataLoader:
        return loader(Clips(self.splits[split], self.params.other_clips == "masked"), sequence, self.workers)


def fit(
    shards: Path, work: Path, out: Path, sections: Mapping[str, Any], record: Mapping[str, Any]
) -> dict[str, float] | None:
    """Train on the shards and write the best epoch's network to `out`; return that epoch's metrics.

    work     : folder of checkpoints; a training that was stopped goes on from the last one there
    sections : sound, cochleagram, network, train, machine
    record   : all params, for MLflow
    returns  : None in the processes that only help
    """
    quiet()
    keep_memory()
    torch.utils.deterministic.fill_uninitialized_memory = (
        False  # which costs 2 % of a small step, and changes nothing
    )
    for number in SIGNALS:  # until training begins, and Checkpoints listens
        signal.signal(number, partial(_stop, work))
    params: TrainParams = sections["train"]
    machine: MachineParams = sections["machine"]
    pl.seed_everything(params.seed, workers=True, verbose=False)
    history, checkpoints = (
        History(quiet=not Console().is_terminal),
        Checkpoints(work, machine.checkpoint_steps),
    )
    trainer = make_trainer(params, machine, [history, checkpoints], work)
    if (
        params.precision == "bf16-mixed"
        and trainer.is_global_zero
        and not has_bf16(trainer.strategy.root_device)
    ):
        print(
            "  train.precision is bf16-mixed, which this CPU emulates, many times slower than 32-true",
            flush=True,
        )
    clips = ClipModule(shards, params, machine.workers, verify=trainer.local_rank == 0)
    labels = clips.splits["train"].labels
    _check_weights(params, labels)
    made = {name: value for name, value in sections.items() if name != "machine"}
    hearing = Hearing(config_of(made, labels))
    if machine.channels_last:
        to_channels_last(hearing.network)
    if machine.compile:
        hearing.network.compile(dynamic=False)
    clips.trainer = trainer
    module = Learner(hearing, params, clips.sequence().steps)
    with _recorded(trainer, work, record, clips.splits["train"].index) as run_id:
        if params.optimizer.learning_rate == "find" and not params.fast_dev_run:
            module.learning_rate = _find_rate(trainer, module, clips, work / RATE)
        trainer.logger = _logger(trainer, run_id)  # not before the finder, which would close the run
        trainer.fit(module, clips, ckpt_path=checkpoints.newest(), weights_only=True)
        module.history = history.rows  # also where nothing was left to be trained
        if not trainer.is_global_zero:
            return None
        row, state = _best(checkpoints, module)
        config = config_of(made, labels) | {
            "parameters": sum(weight.numel() for weight in hearing.parameters())
        }
        save_network(out, state, config, module.history, run_id)
        if not params.fast_dev_run:
            _keep(out, run_id)
    return row


def _keep(network: Path, run_id: str) -> None:
    """Copy a network's folder into its run, so that the run can be used by itself; a store that fails to take it fails no training."""
    try:
        tracking.log_artifacts(run_id, tracking.NETWORK, *sorted(network.iterdir()))
    except Exception as error:  # stores raise what they like
        print(
            f"  the network is not in its MLflow run {run_id} ({type(error).__name__}: {error}): use it by its folder",
            flush=True,
        )


def _stop(work: Path, number: int, frame: Any) -> None:
    (work / STOPPED).write_text(signal.Signals(number).name)
    sys.exit(128 + number)


def _best(checkpoints: Checkpoints, module: Learner) -> tuple[dict[str, float], dict[str, Tensor]]:
    """Return the best epoch's row and weights; after a fast_dev_run, which keeps nothing, those there are."""
    found = checkpoints.best(module.history)
    if not found:
        return module.history[-1], module.hearing.network.state_dict()
    row, path = found
    prefix, state = "hearing.network.", torch.load(path, map_location="cpu", weights_only=True)["state_dict"]
    return row, {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def _find_rate(trainer: pl.Trainer, module: Learner, clips: ClipModule, kept: Path) -> float:
    """Return the learning rate that Lightning's finder suggests; a training that goes on keeps the one it had."""
    if kept.is_file():
        return float(kept.read_text())
    trainer.fit_loop.max_epochs, epochs = -1, trainer.fit_loop.max_epochs  # 100 steps, in however many epochs
    found = Tuner(trainer).lr_find(module, datamodule=clips, update_attr=False)
    trainer.fit_loop.max_epochs = epochs
    suggested = found.suggestion() if found else None
    if suggested is None:
        raise TrainingError(
            "the learning-rate finder found none; set train.optimizer.learning_rate to a number, 0.001 say."
        )
    if trainer.is_global_zero:
        kept.write_text(repr(suggested))
        tracking.log_metrics((kept.parent / RUN_ID).read_text(), {"found_learning_rate": suggested})
    return suggested


def _check_weights(params: TrainParams, labels: Mapping[str, list[str]]) -> None:
    if set(params.loss_weights) != set(labels):
        given = f"train.loss_weights has {sorted(params.loss_weights)}"
        raise ValueError(f"{given}; the shards' tasks are {sorted(labels)}. Give each task a weight.")


def make_trainer(
    params: TrainParams, machine: MachineParams, callbacks: list[Callback], work: Path
) -> pl.Trainer:
    """Return Lightning's trainer of the params, without a logger."""
    bar = [RichProgressBar()] if Console().is_terminal else []
    early = (
        [EarlyStopping("validation_loss", patience=params.patience, check_on_train_epoch_end=False)]
        if params.patience
        else []
    )
    return pl.Trainer(
        accelerator=machine.accelerator, devices=machine.devices, num_nodes=machine.num_nodes, strategy=machine.strategy,
        precision=params.precision, max_epochs=params.epochs, accumulate_grad_batches=params.optimizer.accumulate,
        gradient_clip_val=params.optimizer.gradient_clip or None, overfit_batches=params.overfit_batches * params.optimizer.accumulate,
        fast_dev_run=params.fast_dev_run, logger=False, callbacks=[*early, *callbacks, *bar], plugins=[AtomicIO(), *_environment(machine)],
        default_root_dir=work, deterministic="warn", log_every_n_steps=machine.log_steps, enable_model_summary=False,
        enable_checkpointing=False, enable_progress_bar=bool(bar), num_sanity_val_steps=0, use_distributed_sampler=False,
        sync_batchnorm=torch.cuda.is_available() and machine.accelerator in ("auto", "gpu"),
    )  # fmt: skip


def _environment(machine: MachineParams) -> list[ClusterEnvironment]:
    """Return what tells a process its place among the others, where Lightning's own choice would be wrong: in a SLURM job.

    The job's variables are also those of its shell, where a process stands alone, and of torchrun's processes.
    """
    if "SLURM_JOB_ID" not in os.environ or TorchElasticEnvironment.detect():
        return []
    return [
        SLURMEnvironment(auto_requeue=False) if machine.launch else LightningEnvironment()
    ]  # signals are Checkpoints' own


@contextlib.contextmanager
def _recorded(
    trainer: pl.Trainer, work: Path, record: Mapping[str, Any], index: Mapping[str, Any]
) -> Iterator[str]:
    """Open the training's MLflow run, or that of `work` again, and say in it how the training ended."""
    if not trainer.is_global_zero:
        yield ""
        return
    with held(work):
        others = [other / RUN_ID for other in abandoned(work) if not is_held(other)]
        tracking.close_abandoned(other.read_text() for other in others if other.is_file())
        kept, process = work / RUN_ID, uuid.uuid4().hex
        run_id = tracking.open_run(record, index, kept.read_text() if kept.is_file() else None, process)
        kept.write_text(run_id)
        with watched(run_id, process, tracking.tracking_uri()), _closed(run_id):
            yield run_id


class RunLogger(MLFlowLogger):
    """Lightning's logger, without its closing the run as soon as the last step is done: the network is not yet written."""

    def finalize(self, status: str = "success") -> None:
        """Wait until all is logged."""
        mlflow.flush_async_logging()


def _logger(trainer: pl.Trainer, run_id: str) -> MLFlowLogger | None:
    if not trainer.is_global_zero:
        return None
    return RunLogger(tracking_uri=tracking.tracking_uri(), run_id=run_id, log_model=False, synchronous=False)


@contextlib.contextmanager
def _closed(run_id: str) -> Iterator[None]:
    """Record the machine's load, and say in the run how the block ended."""
    status, monitor = "FAILED", None
    try:
        monitor = tracking.monitor(run_id)
        yield
        status = "FINISHED"
    except (KeyboardInterrupt, SystemExit) as error:  # Ctrl-C is a SystemExit to Lightning, of status 1
        status = "KILLED"
        raise SystemExit(error.code if isinstance(error, SystemExit) and error.code != 1 else 130) from error
    finally:
        try:
            if monitor:
                monitor.finish()
        finally:
            tracking.close_run(run_id, status)

"""Lightning's trainer, as the params and the machine want it."""

from pathlib import Path

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback, EarlyStopping, RichProgressBar
from pytorch_lightning.tuner import Tuner
from rich.console import Console

from heschl.machine import MachineParams, device_of, has_bf16
from heschl.train.checkpoints import AtomicIO
from heschl.train.clips import ClipModule
from heschl.train.environment import environment, limit_waiting
from heschl.train.learner import Learner, TrainingError
from heschl.train.params import TrainParams


def make_trainer(
    params: TrainParams,
    machine: MachineParams,
    callbacks: list[Callback],
    work: Path,
    until: int | None = None,
) -> pl.Trainer:
    """Return the trainer, without a logger.

    work   : Lightning's root folder
    until  : epoch after which it pauses; None: the last
    raises : ValueError if the machine lacks the accelerator
    """
    device = device_of(machine)
    bar = [RichProgressBar()] if Console().is_terminal else []
    stopping = EarlyStopping("validation_loss", patience=params.patience, check_on_train_epoch_end=False)
    parts = params.optimizer.accumulate
    trainer = pl.Trainer(
        accelerator=device, devices=machine.devices, num_nodes=machine.num_nodes, strategy=machine.strategy,
        plugins=[AtomicIO(), *environment(machine)], sync_batchnorm=device == "cuda",
        use_distributed_sampler=False,
        max_epochs=until or params.epochs, precision=params.precision, accumulate_grad_batches=parts,
        gradient_clip_val=params.optimizer.gradient_clip or None,
        overfit_batches=params.overfit_batches * parts,
        fast_dev_run=params.fast_dev_run, num_sanity_val_steps=0, deterministic="warn",
        callbacks=[*([stopping] if params.patience else []), *callbacks, *bar], logger=False,
        log_every_n_steps=machine.log_steps, default_root_dir=work, enable_checkpointing=False,
        enable_model_summary=False, enable_progress_bar=bool(bar),
    )  # fmt: skip
    limit_waiting(trainer)
    _warn_of_emulation(params, trainer)
    return trainer


def precision_of(params: TrainParams, machine: MachineParams) -> str:
    """Return the precision of a training; auto is bf16-mixed where the device has bfloat16, else 32-true."""
    if params.precision != "auto":
        return params.precision
    return "bf16-mixed" if has_bf16(device_of(machine)) else "32-true"


def find_rate(trainer: pl.Trainer, learner: Learner, clips: ClipModule) -> float:
    """Return the learning rate that Lightning's finder suggests; raises TrainingError if there is none."""
    epochs, trainer.fit_loop.max_epochs = trainer.fit_loop.max_epochs, -1  # 100 steps, however many epochs
    found = Tuner(trainer).lr_find(learner, datamodule=clips, update_attr=False)
    trainer.fit_loop.max_epochs = epochs
    suggested = found.suggestion() if found else None
    if suggested is None:
        raise TrainingError(
            "the learning-rate finder found none; set train.optimizer.learning_rate to a number, "
            "such as 0.001."
        )
    return suggested


def _warn_of_emulation(params: TrainParams, trainer: pl.Trainer) -> None:
    emulated = params.precision == "bf16-mixed" and not has_bf16(trainer.strategy.root_device.type)
    if emulated and trainer.is_global_zero:
        print(
            "  the training is in bf16-mixed, which this device is not known to have: it may be many times "
            "slower than in 32-true. A new training with train.precision auto is as the device has it.",
            flush=True,
        )

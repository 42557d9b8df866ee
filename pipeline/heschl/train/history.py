"""The curves of a training: a row for each epoch, a point every few steps."""

import time
from collections.abc import Mapping
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback
from torch import Tensor

from heschl.tasks import TASKS
from heschl.train.learner import Learner

SAID_S = 30.0  # from one line about the progress to the next, where there is no progress bar


class History(Callback):
    """Collect the measures of every epoch, log them, and print them if there is no progress bar.

    rows  : of the epochs so far, those before an interruption too
    quiet : there is no progress bar
    """

    def __init__(self, quiet: bool):
        self.rows: list[dict[str, float]] = []
        self.quiet = quiet
        self.started, self.first_step = 0.0, 0  # when and where the epoch, or its resumed part, started
        self.last, self.last_step = 0.0, 0  # when and where the last point was logged
        self.began, self.began_step, self.said = (
            0.0,
            0,
            0.0,
        )  # of this process; last progress line
        self.last_sums: Tensor | None = None  # the learner's sums at the last point; None: zeros
        self.gradient_norm: Tensor | None = None  # at the last step that has a point

    def on_train_start(self, trainer: pl.Trainer, module: Learner) -> None:
        """Start the clock; if early stopping had stopped the training before, keep it stopped."""
        trainer.should_stop = any(getattr(callback, "stopped_epoch", 0) for callback in trainer.callbacks)
        self._start(trainer, module.sums["train"])
        self.began = self.said = self.started
        self.began_step = self.first_step

    def on_train_epoch_start(self, trainer: pl.Trainer, module: Learner) -> None:
        """Start the clock; the learner is about to set its sums to zero."""
        self._start(trainer, None)

    def on_before_optimizer_step(
        self, trainer: pl.Trainer, module: Learner, optimizer: torch.optim.Optimizer
    ) -> None:
        """Measure the norm of the gradient, before clipping, at steps that have a point."""
        if (trainer.global_step + 1) % trainer.log_every_n_steps == 0:
            weights = module.hearing.network.parameters()
            gradients = [weight.grad for weight in weights if weight.grad is not None]
            self.gradient_norm = torch.nn.utils.get_total_norm(gradients)

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: Learner, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Look for losses that are not finite; log a point of the curves."""
        step = trainer.global_step
        due = step % trainer.log_every_n_steps == 0 and step != self.last_step
        if due or module.device.type == "cpu":
            module.check_losses()
        if due:
            self._log_point(trainer, module, step)

    def _log_point(self, trainer: pl.Trainer, module: Learner, step: int) -> None:
        means, now = module.means("train", self.last_sums), time.perf_counter()
        point = {name.replace("train_", "train_step_", 1): value for name, value in means.items()}
        point["learning_rate"] = trainer.optimizers[0].param_groups[0]["lr"]
        point["gradient_norm"] = float(self.gradient_norm)
        point["clips_per_second"] = (step - self.last_step) * module.params.batch_size / (now - self.last)
        self._log(trainer, point, step)
        if self.quiet and trainer.is_global_zero and now - self.said >= SAID_S and trainer.max_epochs > 0:
            self.said, total = now, module.steps * trainer.max_epochs
            left_s = (total - step) * (now - self.began) / (step - self.began_step)
            text = f"loss {means['train_loss']:.3f} ({point['clips_per_second']:.3g} clips/s)"
            print(f"  step {step}/{total}: {text}, {duration(left_s)} left", flush=True)
        self.last, self.last_step, self.last_sums = now, step, module.sums["train"]

    def on_validation_start(self, trainer: pl.Trainer, module: Learner) -> None:
        """Stop the clock."""
        self.seconds = time.perf_counter() - self.started

    def on_train_epoch_end(self, trainer: pl.Trainer, module: Learner) -> None:
        """Add the row of an epoch; Lightning calls this after the epoch's validation."""
        module.check_losses()
        epoch, step = trainer.current_epoch + 1, trainer.global_step
        speed = (step - self.first_step) * module.params.batch_size / self.seconds
        means = module.means("train") | module.means("validation")
        self.rows.append({"epoch": epoch, "step": step} | dict(sorted(means.items())))
        self._log(trainer, means | {"epoch": epoch, "epoch_clips_per_second": speed}, step)
        if self.quiet and trainer.is_global_zero:
            text = f"loss {means['validation_loss']:.3f}, {scores(means)} ({speed:.3g} clips/s)"
            print(f"  epoch {epoch}/{trainer.max_epochs}: {text}", flush=True)

    def state_dict(self) -> dict[str, Any]:
        """Return the rows, for a checkpoint."""
        return {"rows": self.rows}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore the rows of a checkpoint."""
        self.rows = list(state_dict["rows"])

    def _start(self, trainer: pl.Trainer, sums: Tensor | None) -> None:
        self.started = self.last = time.perf_counter()
        self.first_step = self.last_step = trainer.global_step
        self.last_sums = sums

    def _log(self, trainer: pl.Trainer, values: Mapping[str, float], step: int) -> None:
        for logger in trainer.loggers if trainer.is_global_zero else ():
            logger.log_metrics(dict(values), step)


def duration(seconds: float) -> str:
    """Return a time in words: "40 s", "12 min", "3.5 h"."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def scores(row: Mapping[str, float]) -> str:
    """Return the validation scores of an epoch in words: "genre 69.1%, word 51.2%"."""
    tasks = {f"validation_{task.name}_{task.score}": task.name for task in TASKS.values()}
    return ", ".join(f"{tasks[name]} {value:.1%}" for name, value in row.items() if name in tasks)

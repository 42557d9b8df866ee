"""The curves of a training: a row an epoch, a point every few steps."""

import time
from collections.abc import Mapping
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback


class History(Callback):
    """Keep every epoch's metrics, through kills as well; log them, and say them where no progress bar can.

    quiet : there is no progress bar
    """

    def __init__(self, quiet: bool):
        self.rows: list[dict[str, float]] = []
        self.quiet = quiet
        self.started, self.begun_at = 0.0, 0  # time and step of the epoch's start, or of the resumption in it
        self.last, self.last_step, self.last_sums = 0.0, 0, torch.tensor(0)  # of the last point

    def on_train_start(self, trainer: pl.Trainer, module: Any) -> None:
        """Share the rows; stay stopped where early stopping had stopped."""
        module.history = self.rows
        trainer.should_stop = any(getattr(callback, "stopped_epoch", 0) for callback in trainer.callbacks)
        self._start(trainer, module)

    def on_train_epoch_start(self, trainer: pl.Trainer, module: Any) -> None:
        """Start the clock, and the sums."""
        module.sums["train"] = torch.zeros_like(module.sums["train"])
        self._start(trainer, module)

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Look for losses that are not finite; log a point of the curves."""
        step = trainer.global_step
        due = step % trainer.log_every_n_steps == 0 and step != self.last_step
        if due or module.device.type == "cpu":
            module.check_losses()
        if not due:
            return
        means, now = module.means("train", self.last_sums), time.perf_counter()
        point = {name.replace("train_", "train_step_", 1): value for name, value in means.items()}
        point |= {
            "learning_rate": trainer.optimizers[0].param_groups[0]["lr"],
            "gradient_norm": float(module.gradient_norm),
        }
        point["clips_per_second"] = (step - self.last_step) * module.params.batch_size / (now - self.last)
        self._log(trainer, point, step)
        self.last, self.last_step, self.last_sums = now, step, module.sums["train"]

    def on_validation_start(self, trainer: pl.Trainer, module: Any) -> None:
        """Stop the clock."""
        self.seconds = time.perf_counter() - self.started

    def on_train_epoch_end(self, trainer: pl.Trainer, module: Any) -> None:
        """Add an epoch; runs after its validation."""
        module.check_losses()
        speed = (trainer.global_step - self.begun_at) * module.params.batch_size / self.seconds
        means = module.means("train") | module.means("validation")
        self.rows.append(
            {"epoch": trainer.current_epoch + 1, "step": trainer.global_step} | dict(sorted(means.items()))
        )
        self._log(
            trainer,
            means | {"epoch": trainer.current_epoch + 1, "epoch_clips_per_second": speed},
            trainer.global_step,
        )
        if self.quiet and trainer.is_global_zero:
            scores = f"loss {means['validation_loss']:.3f}, {accuracies(means)}"
            print(
                f"  epoch {trainer.current_epoch + 1}/{trainer.max_epochs}: {scores} ({speed:.3g} clips/s)",
                flush=True,
            )

    def state_dict(self) -> dict[str, Any]:
        """Return the rows, for a checkpoint."""
        return {"rows": self.rows}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take the rows of a checkpoint."""
        self.rows = list(state_dict["rows"])

    def _start(self, trainer: pl.Trainer, module: Any) -> None:
        self.started = self.last = time.perf_counter()
        self.begun_at = self.last_step = trainer.global_step
        self.last_sums = module.sums["train"]

    def _log(self, trainer: pl.Trainer, values: Mapping[str, float], step: int) -> None:
        if trainer.logger and trainer.is_global_zero:
            trainer.logger.log_metrics(dict(values), step)


def accuracies(row: Mapping[str, float]) -> str:
    """Return the validation accuracies of an epoch in words: "genre 69.1%, word 51.2%"."""
    found = {
        name.removeprefix("validation_"): value
        for name, value in row.items()
        if name.startswith("validation_")
    }
    return ", ".join(
        f"{name.removesuffix('_accuracy')} {value:.1%}"
        for name, value in found.items()
        if name.endswith("_accuracy")
    )

"""Checkpoints that survive a kill at any moment, and signals that stop a training.

work/train/<digest>/000000094-epoch001.ckpt   the end of an epoch, validated
                    000000150.ckpt            in the middle of one
"""

import os
import pickle
import signal
from pathlib import Path
from types import FrameType
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback
from pytorch_lightning.plugins import TorchCheckpointIO

from heschl.train.environment import agree
from heschl.train.history import History
from heschl.train.learner import Learner
from heschl.work import replacing

SIGNALS = (signal.SIGTERM, signal.SIGUSR1)  # of schedulers, such as SLURM's --signal=USR1@... and preemption
STOPPED = "stopped"  # file that names the signal that stopped a training, which can be resumed
FILES = "[0-9]*.ckpt"  # not those that Lightning's finder leaves when it is killed
KEPT = 2  # newest checkpoints that are kept, besides the best epoch's


class Stopped(SystemExit):
    """A signal asked the training to stop; it has left a checkpoint to resume from."""


class AtomicIO(TorchCheckpointIO):
    """Checkpoints that are complete or absent: written under a temporary name, then renamed."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any | None = None
    ) -> None:
        """Write a checkpoint."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            torch.save(checkpoint, file)
            file.flush()
            os.fsync(file.fileno())


class Checkpoints(Callback):
    """Save the training every `every` steps, before an epoch's last step, at its end, and on a signal.

    The step before the last is saved so that a kill in validation costs one step. The newest two checkpoints
    and the best epoch's are kept.

    history   : the epochs so far, from which the best is chosen
    precision : of the training
    """

    def __init__(self, folder: Path, every: int, history: History, precision: str):
        self.folder, self.every, self.history, self.signal = folder, every, history, 0
        self.precision = precision
        self.handlers: dict[int, Any] = {}
        self.start = str(folder)  # what this process resumes from

    def kept_step(self) -> int | None:
        """Return the step of the newest checkpoint; None if there is none yet."""
        return max((int(path.stem.split("-")[0]) for path in self.folder.glob(FILES)), default=None)

    def newest(self) -> Path | None:
        """Return the newest checkpoint that can be read."""
        for path in sorted(self.folder.glob(FILES), reverse=True):
            try:
                torch.load(path, map_location="cpu", weights_only=True, mmap=True)
                self.start = str(path)
                return path
            except (RuntimeError, EOFError, OSError, pickle.UnpicklingError) as error:
                print(
                    f"  {path} cannot be read ({type(error).__name__}): using an older checkpoint",
                    flush=True,
                )
        return None

    def best(self) -> tuple[dict[str, float], Path] | None:
        """Return row and checkpoint of the epoch with the lowest validation loss that still has one."""
        found = {int(path.stem.split("epoch")[1]): path for path in self.folder.glob("*-epoch*.ckpt")}
        there = [row for row in self.history.rows if row["epoch"] in found]
        best = min(there, key=lambda row: row["validation_loss"], default=None)
        return (best, found[int(best["epoch"])]) if best else None

    def setup(self, trainer: pl.Trainer, module: pl.LightningModule, stage: str) -> None:
        """Compare what the processes resume from."""
        agree(trainer, f"{self.start} in {self.precision}")

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Handle signals instead of Lightning, whose handler communicates between processes."""
        self.handlers = {number: signal.signal(number, self._notice) for number in SIGNALS}
        if trainer.is_global_zero:
            (self.folder / STOPPED).unlink(missing_ok=True)
            for left in self.folder.glob(".lr_find*"):
                left.unlink()

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: Learner, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Save if it is due; stop if a signal asks for it."""
        if (batch_idx + 1) % trainer.accumulate_grad_batches or trainer.fast_dev_run:
            return
        step, left = trainer.global_step, -trainer.global_step % module.steps  # left: steps of the epoch
        number = self._agreed(trainer, module)
        if left and (number or left == 1 or step % self.every == 0):
            self._save(trainer, module, f"{step:09d}.ckpt")
        self._stop(trainer, number)

    def on_validation_batch_end(self, trainer: pl.Trainer, module: Learner, *batch: Any) -> None:
        """Stop if a signal asks for it; the training will resume at the step before the last."""
        self._stop(trainer, self._agreed(trainer, module))

    def on_train_epoch_end(self, trainer: pl.Trainer, module: Learner) -> None:
        """Save the end of an epoch, with its row of the history."""
        if not trainer.fast_dev_run:
            self._save(
                trainer, module, f"{trainer.global_step:09d}-epoch{trainer.current_epoch + 1:03d}.ckpt"
            )
            self._stop(trainer, self._agreed(trainer, module))

    def teardown(self, trainer: pl.Trainer, module: pl.LightningModule, stage: str) -> None:
        """Restore the handlers of signals."""
        for number, handler in self.handlers.items():
            signal.signal(number, handler)
        self.handlers = {}

    def _notice(self, number: int, frame: FrameType | None) -> None:
        self.signal = number

    def _agreed(self, trainer: pl.Trainer, module: Learner) -> int:
        """Return the signal that any of the processes received, or 0."""
        if trainer.world_size == 1:
            return self.signal
        return int(module.over_processes(torch.tensor(self.signal, device=module.device), "max"))

    def _save(self, trainer: pl.Trainer, module: Learner, name: str) -> None:
        module.check_losses()
        module.check_weights()
        trainer.save_checkpoint(self.folder / name)
        if trainer.is_global_zero:
            best = self.best()
            newest = sorted(self.folder.glob(FILES))[-KEPT:]
            for path in self.folder.glob(FILES):
                if path not in newest and (best is None or path != best[1]):
                    path.unlink()

    def _stop(self, trainer: pl.Trainer, number: int) -> None:
        if not number:
            return
        if trainer.is_global_zero:
            (self.folder / STOPPED).write_text(signal.Signals(number).name)
            raise Stopped(128 + number)
        raise Stopped(0)  # with another status it would end the first process too

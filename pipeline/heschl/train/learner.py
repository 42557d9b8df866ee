"""One training step and one validation of a network, as Lightning calls them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor, nn

from heschl.network.hearing import Hearing
from heschl.shards.batches import Batch
from heschl.tasks import TASKS, is_null
from heschl.train import totals
from heschl.train.adversarial import changed_logits
from heschl.train.losses import LOSSES, SCORES
from heschl.train.optimizer import make_optimizer, rate
from heschl.train.params import TrainParams

NEVER = 2**62  # a step that is never reached


class TrainingError(RuntimeError):
    """A training that cannot continue; names the clips or weights."""


class Learner(pl.LightningModule):
    """Losses, gradients and measures of a network.

    steps : batches in an epoch
    fixed : parts of the network that are not trained
    sums  : split -> totals of this process's clips since the epoch began, or since the training did
    """

    def __init__(self, hearing: Hearing, params: TrainParams, steps: int, fixed: Sequence[nn.Module] = ()):
        super().__init__()
        self.hearing, self.params, self.steps, self.fixed = hearing, params, steps, tuple(fixed)
        found = params.optimizer.learning_rate == "find"
        self.learning_rate = 1e-3 if found else params.optimizer.learning_rate
        self.scores = {task: TASKS[task].score for task in hearing.labels}
        self.named = {
            task: torch.tensor([not is_null(name) for name in names])
            for task, names in hearing.labels.items()
        }
        self.resumed: dict[str, Any] | None = None  # sums of the checkpoint that the training resumes from
        self._begin("cpu")

    def _begin(self, device: torch.device | str) -> None:
        zeros = torch.zeros(len(self.named), totals.COLUMNS, dtype=torch.int64, device=device)
        self.sums = {"train": zeros, "validation": zeros.clone()}  # as buffers, DDP would overwrite them
        self.lost = torch.full(
            (), NEVER, dtype=torch.int64, device=device
        )  # first step with an infinite loss

    def train(self, mode: bool = True) -> "Learner":
        """Set the mode of all but the fixed parts, which stay as in use, without dropout."""
        super().train(mode)
        for part in self.fixed:
            part.eval()
        return self

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the sums until `on_fit_start`, when the device is known."""
        self.resumed = checkpoint["sums"]

    def on_fit_start(self) -> None:
        """Start from zero, or in the first process from the sums of the checkpoint."""
        resumed, self.resumed = self.resumed, None
        self._begin(self.device)
        if resumed and self.trainer.is_global_zero:
            self.sums["train"] += torch.tensor(resumed["train"], device=self.device)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add the sums over all processes: any number of processes may resume."""
        checkpoint["sums"] = {"train": self.over_processes(self.sums["train"], "sum").tolist()}

    def on_train_epoch_start(self) -> None:
        """Start the epoch's sums."""
        self.sums["train"] = torch.zeros_like(self.sums["train"])

    def on_train_batch_start(self, batch: Batch, place: int) -> None:
        """Seed dropout by step, part and process: a resumed training draws what an uninterrupted one does."""
        if self.lost.device != self.device:  # the learning-rate finder starts before on_fit_start
            self._begin(self.device)
        step, part = self.trainer.global_step, place % self.params.optimizer.accumulate
        seed = np.random.SeedSequence([self.params.seed, step, part, self.global_rank])
        number = int(seed.generate_state(1)[0])
        torch.default_generator.manual_seed(number)
        if self.device.type != "cpu":  # the others too: on a CPU this would take 2 ms, 2 % of a small step
            torch.manual_seed(number)

    def training_step(self, batch: Batch, number: int) -> Tensor:
        """Return the weighted sum of the tasks' losses."""
        loss, step = self._measure(batch, "train"), self.trainer.global_step
        self.lost = torch.where(torch.isfinite(loss.detach()), self.lost, self.lost.clamp(max=step))
        # Lightning averages over processes and parts, but the weights already do
        return loss * self.trainer.world_size * self.params.optimizer.accumulate

    def validation_step(self, batch: Batch, number: int) -> None:
        """Add losses and scores to the sums."""
        self._measure(batch, "validation")

    def _measure(self, batch: Batch, split: str) -> Tensor:
        """Return this process's and part's share of the batch's loss, and add to the sums."""
        total, rows = 0.0, []
        for task, logits in self._logits(batch, split).items():
            target, weight = batch["targets"][task], batch["weights"][task]
            logits = _precise(logits)
            losses = LOSSES[TASKS[task].loss](logits, target)
            total = total + self.params.loss_weights[task] * (weight * losses).sum()
            scored = batch["valid"] & self.named[task].to(target.device)[target]
            rows.append(totals.count(losses, weight > 0, SCORES[self.scores[task]](logits, target), scored))
        self.sums[split] = self.sums[split] + torch.stack(rows)
        return total

    def _logits(self, batch: Batch, split: str) -> dict[str, Tensor]:
        """Return the logits of a batch, in training after the adversary has changed it."""
        adversary = self.params.adversarial
        if adversary is None or split != "train":
            return self.hearing(batch["waveform"])

        def loss(found: Mapping[str, Tensor]) -> Tensor:
            return sum(
                self.params.loss_weights[task]
                * (batch["weights"][task] > 0)
                * LOSSES[TASKS[task].loss](_precise(logits), batch["targets"][task])
                for task, logits in found.items()
            )

        epoch, seed = self.trainer.global_step // self.steps, self.params.seed
        waveform, numbers = batch["waveform"], batch["numbers"]
        return changed_logits(self.hearing, waveform, loss, adversary, numbers, seed, epoch)

    def means(self, split: str, since: Tensor | None = None) -> dict[str, float]:
        """Return losses and scores over all processes' clips, as `totals.means`.

        since : earlier value of `sums[split]`, whose clips are left out
        """
        sums = self.sums[split] if since is None else self.sums[split] - since
        return totals.means(self.over_processes(sums, "sum"), split, self.params.loss_weights, self.scores)

    def over_processes(self, value: Tensor, how: Literal["sum", "max", "min"]) -> Tensor:
        """Return the sum, maximum or minimum of a tensor over all processes."""
        if self._trainer is None or self.trainer.world_size == 1:
            return value
        value = value.clone()
        torch.distributed.all_reduce(value, getattr(torch.distributed.ReduceOp, how.upper()))
        return value

    def check_losses(self) -> None:
        """Raise TrainingError with the clips of the first batch whose loss was not finite."""
        step = int(self.over_processes(self.lost, "min"))
        if step == NEVER:
            return
        epoch, batch, keys = self.trainer.datamodule.clips_of(step)
        raise TrainingError(
            f"the loss is not finite at step {step} (batch {batch + 1} of epoch {epoch + 1}). "
            f"Its clips: {', '.join(keys)}. Listen to them; if they are sound, lower "
            "train.optimizer.learning_rate or set train.optimizer.gradient_clip."
        )

    def check_weights(self) -> None:
        """Raise TrainingError if a weight is not finite, so that no checkpoint contains one."""
        weights = self.hearing.network.named_parameters()
        broken = [name for name, weight in weights if not torch.isfinite(weight).all()]
        if broken:
            raise TrainingError(
                f"after step {self.trainer.global_step} weights are not finite, though every loss was: "
                f"{', '.join(broken[:5])}. Lower train.optimizer.learning_rate or set "
                "train.optimizer.gradient_clip."
            )

    def on_validation_epoch_start(self) -> None:
        """Start the validation's sums."""
        self.sums["validation"] = torch.zeros_like(self.sums["validation"])

    def on_validation_epoch_end(self) -> None:
        """Pass the loss to early stopping; raise TrainingError if it is not finite."""
        self.check_losses()
        self.check_weights()
        loss = self.means("validation")["validation_loss"]
        if not math.isfinite(loss):
            raise TrainingError(
                f"the validation loss is not finite after step {self.trainer.global_step}, though every "
                "weight and training loss is: look for a validation clip whose cochleagram is not finite."
            )
        self.log("validation_loss", loss, logger=False, sync_dist=True)

    def configure_optimizers(self) -> dict[str, Any]:
        """Return the optimizer, and the schedule of its learning rate over the steps."""
        params = self.params.optimizer
        steps = self.steps * self.params.epochs  # Lightning's own estimate would start reading clips
        fused = True if self.params.precision.endswith("true") else None
        weights = [weight for weight in self.hearing.network.parameters() if weight.requires_grad]
        optimizer = make_optimizer(weights, params, self.learning_rate, fused)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(step, steps, params))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def _precise(logits: Tensor) -> Tensor:
    """Return logits in float32, or float64 if they are."""
    return logits.to(torch.promote_types(logits.dtype, torch.float32))

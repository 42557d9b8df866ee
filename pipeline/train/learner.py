"""What a training step and a validation do: losses, weights of tasks, sums that do not depend on who computed them."""

import math
from typing import Any, Literal

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.nn import functional

from pipeline.network.hearing import Hearing
from pipeline.params import Count, Natural, section
from pipeline.shards.batches import Batch, train_batches
from pipeline.shards.read import Shards
from pipeline.tasks import is_null
from pipeline.train.optimizer import OptimizerParams, make_optimizer, rate

NEVER = 2**62  # a step that does not come
GRID = 2**24  # losses are summed as whole numbers of 1 / GRID: the sum does not depend on its order


@section
class TrainParams:
    """Params section `train`: what comes out depends on it."""

    seed: int
    epochs: Count
    batch_size: Count  # clips a step, of all processes together
    optimizer: OptimizerParams
    loss_weights: dict[str, float]  # task -> weight
    other_clips: Literal[
        "null_class", "masked"
    ]  # to a task, clips of the other tasks are its null class, or left out
    patience: Natural  # epochs without a lower validation loss after which training stops; 0 is never
    precision: Literal["32-true", "bf16-mixed", "16-mixed", "64-true"]
    overfit_batches: Natural  # Lightning's: so many batches again and again; 0 does not
    fast_dev_run: Natural  # Lightning's: so many batches of one epoch, no checkpoint; what comes out is no good; 0 does not


class TrainingError(RuntimeError):
    """A training that cannot go on; says at which clips."""


class Learner(pl.LightningModule):
    """What one training step and one validation do.

    steps : batches of an epoch
    """

    def __init__(self, hearing: Hearing, params: TrainParams, steps: int):
        super().__init__()
        self.hearing, self.params, self.steps = hearing, params, steps
        self.learning_rate = (
            params.optimizer.learning_rate if params.optimizer.learning_rate != "find" else 1e-3
        )
        self.named = {
            task: torch.tensor([not is_null(name) for name in names])
            for task, names in hearing.labels.items()
        }
        self.history: list[dict[str, float]] = []  # a row an epoch
        self.gradient_norm: Tensor | None = None  # of the last step that a curve has a point of
        self._zero("cpu")

    def _zero(self, device: torch.device | str) -> None:
        zeros = torch.zeros(
            len(self.named), 5, dtype=torch.int64, device=device
        )  # loss, its clips; correct, named, lost clips
        self.sums = {
            "train": zeros,
            "validation": zeros.clone(),
        }  # no buffers: DDP would overwrite them with the first process's
        self.lost = torch.full(
            (), NEVER, dtype=torch.int64, device=device
        )  # first step whose loss was not finite
        self.kept: dict[str, Any] | None = None

    def on_fit_start(self) -> None:
        """Begin with nothing summed, or with what the checkpoint had."""
        kept = self.kept if self.trainer.is_global_zero else None
        self._zero(self.device)
        if kept:
            self.sums["train"] += torch.tensor(kept["train"], device=self.device)

    def on_train_batch_start(self, batch: Batch, number: int) -> None:
        """Seed dropout by step, part and process: a resumed training draws what an uninterrupted one does."""
        if self.lost.device != self.device:  # the learning-rate finder begins before on_fit_start
            self._zero(self.device)
        seed = [
            self.params.seed,
            self.trainer.global_step,
            number % self.params.optimizer.accumulate,
            self.global_rank,
        ]
        torch.manual_seed(int(np.random.SeedSequence(seed).generate_state(1)[0]))

    def training_step(self, batch: Batch, number: int) -> Tensor:
        """Return the weighted sum of the tasks' losses."""
        loss = self._measure(batch, "train")
        self.lost = torch.where(
            torch.isfinite(loss.detach()), self.lost, self.lost.clamp(max=self.trainer.global_step)
        )
        return (
            loss * self.trainer.world_size * self.params.optimizer.accumulate
        )  # Lightning takes means over both

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
            counted, named = weight > 0, batch["valid"] & self.named[task].to(target.device)[target]
            whole = (losses.detach().nan_to_num(0.0, 0.0, 0.0) * GRID).round().long()
            sums = [
                whole * counted,
                counted,
                (logits.argmax(1) == target) & named,
                named,
                counted & ~torch.isfinite(losses.detach()),
            ]
            rows.append(torch.stack([values.sum() for values in sums]))
        self.sums[split] = self.sums[split] + torch.stack(rows)
        return total

    def means(self, split: str, since: Tensor | None = None) -> dict[str, float]:
        """Return loss and accuracy of each task, and the weighted loss, of all processes' clips since the sums were `since`."""
        sums = self.sums[split] if since is None else self.sums[split] - since
        found, total = {}, 0.0
        for task, (loss, counted, correct, named, lost) in zip(
            self.named, self.over_processes(sums, "sum").tolist(), strict=True
        ):
            found[f"{split}_{task}_loss"] = math.nan if lost else loss / GRID / max(1, counted)
            found[f"{split}_{task}_accuracy"] = correct / max(1, named)
            total += self.params.loss_weights[task] * found[f"{split}_{task}_loss"]
        return {f"{split}_loss": total} | found

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
        epoch, done = divmod(step, self.steps)
        shards: Shards = self.trainer.datamodule.splits["train"]
        epoch = 0 if self.params.overfit_batches else epoch
        numbers = list(train_batches(len(shards), self.params.batch_size, self.params.seed, epoch))[done]
        raise TrainingError(
            f"the loss is not finite at step {step} (batch {done + 1} of epoch {epoch + 1}). Its clips: {', '.join(shards.keys(numbers))}. "
            "Listen to them; where they are sound, lower train.optimizer.learning_rate or set train.optimizer.gradient_clip."
        )

    def check_weights(self) -> None:
        """Raise TrainingError where a weight is not finite, so that no checkpoint holds one."""
        broken = [
            name
            for name, weight in self.hearing.network.named_parameters()
            if not torch.isfinite(weight).all()
        ]
        if broken:
            raise TrainingError(
                f"after step {self.trainer.global_step} weights are not finite, though every loss was: {', '.join(broken[:5])}. "
                "Lower train.optimizer.learning_rate or set train.optimizer.gradient_clip."
            )

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        """Measure the gradient where a curve has a point."""
        if (self.trainer.global_step + 1) % self.trainer.log_every_n_steps == 0:
            gradients = [
                weight.grad for weight in self.hearing.network.parameters() if weight.grad is not None
            ]
            self.gradient_norm = torch.nn.utils.get_total_norm(gradients)

    def on_validation_epoch_start(self) -> None:
        """Begin to sum."""
        self.sums["validation"] = torch.zeros_like(self.sums["validation"])

    def on_validation_epoch_end(self) -> None:
        """Give the loss to early stopping; raise TrainingError if it is not finite."""
        self.check_losses()
        self.check_weights()
        if not math.isfinite(self.means("validation")["validation_loss"]):
            raise TrainingError(
                f"the validation loss is not finite after step {self.trainer.global_step}, though every weight and training loss is: "
                "look for a validation clip that the cochleagram makes infinite."
            )
        self.log("validation_loss", self.means("validation")["validation_loss"], logger=False, sync_dist=True)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add the sums of all processes, in whichever process the training goes on."""
        checkpoint["sums"] = {"train": self.over_processes(self.sums["train"], "sum").tolist()}

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take the sums."""
        self.kept = checkpoint["sums"]

    def configure_optimizers(self) -> dict[str, Any]:
        """Return the optimiser, and its rate a step."""
        p, steps = (
            self.params.optimizer,
            self.steps * self.params.epochs,
        )  # Lightning's own estimate would begin to read
        optimizer = make_optimizer(
            self.hearing.network.parameters(),
            p,
            self.learning_rate,
            fused=True if self.params.precision.endswith("true") else None,
        )
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(step, steps, p))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

"""Sums of losses and scores over clips, as whole numbers: independent of order and number of processes.

totals : (tasks, 5) int64: loss x GRID, clips, score x GRID, scored clips, clips whose loss is not finite
"""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

GRID = 2**24  # losses and scores are summed in units of 1 / GRID
COLUMNS = 5


def count(losses: Tensor, counted: Tensor, scores: Tensor, scored: Tensor) -> Tensor:
    """Return the totals (5,) of a task's clips.

    losses, scores  : (clips,) float
    counted, scored : (clips,) bool, whether a clip counts in the loss and in the score
    """
    loss, lost = losses.detach(), ~torch.isfinite(losses.detach())
    sums = [whole(loss) * counted, counted, whole(scores) * scored, scored, counted & lost]
    return torch.stack([values.sum() for values in sums])


def whole(values: Tensor) -> Tensor:
    """Return values in units of 1 / GRID, rounded to int64; 0 for those that are not finite."""
    return (values.nan_to_num(0.0, 0.0, 0.0) * GRID).round().long()


def means(
    totals: Tensor, split: str, weights: Mapping[str, float], scores: Mapping[str, str]
) -> dict[str, float]:
    """Return the mean loss and score of each task, and the weighted sum of the losses.

    weights : task -> weight of its loss
    scores  : task -> name of its score, in the order of the rows of `totals`
    returns : {"<split>_loss", "<split>_<task>_loss", "<split>_<task>_<score>"}; nan if any clip's loss is
    """
    found, total = {}, 0.0
    for (task, name), row in zip(scores.items(), totals.tolist(), strict=True):
        loss, counted, score, scored, lost = row
        mean = math.nan if lost else loss / GRID / max(1, counted)
        found |= {f"{split}_{task}_loss": mean, f"{split}_{task}_{name}": score / GRID / max(1, scored)}
        total += weights[task] * mean
    return {f"{split}_loss": total} | found

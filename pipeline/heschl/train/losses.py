"""Losses and scores by name, as a task names them. To add one, write a function and name it in the registry.

logits  : (clips, classes) float
target  : (clips,) int, class of each clip
returns : (clips,) float
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

ClipFunction = Callable[[Tensor, Tensor], Tensor]


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Return the cross-entropy of each clip, in nats."""
    return functional.cross_entropy(logits, target, reduction="none")


def accuracy(logits: Tensor, target: Tensor) -> Tensor:
    """Return 1 for each clip whose class has the largest logit, else 0."""
    return (logits.argmax(1) == target).to(torch.float32)


LOSSES: dict[str, ClipFunction] = {"cross_entropy": cross_entropy}
SCORES: dict[str, ClipFunction] = {"accuracy": accuracy}

"""A network that answers test clips from a table."""

import numpy as np
import torch
from torch import nn

from heschl.evaluate.params import EvaluateParams
from heschl.shards.read import Shards

PARAMS = EvaluateParams(batch_size=16, null_answers=False)


class Oracle(nn.Module):
    """Answers clip n of the shards, which it recognizes by its samples, with `logits[task][n]`."""

    def __init__(self, opened: Shards, logits: dict[str, np.ndarray]):
        super().__init__()
        self.labels, self.sound = opened.labels, opened.sound
        self.known = {opened.waveforms(np.array([n])).tobytes(): n for n in range(len(opened))}
        self.logits = logits

    def forward(self, waveform):
        numbers = [self.known.get(row.numpy().tobytes(), 0) for row in waveform]
        return {task: torch.from_numpy(values[numbers]) for task, values in self.logits.items()}


def logits_for(opened, right):
    """Logits whose maximum, after the null class, is the truth where `right`, and which else have it last."""
    out = {}
    for task, names in opened.labels.items():
        values = np.zeros((len(opened), len(names)), dtype=np.float32)
        values[:, 0] = 9  # "__genre__" or "__speech__"
        for n in range(len(opened)):
            truth = opened.targets[task][n]
            if truth:
                values[n, truth] = 3 if right(opened.record(n)) else -3
        out[task] = values
    return out

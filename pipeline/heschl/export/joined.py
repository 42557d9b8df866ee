"""A network as a program with one output, as a model registry serves it."""

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from heschl import work
from heschl.export.program import strip
from heschl.network.hearing import Hearing


class Joined(nn.Module):
    """Waveform (batch, samples) -> logits of all tasks side by side, (batch, classes): see `columns`."""

    def __init__(self, hearing: Hearing):
        super().__init__()
        self.hearing = hearing

    def forward(self, waveform: Tensor) -> Tensor:
        """Return the logits."""
        logits = self.hearing(waveform)
        return torch.cat([logits[task] for task in self.hearing.labels], dim=-1)


def columns(hearing: Hearing) -> list[str]:
    """Return what each logit stands for: task:label."""
    return [f"{task}:{label}" for task, labels in hearing.labels.items() for label in labels]


def tidy(path: Path) -> None:
    """Remove from a program that was just written the paths of its maker's code, and its example."""
    program = torch.export.load(path)
    strip(program.graph_module)
    program.example_inputs = None
    with work.replacing(path) as file, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No complete tensor found")  # of constants that are slices
        torch.export.save(program, file)

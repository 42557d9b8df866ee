"""A network with its ear as a program of `torch.export`, which PyTorch runs alone."""

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pipeline import work
from pipeline.network.hearing import COCHLEAGRAM, Hearing

LARGEST_BATCH = 4096
Found = dict[str, dict[str, Tensor]]


class Program(nn.Module):
    """Waveform (batch, samples) float32 in [-1, 1] -> logits of each task, and activations of each layer.

    The output is {"logits": {task: (batch, classes)}, "activations": {layer: (batch, ...)}}; the cochleagram
    is among the layers.
    """

    def __init__(self, hearing: Hearing):
        super().__init__()
        self.hearing = hearing

    def forward(self, waveform: Tensor) -> Found:
        """Return logits and activations."""
        with _kept(self.hearing.layers) as found:
            heard = self.hearing.ear(waveform)
            logits = self.hearing.network(heard)
        return {"logits": dict(logits), "activations": {COCHLEAGRAM: heard} | found}


def write_program(path: Path, hearing: Hearing) -> None:
    """Write a network as a program (.pt2) for batches of any size; hearing : in eval mode, on the CPU."""
    batch = torch.export.Dim("batch", min=1, max=LARGEST_BATCH)
    with torch.no_grad():
        exported = torch.export.export(
            Program(hearing), (example(hearing),), dynamic_shapes={"waveform": {0: batch}}
        )
    with work.replacing(path) as file, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No complete tensor found")  # of constants that are slices
        torch.export.save(exported, file)


def example(hearing: Hearing, clips: int = 2) -> Tensor:
    """Return noise in the shape of clips, (clips, samples) or (clips, ears, samples), the same every time."""
    sound = hearing.sound
    shape = (clips, sound.samples) if sound.channels == 1 else (clips, sound.channels, sound.samples)
    return 0.1 * torch.randn(shape, generator=torch.Generator().manual_seed(1))


@contextlib.contextmanager
def _kept(layers: dict[str, nn.Module]) -> Iterator[dict[str, Tensor]]:
    """Yield a dictionary that collects what leaves each layer, as part of what is traced."""
    found: dict[str, Tensor] = {}

    def keep(name: str) -> Any:
        def hook(module: nn.Module, inputs: Any, output: Any) -> None:
            while isinstance(output, tuple | list) and output:
                output = output[0]
            if isinstance(output, Tensor):
                found[name] = output.clone()  # the next layer may work in place

        return hook

    hooks = [layer.register_forward_hook(keep(name)) for name, layer in layers.items()]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()

"""A network with its ear as a program of `torch.export`, which PyTorch runs alone."""

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from heschl import work
from heschl.network.hearing import COCHLEAGRAM, Hearing

LARGEST_BATCH = 4096
TRACES = ("stack_trace", "nn_module_stack", "source_fn_stack", "from_node")  # where an operation comes from
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


class ExportError(ValueError):
    """A network that cannot be exported, or a folder that is not replaced; says why."""


def write_program(path: Path, hearing: Hearing) -> list[str]:
    """Write a network as a program (.pt2); return the layers whose activations it gives.

    hearing : in eval mode, on the CPU
    raises  : ExportError if PyTorch cannot trace it
    """
    batch = torch.export.Dim("batch", min=1, max=LARGEST_BATCH)
    program = Program(hearing)
    try:
        with torch.no_grad():
            layers = list(program(example(hearing))["activations"])
            exported = torch.export.export(
                program, (example(hearing),), dynamic_shapes={"waveform": {0: batch}}
            )
    except Exception as error:  # of a class of the user's, nearly any
        said = str(error).strip().partition("\n")[0]
        raise ExportError(
            f"torch.export cannot trace {type(hearing.network).__name__}: {said} See PyTorch's pages on "
            "torch.export for what a network may do."
        ) from error
    strip(exported.graph_module)
    exported.example_inputs = None  # they would be the only pickle in the file
    with work.replacing(path) as file, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No complete tensor found")  # of constants that are slices
        torch.export.save(exported, file)
    return layers


def strip(module: torch.fx.GraphModule) -> None:
    """Remove from a graph the paths and lines of the code that it comes from."""
    for graph in (each.graph for each in module.modules() if isinstance(each, torch.fx.GraphModule)):
        for node in graph.nodes:
            for name in TRACES:
                node.meta.pop(name, None)


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

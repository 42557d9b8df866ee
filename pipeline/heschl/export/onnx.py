"""A network as ONNX: from the cochleagram, and from the waveform where its ear has a plain form."""

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from heschl import work
from heschl.export.plain import PlainEar
from heschl.export.program import LARGEST_BATCH, example
from heschl.network.hearing import COCHLEAGRAM, Hearing

WAVEFORM = "waveform"


class OnnxError(ValueError):
    """A package that is missing; says how to install it."""


class Heard(nn.Module):
    """Waveform or cochleagram -> the logits of each task, in order."""

    def __init__(self, hearing: Hearing, ear: nn.Module | None):
        super().__init__()
        self.ear, self.network, self.tasks = ear, hearing.network, list(hearing.labels)

    def forward(self, heard: Tensor) -> tuple[Tensor, ...]:
        """Return the logits."""
        logits = self.network(self.ear(heard) if self.ear else heard)
        return tuple(logits[task] for task in self.tasks)


def write_from_cochleagram(path: Path, hearing: Hearing) -> None:
    """Write a network without its ear; raises OnnxError."""
    with torch.no_grad():
        heard = hearing.ear(example(hearing))
    _write(path, Heard(hearing, None), heard, COCHLEAGRAM)


def write_from_waveform(path: Path, hearing: Hearing) -> None:
    """Write a network with its ear; raises OnnxError, and PlainError if the ear has no plain form."""
    _write(path, Heard(hearing, PlainEar(hearing.ear)), example(hearing), WAVEFORM)


def run(path: Path, batch: Tensor, tasks: Sequence[str]) -> dict[str, Tensor]:
    """Return the logits of each task that ONNX Runtime computes; raises OnnxError."""
    session = runtime().InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (name,) = (each.name for each in session.get_inputs())
    return dict(
        zip(tasks, map(torch.from_numpy, session.run(list(tasks), {name: batch.numpy()})), strict=True)
    )


def _write(path: Path, module: Heard, inputs: Tensor, name: str) -> None:
    runtime()
    batch = torch.export.Dim("batch", min=1, max=LARGEST_BATCH)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # of packages that it does not need
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # of PyTorch about its own calls
        program = torch.onnx.export(
            module.eval(), (inputs,), dynamo=True, verbose=False, dynamic_shapes=({0: batch},),
            input_names=[name], output_names=module.tasks,
        )  # fmt: skip
    _strip(program.model)
    with work.replacing(path) as file:
        program.save(file.name, external_data=False)


def _strip(model: Any) -> None:
    """Remove from a model the paths and lines of the code that it comes from."""
    model.metadata_props.clear()
    model.graph.metadata_props.clear()
    for node in model.graph.all_nodes():
        node.metadata_props.clear()
        for value in node.outputs:
            value.metadata_props.clear()
    for value in (*model.graph.inputs, *model.graph.initializers.values()):
        value.metadata_props.clear()


def runtime() -> ModuleType:
    """Return ONNX Runtime; raises OnnxError if a package is missing."""
    try:
        import onnxruntime
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise OnnxError(
            f"{error.name or error} is not installed, which ONNX needs: pip install '.[export]'. Or leave "
            "ONNX out: --without-onnx."
        ) from None
    return onnxruntime

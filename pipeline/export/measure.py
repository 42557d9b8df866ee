"""How far the exported files are from the network itself, on clips."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from pipeline.audio import FULL_SCALE
from pipeline.export import onnx
from pipeline.export.program import example
from pipeline.network.hearing import Hearing
from pipeline.shards.index import INDEX
from pipeline.shards.read import Shards

CLIPS = 20
Logits = Mapping[str, Tensor]


class Error(NamedTuple):
    """The largest difference of a logit, and the share of clips with the same first answer in each task."""

    file: str
    largest: float
    same: float


def clips_of(hearing: Hearing, shards: Path) -> tuple[Tensor, str]:
    """Return clips, (clips, samples) float32 in [-1, 1], and what they are: noise if there are no shards."""
    if not (shards / INDEX).is_file():
        return example(hearing, CLIPS), f"{CLIPS} clips of noise"
    test = Shards.open(shards, "test")
    if test.sound != hearing.sound:
        return example(hearing, CLIPS), f"{CLIPS} clips of noise"
    count = min(CLIPS, len(test))
    numbers = np.random.default_rng(1).choice(len(test), count, replace=False)
    waveform = test.waveforms(np.sort(numbers)).astype(np.float32) / FULL_SCALE
    return torch.from_numpy(waveform), f"{count} test clips"


def errors(folder: Path, hearing: Hearing, waveform: Tensor, files: Mapping[str, str]) -> list[Error]:
    """Return how far each file is from the network.

    files : name of a file -> its input, "waveform" or "cochleagram"
    """
    with torch.no_grad():
        heard = hearing.ear(waveform)
        expected = hearing.network(heard)
        inputs = {"waveform": waveform, "cochleagram": heard}
        return [
            _error(name, expected, _runner(folder / name, list(hearing.labels))(inputs[kind]))
            for name, kind in files.items()
        ]


def _runner(path: Path, tasks: list[str]) -> Callable[[Tensor], Logits]:
    if path.suffix == ".onnx":
        return lambda batch: onnx.run(path, batch, tasks)
    program = torch.export.load(path).module()
    return lambda batch: program(batch)["logits"]


def _error(name: str, expected: Logits, found: Logits) -> Error:
    largest = max(float((found[task] - logits).abs().max()) for task, logits in expected.items())
    same = [
        float((found[task].argmax(1) == logits.argmax(1)).float().mean()) for task, logits in expected.items()
    ]
    return Error(name, largest, min(same))

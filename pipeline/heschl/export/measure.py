"""How far the exported files are from the network itself, on clips."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from heschl.audio import FULL_SCALE
from heschl.export import onnx
from heschl.export.program import ExportError, example
from heschl.network.hearing import Hearing
from heschl.shards.index import INDEX
from heschl.shards.read import Shards

CLIPS = 20
BAD = 0.01  # difference of a logit that is not rounding
Logits = Mapping[str, Tensor]


class Error(NamedTuple):
    """The largest difference of a logit, and the share of clips with the same first answer in each task."""

    file: str
    largest: float
    same: float


def clips_of(hearing: Hearing, shards: Path, asked: bool) -> tuple[Tensor, str]:
    """Return clips, (clips, samples) float32 in [-1, 1], and what they are.

    asked  : take them from these shards alone; else noise where there are none, or of other sounds
    raises : ShardError, or ExportError if they are of other sounds
    """
    there = asked or (shards / INDEX).is_file()
    test = Shards.open(shards, "test") if there else None
    if asked and test and test.sound != hearing.sound:
        raise ExportError(f"{shards} has {test.sound}, and the network hears {hearing.sound}. Name others.")
    if test is None or test.sound != hearing.sound:
        return example(hearing, CLIPS), f"{CLIPS} clips of noise"
    count = min(CLIPS, len(test))
    numbers = np.random.default_rng(1).choice(len(test), count, replace=False)
    waveform = test.waveforms(np.sort(numbers)).astype(np.float32) / FULL_SCALE
    return torch.from_numpy(waveform), f"{count} test clips"


def errors(folder: Path, hearing: Hearing, waveform: Tensor, files: Mapping[str, str]) -> list[Error]:
    """Return how far each file is from the network.

    files  : name of a file -> its input, "waveform" or "cochleagram"
    raises : ExportError if one is too far from it
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
    apart = torch.stack([(found[task] - logits).abs().max() for task, logits in expected.items()])
    same = torch.stack(
        [(found[task].argmax(1) == logits.argmax(1)).float().mean() for task, logits in expected.items()]
    )
    if not torch.isfinite(apart).all() or apart.max() > BAD:
        raise ExportError(
            f"{name} does not answer as the network does: logits differ by up to {float(apart.max()):.1e}, "
            f"expected {BAD:g} at most. Nothing was written."
        )
    return Error(name, float(apart.max()), float(same.min()))

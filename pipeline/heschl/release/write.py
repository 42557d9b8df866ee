"""Write the folder of a released network, whole or not at all."""

import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from heschl import pretrained, work
from heschl.network.saved import DIGEST
from heschl.network.tensors import serialized
from heschl.network.weights import digest_of
from heschl.release.checks import ReleaseError

LARGEST = 10_000_000  # bytes of weights: larger files do not belong into a repository
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_name(name: str) -> None:
    """Raise ReleaseError unless a name is of lower-case letters, digits and hyphens."""
    if not NAME.fullmatch(name):
        raise ReleaseError(
            f"The name is {name!r}; expected lower-case letters and digits, joined by hyphens: real-words."
        )


def weights(state: Mapping[str, Tensor], half: bool, limit: int = LARGEST) -> bytes:
    """Return weights as safetensors, in float32, or float16 if `half`.

    limit  : bytes
    raises : ReleaseError if they are larger, or too large for the numbers of float16
    """
    content = serialized(state, torch.float16 if half else torch.float32)
    if half:
        _check_half(state)
    if len(content) > limit:
        remedy = "Train a network with fewer filters (network.width)"
        remedy += "." if half else ", or store the weights in half precision: --half."
        raise ReleaseError(f"The weights have {len(content):,} bytes; expected at most {limit:,}. {remedy}")
    return content


def _check_half(state: Mapping[str, Tensor]) -> None:
    for name, value in state.items():
        if value.is_floating_point() and not torch.isfinite(value.half()).all():
            largest = float(value.abs().max())
            raise ReleaseError(f"{name} has {largest:g}, beyond half precision. Release it without --half.")


def stage(folder: Path, content: bytes, config: Mapping[str, Any], preset: str) -> dict[str, Any]:
    """Write weights, config and params to a folder; return the config, with the sha256 of the weights."""
    (folder / pretrained.WEIGHTS).write_bytes(content)
    config = {**config, DIGEST: digest_of(folder / pretrained.WEIGHTS)}
    (folder / pretrained.CONFIG).write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    (folder / pretrained.PARAMS).write_text(preset, encoding="utf-8")
    return config


def place() -> "tempfile.TemporaryDirectory[str]":
    """Return a folder for work in progress, which is removed at the end."""
    work.FOLDER.mkdir(exist_ok=True)
    return tempfile.TemporaryDirectory(prefix="release-", dir=work.FOLDER)


def finish(folder: Path, out: Path) -> None:
    """Move a finished folder to its place, with its four files and no other."""
    files = (pretrained.CONFIG, pretrained.WEIGHTS, pretrained.CARD, pretrained.PARAMS)
    work.finish(folder, out, files)

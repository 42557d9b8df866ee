"""Weights as safetensors: a table of names, types, shapes and places in JSON, then the numbers; no code.

Format: https://github.com/huggingface/safetensors
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from heschl.network.weights import WeightsError, checked

LARGEST_HEADER = 2**24  # bytes; one of 100 tensors has about 10,000
HEADER = 8  # bytes that give the length of the table
TYPES = ("F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL")


def serialized(state: Mapping[str, Tensor], dtype: torch.dtype | None = None) -> bytes:
    """Return tensors as the bytes of a safetensors file, the same for the same tensors.

    state : contiguous or channels last, on any device; shared ones are written twice
    dtype : of floating-point tensors in the file; None: as they are. Other tensors keep theirs
    """
    return save({name: _plain(value, dtype) for name, value in state.items()})


def _plain(value: Tensor, dtype: torch.dtype | None) -> Tensor:
    changed = value.detach().to("cpu", dtype if value.is_floating_point() else None)
    return changed.clone(memory_format=torch.contiguous_format)


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file by name; together they take no more memory than the file.

    raises : WeightsError if the file is damaged, or holds numbers that are not finite
    """
    _check_table(path)
    try:
        with safe_open(path, "pt") as file:
            return {name: checked(name, file.get_tensor(name)) for name in sorted(file.keys())}
    except (SafetensorError, OSError, ValueError, RuntimeError, TypeError) as error:
        if isinstance(error, WeightsError):
            raise
        raise WeightsError(f"its table of tensors is damaged: {error}") from None


def _check_table(path: Path) -> None:
    """Raise WeightsError unless the table is small, lies in the file, and claims what the file has."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(HEADER), "little")
        if size < HEADER or length > size - HEADER:
            raise WeightsError(f"found {size} bytes that are no whole safetensors file")
        if length > LARGEST_HEADER:
            raise WeightsError(f"its table of tensors has {length} bytes, expected at most {LARGEST_HEADER}")
        table = _parsed(file.read(length))
    for name, entry in table.items():
        if name != "__metadata__" and (not isinstance(entry, dict) or entry.get("dtype") not in TYPES):
            raise WeightsError(f"{name!r} is no tensor of a known type; expected one of {', '.join(TYPES)}")


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"its table of tensors is damaged: {error}") from None
    if not isinstance(table, dict):
        raise WeightsError(f"its table of tensors is {type(table).__name__}, expected names and places")
    return table

"""The lists of an index, a value for each clip, as arrays: 30 bytes a clip in place of 250."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

LISTS = ("keys", "wav", "json", "targets")  # of the entry of a shard
DEPTH = 4  # of an entry: index, splits, split, shards
LARGEST = 2**63


def compact(values: dict[str, Any]) -> dict[str, Any]:
    """Return the entry of a shard with arrays in place of its lists, and other values as they are.

    Lists that are not those of an entry stay. For `json.loads`, object_hook.
    """
    if not all(name in values for name in LISTS):
        return values
    arrays = {name: _array(values[name]) for name in LISTS if name != "targets"}
    targets = values["targets"]
    if isinstance(targets, dict):
        targets = {task: _array(classes) for task, classes in targets.items()}
    return {name: arrays.get(name, value) for name, value in values.items()} | {"targets": targets}


def plain(value: Any) -> Any:
    """Return an array as a list. For `json.dumps`, default."""
    if isinstance(value, np.ndarray):
        return (value.astype(str) if value.dtype.kind == "S" else value).tolist()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def expanded(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with lists in place of its arrays."""
    return json.loads(json.dumps(entry, default=plain))


def pieces(value: Any, depth: int = DEPTH) -> Iterator[str]:
    """Yield `json.dumps(value, sort_keys=True, default=plain)` of an index, a shard at a time."""
    if depth and value and isinstance(value, dict):
        for place, name in enumerate(sorted(value)):
            yield f"{', ' if place else '{'}{json.dumps(name)}: "
            yield from pieces(value[name], depth - 1)
        yield "}"
    elif depth and value and isinstance(value, list):
        for place, each in enumerate(value):
            yield ", " if place else "["
            yield from pieces(each, depth - 1)
        yield "]"
    else:
        yield json.dumps(value, sort_keys=True, default=plain)


def _array(values: Any) -> Any:
    """Return a list of texts, of natural numbers, or of pairs of them as an array; others as they are."""
    kinds = set(map(type, values)) if isinstance(values, list) else set()
    if kinds == {str}:
        return np.array(values, "S") if all(map(str.isascii, values)) else values
    if kinds == {int}:
        return np.array(values, np.min_scalar_type(max(values))) if _fit(values) else values
    if kinds == {list} and set(map(len, values)) == {2}:
        flat = [value for pair in values for value in pair]
        if set(map(type, flat)) == {int} and _fit(flat):
            return np.array(values, np.min_scalar_type(max(flat)))
    return values


def _fit(values: list[int]) -> bool:
    return min(values) >= 0 and max(values) < LARGEST

"""The lists of an index, a value for each clip: arrays of 30 bytes a clip in place of 250, read by shards."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

LISTS = ("keys", "wav", "json", "targets")  # of the entry of a shard
DEPTH = 4  # of an entry: index, splits, split, shards
CHUNK = 2**20  # characters
SHARDS = re.compile(r'"shards"\s*:\s*\[')
OVERLAP = 64  # characters, in which a match may have begun
WHITE = re.compile(r"\s*")
LARGEST = 2**63


def load(path: Path) -> Any:
    """Return what a JSON file of an index holds, its entries as `compact` returns them.

    They are read one after the other, so that neither the text nor plain lists are in memory as a whole.

    raises : ValueError, such as json.JSONDecodeError, if it is not JSON
    """
    found: list[list[Any]] = []  # the entries of each list of shards, whose number stands for it in the text

    def hook(values: dict[str, Any]) -> dict[str, Any]:
        place = values.get("shards")
        return values | {"shards": found[place[0]]} if isinstance(place, list) else values

    around, start = "", 0
    with open(path, encoding="utf-8") as file:
        text = file.read(CHUNK)
        while True:
            if begin := SHARDS.search(text, start):
                around += f"{text[: begin.end()]}{len(found)}"
                entries, text = _entries(text[begin.end() :], file)
                found.append(entries)
                start = 0
            elif more := file.read(CHUNK):
                start = max(0, len(text) - OVERLAP)
                text += more
            else:
                break
    try:
        return json.loads(around + text, object_hook=hook)
    except (IndexError, TypeError):
        raise ValueError("a list of shards has a name that is not written plainly") from None


def _entries(text: str, file: IO[str]) -> tuple[list[Any], str]:
    """Return the entries of a list, and the text from its closing bracket on.

    text, file : what follows the opening bracket, as far as it was read, and the rest of it
    """
    decode, entries, place, size = json.JSONDecoder(object_hook=compact).raw_decode, [], 0, CHUNK
    while True:
        place = WHITE.match(text, place).end()
        try:
            if not entries and text[place : place + 1] == "]":
                return entries, text[place:]
            entry, end = decode(text, place)
            end = WHITE.match(text, end).end()
            if end == len(text):  # what follows was not read; a number may not have ended
                raise ValueError("the list does not end")
        except ValueError as error:
            more = file.read(size)
            if not more:
                problem = getattr(error, "msg", error)  # without a place in a part of the text
                raise ValueError(f"{problem}, in shard {len(entries)} of a list") from None
            text, place, size = text[place:] + more, 0, 2 * size
            continue
        entries.append(entry)
        if text[end] == "]":
            return entries, text[end:]
        if text[end] != ",":
            raise ValueError(f"expected ',' or ']' after shard {len(entries)}, not {text[end]!r}")
        place, size = end + 1, CHUNK


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


@dataclass(frozen=True)
class Saved:
    """An entry of an index that lies in a file of its own, so that only one is in memory at a time."""

    path: Path


def plain(value: Any) -> Any:
    """Return an array as a list, and a saved entry as it is. For `json.dumps`, default."""
    if isinstance(value, Saved):
        return json.loads(value.path.read_bytes())
    if isinstance(value, np.ndarray):
        return (value.astype(str) if value.dtype.kind == "S" else value).tolist()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def expanded(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with lists in place of its arrays."""
    return json.loads(json.dumps(entry, default=plain))


def pieces(value: Any, depth: int = DEPTH, sort_keys: bool = True) -> Iterator[str]:
    """Yield `json.dumps(value, sort_keys=sort_keys, default=plain)` of an index, a shard at a time."""
    if depth and value and isinstance(value, dict):
        for place, name in enumerate(sorted(value) if sort_keys else value):
            yield f"{', ' if place else '{'}{json.dumps(name)}: "
            yield from pieces(value[name], depth - 1, sort_keys)
        yield "}"
    elif depth and value and isinstance(value, list):
        for place, each in enumerate(value):
            yield ", " if place else "["
            yield from pieces(each, depth - 1, sort_keys)
        yield "]"
    else:
        yield json.dumps(value, sort_keys=sort_keys, default=plain)


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

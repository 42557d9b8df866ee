"""The index of shards: written with them, checked before they are read.

The index has a digest of its own content. `heschl.shards.verify` compares what it says with the tars.
"""

import hashlib
import json
import math
import shlex
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from heschl.audio import HEADER, Sound
from heschl.params import Count, Natural, section
from heschl.shards.lists import load, pieces, plain

INDEX = "index.json"
VERSION = 2  # of the index
REMAKE = "Make it again: dvc repro -s -f shards."


class ShardError(RuntimeError):
    """A shard or index that is missing or damaged; the message names the file, the field and the remedy."""


@section
class Entry:
    """One shard. Lists have one value for each clip, in order."""

    file: Annotated[str, Field(pattern=r"^[a-z]+/[0-9]{5,}\.tar$")]  # relative to the index
    clips: Count
    bytes: Annotated[int, Field(gt=0, lt=2**50)]  # of the tar
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    keys: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,90}$")]]
    wav: list[Natural]  # where <key>.wav begins in the tar, bytes
    json: list[tuple[Natural, Count]]  # where <key>.json begins, and its size, bytes
    targets: dict[str, list[Natural]]  # task -> classes


@section
class Split:
    """The shards of a split, in order."""

    clips: Count
    shards: list[dict[str, Any]]  # entries
    parts: Annotated[int, Field(ge=1, le=2)]  # of a clip: 1, or 2: target, background


@section
class Index:
    """What index.json holds."""

    version: int
    digest: str
    sound: Sound
    labels: dict[str, list[str]]  # task -> names of its classes
    splits: dict[str, Split]
    params: dict[str, Any]  # that made the shards, for reference


def read_index(folder: str | Path) -> dict[str, Any]:
    """Read index.json and check that it is complete, consistent and as it was written.

    returns : what `Index` describes, plain, the lists of its shards as arrays
    raises  : ShardError naming the field if it is not
    """
    path = Path(folder) / INDEX
    values = _parsed(path)
    index = _checked(path, Index, json.dumps(values, default=_left_out))
    for name in index.splits:
        _check_split(path, name, index, values["splits"][name])
    if values["digest"] != digest_of(values):
        raise ShardError(
            f"{path}: digest is {values['digest']:.12}, but the content has {digest_of(values):.12}: it was "
            f"changed after it was written. {remedy(folder)}"
        )
    return values


def remedy(folder: str | Path) -> str:
    """Return how to get undamaged shards, as a sentence with the commands."""
    return f"Restore it: dvc checkout -f {shlex.quote(str(folder))}. {REMAKE.replace('Make', 'Or make')}"


def digest_of(index: dict[str, Any]) -> str:
    """Return the sha256 of the content of an index, in hex; of all of its fields but `digest`."""
    content = {name: value for name, value in index.items() if name != "digest"}
    digest = hashlib.sha256()
    for text in pieces(content):
        digest.update(text.encode())
    return digest.hexdigest()


def wav_bytes(sound: Sound, parts: int) -> int:
    """Return the size of the wav file of a clip."""
    return HEADER + 2 * parts * sound.values


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parsed(path: Path) -> dict[str, Any]:
    """Return the plain values of an index that has this version and a digest."""
    if not path.is_file():
        raise ShardError(f"{path} is missing. Make the shards: dvc repro shards.")
    try:
        values = load(path)
    except (OSError, ValueError, RecursionError) as error:
        raise ShardError(f"{path} is not an index of shards: {error}. {remedy(path.parent)}") from None
    if not isinstance(values, dict):
        raise ShardError(f"{path} is not an index of shards: it holds no fields. {remedy(path.parent)}")
    if values.get("version", VERSION) != VERSION:
        raise ShardError(f"{path} has version {values['version']!r:.40}; this code reads {VERSION}. {REMAKE}")
    if "digest" not in values:
        raise ShardError(
            f"{path} has no digest: it was written by an earlier version of this code, or damaged. Make the "
            f"shards again, with the same bytes: dvc repro shards. {remedy(path.parent)}"
        )
    return values


def _checked(path: Path, kind: type, text: str, place: tuple[str | int, ...] = ()) -> Any:
    """Return JSON as `kind`; place : of the text in the index."""
    try:
        return _adapter(kind).validate_json(text)
    except ValidationError as error:
        problem = _explain(error, place)
        raise ShardError(f"{path} is not an index of shards: {problem}. {remedy(path.parent)}") from None


@cache
def _adapter(kind: type) -> TypeAdapter:
    return TypeAdapter(kind)


def _left_out(_: Any) -> None:
    """Stand for a list that is checked with its shard."""


def _explain(error: ValidationError, place: tuple[str | int, ...]) -> str:
    item = error.errors()[0]
    parts = (*place, *item["loc"])
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    found = "" if item["type"] == "missing" else f" is {item['input']!r:.60}"
    return f"{field.lstrip('.') or 'it'}{found}: {item['msg'][:1].lower()}{item['msg'][1:]}"


def _check_split(path: Path, name: str, index: Index, split: dict[str, Any]) -> None:
    clips, last = 0, ""
    for number, values in enumerate(split["shards"]):
        place = ("splits", name, "shards", number)
        entry = _checked(path, Entry, json.dumps(values, default=plain), place)
        problem = _problem(name, index, entry, split["parts"])
        if problem:
            raise ShardError(f"{path}: {entry.file} {problem}. {remedy(path.parent)}")
        for before, after in pairwise([last, *entry.keys]):
            if after <= before:
                raise ShardError(f"{path}: splits.{name}: key {after} is not in order. {remedy(path.parent)}")
        clips, last = clips + entry.clips, entry.keys[-1]
    if clips != split["clips"]:
        raise ShardError(
            f"{path}: splits.{name}.clips is {split['clips']}, but the shards have {clips} clips in all, not "
            f"{split['clips']}. {remedy(path.parent)}"
        )


def _problem(split: str, index: Index, entry: Entry, parts: int) -> str | None:
    """Return what is wrong with the entry of a shard, if anything."""
    if entry.file.split("/")[0] != split:
        return f"is listed in the split {split}"
    if set(entry.targets) != set(index.labels):
        return f"has targets for {sorted(entry.targets)}, but labels are those of {sorted(index.labels)}"
    lists = [entry.keys, entry.wav, entry.json, *entry.targets.values()]
    lengths = sorted({len(each) for each in lists})
    if lengths != [entry.clips]:
        text = " and ".join(map(str, lengths))
        return f"has {entry.clips} clips, but its lists have {text} entries"
    for task, names in index.labels.items():
        if max(entry.targets[task]) >= len(names):
            return f"has a {task} class beyond its {len(names)} labels"
    return _outside(index.sound, entry, parts)


def _outside(sound: Sound, entry: Entry, parts: int) -> str | None:
    """Return which clip or row would lie outside of the tar, if any."""
    if not math.isfinite(sound.clip_s) or wav_bytes(sound, parts) > entry.bytes:
        return f"of {entry.bytes} bytes cannot hold a clip of {sound.clip_s} s at {sound.sample_rate} Hz"
    last = entry.bytes - wav_bytes(sound, parts)
    for key, wav, (start, size) in zip(entry.keys, entry.wav, entry.json, strict=True):
        if wav > last:
            return f"has wav {wav} for {key}, and a clip there would end beyond its {entry.bytes} bytes"
        if start + size > entry.bytes:
            return f"has json {[start, size]} for {key}, beyond its {entry.bytes} bytes"
    return None

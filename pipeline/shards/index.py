"""The index of shards: written with them, checked before they are read.

The index has a digest of its own content. `pipeline.shards.verify` compares what it says with the tars.
"""

import hashlib
import json
import math
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from pipeline.audio import HEADER, Sound
from pipeline.params import Count, Natural, section

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
    shards: list[Entry]
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

    raises : ShardError naming the field if it is not
    """
    path = Path(folder) / INDEX
    values, content = _parsed(path)
    try:
        index = TypeAdapter(Index).validate_json(content)
    except ValidationError as error:
        raise ShardError(f"{path} is not an index of shards: {_explain(error)}. {remedy(folder)}") from None
    for name, split in index.splits.items():
        _check_split(path, name, index, split)
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
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def wav_bytes(sound: Sound, parts: int) -> int:
    """Return the size of the wav file of a clip."""
    return HEADER + 2 * parts * sound.values


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parsed(path: Path) -> tuple[dict[str, Any], bytes]:
    """Return the plain values of an index that has this version and a digest, and its bytes."""
    if not path.is_file():
        raise ShardError(f"{path} is missing. Make the shards: dvc repro shards.")
    try:
        content = path.read_bytes()
        values = json.loads(content)
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
    return values, content


def _explain(error: ValidationError) -> str:
    item = error.errors()[0]
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in item["loc"])
    found = "" if item["type"] == "missing" else f" is {item['input']!r:.60}"
    return f"{field.lstrip('.') or 'it'}{found}: {item['msg'][:1].lower()}{item['msg'][1:]}"


def _check_split(path: Path, name: str, index: Index, split: Split) -> None:
    for entry in split.shards:
        problem = _problem(name, index, entry, split.parts)
        if problem:
            raise ShardError(f"{path}: {entry.file} {problem}. {remedy(path.parent)}")
    clips = sum(entry.clips for entry in split.shards)
    if clips != split.clips:
        raise ShardError(
            f"{path}: splits.{name}.clips is {split.clips}, but the shards have {clips} clips in all, not "
            f"{split.clips}. {remedy(path.parent)}"
        )
    keys = [key for entry in split.shards for key in entry.keys]
    repeated = next((after for before, after in pairwise(keys) if after <= before), None)
    if repeated is not None:
        raise ShardError(f"{path}: splits.{name}: key {repeated} is not in order. {remedy(path.parent)}")


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

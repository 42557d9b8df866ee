"""Compare a shard with its index: its bytes, the headers of its members, and every row.

tar   [ header | <key>.json ... ][ header | <key>.wav ... ][ header | ...    ][ zeros ]
      512 bytes, and contents are filled up to a multiple of 512 bytes
"""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from heschl.audio import HEADER, Sound
from heschl.shards.index import INDEX, ShardError, remedy, sha256_of, wav_bytes
from heschl.shards.lists import expanded

BLOCK = 512  # bytes; of a header, and what contents are filled up to
OCTAL = 8 ** np.arange(10, -1, -1)


class Members(NamedTuple):
    """The members of a tar as its index has them, in the order of the tar."""

    names: np.ndarray  # (members,) bytes
    starts: np.ndarray  # (members,) of the content, bytes
    sizes: np.ndarray  # (members,) of the content, bytes


def verify(
    folder: Path, entry: dict[str, Any], sound: Sound, labels: dict[str, list[str]], parts: int = 1
) -> None:
    """Compare a shard with its entry in the index.

    parts  : of each clip
    raises : ShardError naming the file, the member, the field and the remedy
    """
    path = folder / entry["file"]
    problem = problem_of(path, entry, sound, labels, parts)
    if problem is not None:
        raise ShardError(f"{path}{problem}. {remedy(folder)}")


def problem_of(
    path: Path, entry: dict[str, Any], sound: Sound, labels: dict[str, list[str]], parts: int
) -> str | None:
    """Return how a tar differs from its entry in the index, in words that follow its name, or None."""
    problem = _other_bytes(path, entry)
    if problem is not None:
        return problem
    entry = expanded(entry)
    content = np.memmap(path, np.uint8, mode="r")
    problems = (
        *_other_members(content, _members(entry, wav_bytes(sound, parts))),
        *_other_sound(content, entry, sound, parts),
        *_other_rows(content, entry, labels),
    )
    return next(iter(problems), None)


def check_listed(folder: Path, split: str, entries: list[dict[str, Any]]) -> None:
    """Check that a split has no shards besides those in its index.

    raises : ShardError naming one
    """
    listed = {entry["file"] for entry in entries}
    others = sorted(f"{split}/{path.name}" for path in (folder / split).glob("*.tar"))
    extra = [file for file in others if file not in listed]
    if extra:
        raise ShardError(
            f"{folder / extra[0]} is not listed in {folder / INDEX}, splits.{split}.shards. {remedy(folder)}"
        )


def _other_bytes(path: Path, entry: dict[str, Any]) -> str | None:
    if not path.is_file():
        return f" is missing, but {INDEX} lists it"
    size = path.stat().st_size
    if size != entry["bytes"]:
        return f" has {size} bytes, {INDEX} says {entry['bytes']}: it was truncated or changed"
    try:
        digest = sha256_of(path)
    except OSError as error:
        return f" cannot be read: {error.strerror}"
    if digest != entry["sha256"]:
        return f" does not have the sha256 that {INDEX} lists: its bytes were changed"
    return None


def _members(entry: dict[str, Any], wav: int) -> Members:
    names = [f"{key}.{kind}".encode() for kind in ("wav", "json") for key in entry["keys"]]
    starts = np.array([*entry["wav"], *(start for start, _ in entry["json"])], np.int64)
    sizes = [wav] * entry["clips"] + [size for _, size in entry["json"]]
    order = np.argsort(starts, kind="stable")
    return Members(np.array(names, "S100")[order], starts[order], np.array(sizes, np.int64)[order])


def _other_members(content: np.ndarray, members: Members) -> Iterator[str]:
    """Yield how the headers of a tar differ from the index."""
    names, starts, sizes = members
    ends = starts + -(-sizes // BLOCK) * BLOCK
    expected = np.concatenate([[0], ends[:-1]]) + BLOCK
    for place in np.flatnonzero(starts != expected)[:1]:
        yield (
            f": {names[place].decode()}: offset is {starts[place]} in {INDEX}, but the member before it ends "
            f"at {expected[place] - BLOCK}; expected {expected[place]}"
        )
        return
    headers = content[(starts - BLOCK)[:, None] + np.arange(BLOCK)]
    found = np.ascontiguousarray(headers[:, :100]).view("S100")[:, 0]
    fields = {
        "name": (found, names),
        "size": ((headers[:, 124:135].astype(np.int64) - ord("0")) @ OCTAL, sizes),
        "type": (headers[:, 156], np.full(len(names), ord("0"))),
        "checksum": _checksums(headers),
    }
    for field, (values, wanted) in fields.items():
        for place in np.flatnonzero(values != wanted)[:1]:
            yield (
                f": {names[place].decode()}: {field} is {_text(values[place])} in the header of the tar, "
                f"expected {_text(wanted[place])} by {INDEX}"
            )
    if content[ends[-1] :].any():
        yield f": it has further members after {names[-1].decode()}, which {INDEX} does not list"


def _text(value: np.generic) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _checksums(headers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the checksums that headers have, and those of their bytes with spaces for the checksum."""
    stored = (headers[:, 148:154].astype(np.int64) - ord("0")) @ OCTAL[-6:]
    return stored, headers.sum(1, dtype=np.int64) - headers[:, 148:156].sum(1, dtype=np.int64) + 8 * ord(" ")


def _other_sound(content: np.ndarray, entry: dict[str, Any], sound: Sound, parts: int) -> Iterator[str]:
    """Yield how the header of a wav file differs from the sound of the index."""
    wanted = wav_header(sound, parts)
    headers = content[np.array(entry["wav"])[:, None] + np.arange(HEADER)]
    for place in np.flatnonzero((headers != np.frombuffer(wanted, np.uint8)).any(1))[:1]:
        _, channels, rate, _, _, bits, _, size = struct.unpack_from(
            "<HHIIHH4sI", headers[place].tobytes(), 20
        )
        yield (
            f": {entry['keys'][place]}.wav: its header has sample rate {rate} Hz, channels {channels}, "
            f"{bits} bits, {size} bytes; expected sample rate {sound.sample_rate} Hz, channels "
            f"{sound.channels}, 16 bits, {2 * parts * sound.values} bytes"
            f"{' (target and background)' * (parts > 1)} by {INDEX}"
        )


def wav_header(sound: Sound, parts: int = 1) -> bytes:
    """Return the first bytes of the wav file of a clip: 16 bits, without extra chunks."""
    rate, size, frame = sound.sample_rate, 2 * parts * sound.values, 2 * sound.channels
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, sound.channels, rate, frame * rate, frame, 16)
    return b"RIFF" + struct.pack("<I", HEADER - 8 + size) + b"WAVE" + form + b"data" + struct.pack("<I", size)


def _other_rows(content: np.ndarray, entry: dict[str, Any], labels: dict[str, list[str]]) -> Iterator[str]:
    """Yield how the row of a clip, its json, differs from the index."""
    classes = zip(*(entry["targets"][task] for task in labels), strict=True)
    split = entry["file"].split("/")[0]
    for key, (start, size), of_clip in zip(entry["keys"], entry["json"], classes, strict=True):
        wanted = {"key": key, "split": split}
        wanted |= {task: labels[task][number] for task, number in zip(labels, of_clip, strict=True)}
        try:
            row = json.loads(content[start : start + size].tobytes())
        except (ValueError, RecursionError) as error:
            yield f": {key}.json is not the row of a clip: {error}"
            return
        for field, value in wanted.items():
            if not isinstance(row, dict) or row.get(field) != value:
                found = row.get(field) if isinstance(row, dict) else row
                yield f": {key}.json: {field} is {found!r:.60}, expected {value!r} by {INDEX}"
                return

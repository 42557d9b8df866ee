"""Seeded damage to a folder of shards: edits of index.json, of members' headers, of samples and of files.

Some damage is consistent: the index names the new size, sha256 and digest, as a program that edits shards
would write them. Only the tar itself, or the index beside it, then shows what is wrong.
"""

import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from heschl.shards import index as shard_index

Damage = Callable[[Path, np.random.Generator], None]
EDITS: dict[str, Callable[[dict[str, Any], dict[str, Any], np.random.Generator], None]] = {}
DAMAGES: dict[str, Damage] = {}


def apply(folder: Path, seed: int) -> str:
    """Damage a folder of shards; the same seed gives the same damage. Return its name."""
    name = list(DAMAGES)[seed % len(DAMAGES)]
    DAMAGES[name](folder, np.random.default_rng(seed))
    return name


def sign(index: dict[str, Any]) -> None:
    """Give an edited index the digest of its content."""
    if hasattr(shard_index, "digest_of"):
        index["digest"] = shard_index.digest_of(index)


def _read(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "index.json").read_text())


def _entry(index: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    split = list(index["splits"])[rng.integers(len(index["splits"]))]
    return index["splits"][split]["shards"][rng.integers(len(index["splits"][split]["shards"]))]


def _edit(name: str, edit: Callable[..., None], signed: bool) -> None:
    def damage(folder: Path, rng: np.random.Generator) -> None:
        index = _read(folder)
        edit(index, _entry(index, rng), rng)
        if signed:
            sign(index)
        (folder / "index.json").write_text(json.dumps(index))

    DAMAGES[f"index: {name}{', signed' if signed else ''}"] = damage


def _put(field: str, value: Any, *within: Any) -> Callable[..., None]:
    """Return an edit that puts a value, or the result of calling it, into a field of a random clip."""

    def edit(index: dict[str, Any], entry: dict[str, Any], rng: np.random.Generator) -> None:
        values = entry["targets"][sorted(entry["targets"])[0]] if field == "targets" else entry[field]
        place = int(rng.integers(len(values)))
        if within:
            values, place = values[place], within[0]
        values[place] = value(values[place]) if callable(value) else value

    return edit


def _swap_neighbors(field: str) -> Callable[..., None]:
    def edit(index: dict[str, Any], entry: dict[str, Any], rng: np.random.Generator) -> None:
        values = entry[field]
        values[0], values[1] = values[1], values[0]

    return edit


def _next_clip(index: dict[str, Any], entry: dict[str, Any], rng: np.random.Generator) -> None:
    entry["wav"][0] = entry["wav"][1]


def _other_class(index: dict[str, Any], entry: dict[str, Any], rng: np.random.Generator) -> None:
    task = sorted(entry["targets"])[int(rng.integers(len(entry["targets"])))]
    count, classes = len(index["labels"][task]), entry["targets"][task]
    place = int(rng.integers(len(classes)))
    classes[place] = (classes[place] + 1) % count


def _labels_swapped(index: dict[str, Any], entry: dict[str, Any], rng: np.random.Generator) -> None:
    labels = index["labels"]["word"]
    labels[1], labels[2] = labels[2], labels[1]


def _shard_dropped(index: dict[str, Any], entry: dict[str, Any], rng: np.random.Generator) -> None:
    split = index["splits"][entry["file"].split("/")[0]]
    split["shards"].remove(entry)
    split["clips"] -= entry["clips"]


def _shard_twice(index: dict[str, Any], entry: dict[str, Any], rng: np.random.Generator) -> None:
    split = index["splits"][entry["file"].split("/")[0]]
    split["shards"].append(entry)
    split["clips"] += entry["clips"]


def _clip_dropped(index: dict[str, Any], entry: dict[str, Any], rng: np.random.Generator) -> None:
    for values in (entry["keys"], entry["wav"], entry["json"], *entry["targets"].values()):
        values.pop()
    entry["clips"] -= 1
    index["splits"][entry["file"].split("/")[0]]["clips"] -= 1


def _shard_set(field: str, value: Any) -> Callable[..., None]:
    def edit(index: dict[str, Any], entry: dict[str, Any], rng: np.random.Generator) -> None:
        entry[field] = value

    return edit


def _sound(field: str, value: Any) -> Callable[..., None]:
    def edit(index: dict[str, Any], entry: dict[str, Any], rng: np.random.Generator) -> None:
        index["sound"][field] = value

    return edit


def _params(index: dict[str, Any], entry: dict[str, Any], rng: np.random.Generator) -> None:
    index["params"] = {"seed": 2}


def _text(name: str, change: Callable[[bytes, np.random.Generator], bytes]) -> None:
    def damage(folder: Path, rng: np.random.Generator) -> None:
        path = folder / "index.json"
        path.write_bytes(change(path.read_bytes(), rng))

    DAMAGES[f"index: {name}"] = damage


def _flipped(content: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(content)
    changed[int(rng.integers(len(content)))] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _tar(name: str, change: Callable[[Path, np.random.Generator], None], signed: bool = False) -> None:
    def damage(folder: Path, rng: np.random.Generator) -> None:
        index = _read(folder)
        entry = _entry(index, rng)
        path = folder / entry["file"]
        change(path, rng)
        if signed:
            entry |= {"bytes": path.stat().st_size, "sha256": shard_index.sha256_of(path)}
            sign(index)
            (folder / "index.json").write_text(json.dumps(index))

    DAMAGES[f"tar: {name}{', signed' if signed else ''}"] = damage


def _bytes(kind: str, at: int, new: bytes | None, checksum: bool = False) -> Callable[..., None]:
    """Return a change of a random member: `new` at a place of its header (negative) or its content."""

    def change(path: Path, rng: np.random.Generator) -> None:
        with tarfile.open(path) as tar:
            members = [member for member in tar if member.name.endswith(kind)]
        member = members[int(rng.integers(len(members)))]
        content = bytearray(path.read_bytes())
        start = member.offset_data + at
        for place, byte in enumerate(new if new is not None else [content[start] ^ 255]):
            content[start + place] = byte
        if checksum:
            header = content[member.offset : member.offset + 512]
            header[148:156] = b" " * 8
            content[member.offset + 148 : member.offset + 156] = b"%06o\0 " % sum(header)
        path.write_bytes(content)

    return change


def _cut(path: Path, rng: np.random.Generator) -> None:
    os.truncate(path, int(rng.integers(path.stat().st_size)))


def _append(path: Path, rng: np.random.Generator) -> None:
    path.write_bytes(path.read_bytes() + b"more" * 512)


def _folder(path: Path, rng: np.random.Generator) -> None:
    path.unlink()
    path.mkdir()


def _dangling(path: Path, rng: np.random.Generator) -> None:
    path.unlink()
    path.symlink_to("nowhere.tar")


def _other_shard(path: Path, rng: np.random.Generator) -> None:
    other = next(each for each in sorted(path.parent.parent.rglob("*.tar")) if each != path)
    path.write_bytes(other.read_bytes())


for _signed in (False, True):
    _edit("another class", _other_class, _signed)
    _edit("a negative class", _put("targets", -1), _signed)
    _edit("a class beyond the labels", _put("targets", 10**30), _signed)
    _edit("a class that is text", _put("targets", "1"), _signed)
    _edit("an offset 2 bytes on", _put("wav", lambda start: start + 2), _signed)
    _edit("an offset of the next clip", _next_clip, _signed)
    _edit("a huge offset", _put("wav", 2**63), _signed)
    _edit("a negative offset", _put("wav", -512), _signed)
    _edit("a json offset 1 byte on", _put("json", lambda start: start + 1, 0), _signed)
    _edit("a huge json size", _put("json", 10**15, 1), _signed)
    _edit("a negative json size", _put("json", -1, 1), _signed)
    _edit("a json size 1 less", _put("json", lambda size: size - 1, 1), _signed)
    _edit("keys swapped", _swap_neighbors("keys"), _signed)
    _edit("a key that leaves the folder", _put("keys", "../../etc/passwd"), _signed)
    _edit("a key that is no text", _put("keys", None), _signed)
    _edit("another sample rate", _sound("sample_rate", 16000), _signed)
    _edit("a huge sample rate", _sound("sample_rate", 10**15), _signed)
    _edit("another length", _sound("clip_s", 0.5), _signed)
    _edit("a length that is no number", _sound("clip_s", "1.0"), _signed)
    _edit("a length that is infinite", _sound("clip_s", float("inf")), _signed)
    _edit("labels swapped", _labels_swapped, _signed)
    _edit("a shard dropped", _shard_dropped, _signed)
    _edit("a shard twice", _shard_twice, _signed)
    _edit("a clip dropped", _clip_dropped, _signed)
    _edit("a file that leaves the folder", _shard_set("file", "../../00000.tar"), _signed)
    _edit("a file with a zero byte", _shard_set("file", "train/\0.tar"), _signed)
    _edit("a size that is no number", _shard_set("bytes", None), _signed)
    _edit("another sha256", _shard_set("sha256", "0" * 64), _signed)
    _edit("clips that are no number", _shard_set("clips", "10"), _signed)
_edit("other params", _params, signed=False)
_text("a bit", _flipped)
_text("cut", lambda content, rng: content[: int(rng.integers(len(content)))])
_text("empty", lambda content, rng: b"")
_text("no text", lambda content, rng: b"\xff\xfe" + content)
_text("deep", lambda content, rng: b"[" * 200_000)
_text("a list", lambda content, rng: b"[" + content + b"]")
_text("a number of 5,000 digits", lambda content, rng: b'{"version": ' + b"1" * 5000 + b"}")
_tar("a bit of sound", _bytes("wav", 1000, None))
_tar("a byte of a row", _bytes("json", 30, None))
_tar("a member's name", _bytes("wav", -512, b"x"))
_tar("cut", _cut)
_tar("longer", _append)
_tar("a folder", _folder)
_tar("a dangling link", _dangling)
_tar("another shard", _other_shard)
_tar("longer", _append, signed=True)
_tar("a member's name", _bytes("wav", -512, b"x", checksum=True), signed=True)
_tar("a member's size", _bytes("wav", -512 + 124, b"00000000012\0", checksum=True), signed=True)
_tar("a member's type", _bytes("json", -512 + 156, b"5", checksum=True), signed=True)
_tar("a header's checksum", _bytes("json", -512 + 148, b"000001\0 "), signed=True)
_tar("the rate of a sample", _bytes("wav", 24, (44100).to_bytes(4, "little")), signed=True)
_tar("the channels of a sample", _bytes("wav", 22, b"\2\0"), signed=True)
_tar("the length of a sample", _bytes("wav", 40, b"\0\0\0\0"), signed=True)
_tar("a row that is no json", _bytes("json", 0, b"}"), signed=True)
_tar("a row that is no text", _bytes("json", 30, b"\xff"), signed=True)
_tar("another shard", _other_shard, signed=True)

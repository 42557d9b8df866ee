"""Verified reading of shards, clip by clip at the offsets of their index."""

import hashlib
import json
import os
import resource
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.audio import HEADER, Sound
from pipeline.parallel import workers

INDEX = "index.json"
VERSION = 1  # of the index
OTHER_FILES = 256  # that a process may have open beside its shards


class ShardError(RuntimeError):
    """A shard or index that cannot be believed; names the file and the remedy."""


@dataclass(frozen=True)
class Shards:
    """Shards on a local disk, read clip by clip at the offsets of the index.

    A clip is known by its number in its split, 0 .. count - 1, in the order of the mixtures table.
    """

    folder: Path
    split: str
    index: dict[str, Any]

    @classmethod
    def open(cls, folder: str | Path, split: str, verify: bool = True) -> "Shards":
        """Open a split; with `verify`, its shards are first checked against the sha256 of the index.

        raises : ShardError naming the file that is missing, changed or cut short
        """
        shards = cls(Path(folder), split, read_index(folder))
        if split not in shards.index["splits"]:
            raise ShardError(
                f"{Path(folder) / INDEX}: no split {split!r}; it has {', '.join(shards.index['splits'])}. Rerun: dvc repro -f shards."
            )
        if verify:
            with ThreadPoolExecutor(workers()) as pool:
                list(pool.map(shards._verify, shards.entries))
        return shards

    def __len__(self) -> int:
        return self.index["splits"][self.split]["clips"]

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Return the entries of the split's shards in the index."""
        return self.index["splits"][self.split]["shards"]

    @property
    def sound(self) -> Sound:
        """Return rate and length of the clips."""
        return Sound(**self.index["sound"])

    @property
    def labels(self) -> dict[str, list[str]]:
        """Return the names of each task's classes."""
        return self.index["labels"]

    @cached_property
    def targets(self) -> dict[str, np.ndarray]:
        """Return the class of every clip for each task, (clips,) int64."""
        return {
            task: np.concatenate([np.array(e["targets"][task], dtype=np.int64) for e in self.entries])
            for task in self.labels
        }

    def waveforms(self, numbers: np.ndarray) -> np.ndarray:
        """Read clips by number, (clips, samples) int16."""
        batch = np.empty((len(numbers), self.sound.samples), dtype="<i2")
        shards, starts = self._places
        for row, shard, start in zip(batch, shards[numbers].tolist(), starts[numbers].tolist(), strict=True):
            self._read(shard, row, start)
        return batch

    def keys(self, numbers: np.ndarray) -> list[str]:
        """Return the keys of clips by number."""
        return [self.entries[shard]["keys"][place] for shard, place in map(self._place, numbers)]

    def record(self, number: int) -> dict[str, Any]:
        """Return the row of the mixtures table of a clip, from its json; what is not a number is None."""
        shard, place = self._place(number)
        start, size = self.entries[shard]["json"][place]
        text = bytearray(size)
        self._read(shard, text, start)
        return json.loads(text)

    def __getstate__(self) -> dict[str, Any]:  # for other processes, which open the files themselves
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}

    def _place(self, number: int) -> tuple[int, int]:
        shard = int(np.searchsorted(self._ends, number, side="right"))
        return shard, int(number) - (int(self._ends[shard - 1]) if shard else 0)

    @cached_property
    def _ends(self) -> np.ndarray:
        return np.cumsum([entry["clips"] for entry in self.entries])

    @cached_property
    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        """Return shard and first byte of the sound of every clip."""
        counts = [entry["clips"] for entry in self.entries]
        return np.repeat(np.arange(len(counts)), counts), np.concatenate(
            [np.array(entry["wav"]) + HEADER for entry in self.entries]
        )

    @cached_property
    def _files(self) -> list[int]:
        """Return open files, which any thread and forked process can read from; three times as fast as a memory map."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        needed = len(self.entries) + OTHER_FILES
        if soft < needed:
            resource.setrlimit(
                resource.RLIMIT_NOFILE,
                (min(needed, hard) if hard != resource.RLIM_INFINITY else needed, hard),
            )
        files: list[int] = []
        weakref.finalize(self, _close, files)
        for entry in self.entries:
            try:
                files.append(os.open(self.folder / entry["file"], os.O_RDONLY))
            except OSError as error:
                raise ShardError(
                    f"{self.folder / entry['file']} cannot be opened: {error.strerror}. Where too many files are open: raise the limit "
                    "(ulimit -n), or make larger shards (shards.clips)."
                ) from None
        return files

    def _read(self, shard: int, into: np.ndarray | bytearray, start: int) -> None:
        found, expected = os.preadv(self._files[shard], [into], start), memoryview(into).nbytes
        if found != expected:
            raise ShardError(
                f"{self.folder / self.entries[shard]['file']} ends early: {found} of {expected} bytes at {start}. Rerun: dvc checkout."
            )

    def _verify(self, entry: dict[str, Any]) -> None:
        path = self.folder / entry["file"]
        remedy = f"Restore it with: dvc checkout {self.folder} (or make it again: dvc repro -f shards)."
        if not path.is_file():
            raise ShardError(f"{path} is missing, yet {INDEX} lists it. {remedy}")
        if path.stat().st_size != entry["bytes"]:
            raise ShardError(
                f"{path} has {path.stat().st_size} bytes, {INDEX} says {entry['bytes']}: it was cut short or changed. {remedy}"
            )
        if sha256_of(path) != entry["sha256"]:
            raise ShardError(
                f"{path} does not have the sha256 that {INDEX} lists: its bytes were changed. {remedy}"
            )


def read_index(folder: str | Path) -> dict[str, Any]:
    """Read index.json and check that it is whole; raises ShardError."""
    path = Path(folder) / INDEX
    if not path.is_file():
        raise ShardError(f"{path} is missing. Make the shards: dvc repro shards.")
    try:
        index = json.loads(path.read_text())
        if index["version"] != VERSION:
            raise ShardError(
                f"{path} has version {index['version']}, this code reads {VERSION}. Rerun: dvc repro -f shards."
            )
        Sound(**index["sound"])
        for split in index["splits"].values():
            _check_entries(path, index["labels"], split)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ShardError(
            f"{path} is not an index of shards ({error!r}). Rerun: dvc repro -f shards."
        ) from None
    return index


def _check_entries(path: Path, labels: dict[str, list[str]], split: dict[str, Any]) -> None:
    for entry in split["shards"]:
        lengths = {
            len(entry["keys"]),
            len(entry["wav"]),
            len(entry["json"]),
            *(len(entry["targets"][task]) for task in labels),
        }
        if lengths != {entry["clips"]}:
            raise ShardError(
                f"{path}: {entry['file']} counts {entry['clips']} clips, yet lists {sorted(lengths)}. Rerun: dvc repro -f shards."
            )
        for task, names in labels.items():
            if max(entry["targets"][task]) >= len(names):
                raise ShardError(
                    f"{path}: {entry['file']} has a {task} beyond the {len(names)} labels. Rerun: dvc repro -f shards."
                )
    if sum(entry["clips"] for entry in split["shards"]) != split["clips"]:
        raise ShardError(
            f"{path}: the shards do not add up to {split['clips']} clips. Rerun: dvc repro -f shards."
        )


def _close(files: list[int]) -> None:
    for file in files:
        os.close(file)


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

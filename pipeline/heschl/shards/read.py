"""Read verified shards clip by clip, at the offsets in their index."""

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from heschl.audio import HEADER, Sound
from heschl.parallel import workers
from heschl.shards.bucket import contents
from heschl.shards.cached import BucketTars
from heschl.shards.index import INDEX, ShardError, read_index, remedy
from heschl.shards.lists import LISTS
from heschl.shards.tars import Tars
from heschl.shards.verify import check_listed, verify


@dataclass(frozen=True)
class Shards:
    """The shards of one split, on a local disk or in a bucket.

    A clip is identified by its number in the split, 0 to len - 1, in the order of the mixtures table.

    index : as `read_index` returns it; the lists of other splits are not needed
    """

    folder: Path
    split: str
    index: dict[str, Any]

    @classmethod
    def open(cls, folder: str | Path, split: str, verify: bool = True) -> "Shards":
        """Open a split.

        verify : compare each shard with the index first: sha256, headers of members, rows
        raises : ShardError naming the file that is missing, changed or truncated, and the field
        """
        index = read_index(folder)
        if split not in index["splits"]:
            known = ", ".join(index["splits"])
            raise ShardError(f"{Path(folder) / INDEX} has no split {split!r}, only {known}. {remedy(folder)}")
        others = {name: short(each) for name, each in index["splits"].items() if name != split}
        shards = cls(Path(folder), split, index | {"splits": index["splits"] | others})
        if verify:
            shards._verify()
        return shards

    def __len__(self) -> int:
        return self.index["splits"][self.split]["clips"]

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Return the index entries of the shards of this split."""
        return self.index["splits"][self.split]["shards"]

    @cached_property
    def sound(self) -> Sound:
        """Return the sample rate and length of the clips."""
        return Sound(**self.index["sound"])

    @property
    def parts(self) -> int:
        """Return the number of parts of a clip: 1, or 2 where target and background are apart."""
        return self.index["splits"][self.split]["parts"]

    @property
    def labels(self) -> dict[str, list[str]]:
        """Return the labels of each task; a class is a place in its list."""
        return self.index["labels"]

    @property
    def targets(self) -> dict[str, np.ndarray]:
        """Return the class of every clip, for each task (clips,) int64."""
        return {task: numbers.astype(np.int64) for task, numbers in self.classes.items()}

    @cached_property
    def classes(self) -> dict[str, np.ndarray]:
        """Return `targets` in as few bytes as they need, unsigned."""
        return {
            task: np.concatenate([entry["targets"][task] for entry in self.entries]) for task in self.labels
        }

    def waveforms(self, numbers: np.ndarray) -> np.ndarray:
        """Return clips by number, (clips, samples) int16.

        With two parts (clips, 2, samples); with two channels the samples are (ears, samples).
        """
        batch = np.empty((len(numbers), self.parts, self.sound.values), dtype="<i2")
        self.fetch((number, 0, self.parts) for number in numbers)
        for clip, number in zip(batch, numbers, strict=True):
            self.read(number, clip)
        return channels_of(batch[:, 0] if self.parts == 1 else batch, self.sound)

    def read(self, number: int, into: np.ndarray, part: int = 0) -> None:
        """Read the clip of a number, or its parts from `part` on.

        into   : (values,) or (parts, values) int16, C-contiguous; the samples of two channels are in turn
        raises : ValueError if the clip has fewer parts; ShardError if the shard was cut while it was open
        """
        if part + into.size // self.sound.values > self.parts:
            raise ValueError(f"clips of {self.folder / self.split} have {self.parts} parts.")
        shards, starts = self._places
        self.tars.read(int(shards[number]), into, int(starts[number]) + 2 * part * self.sound.values)

    def fetch(self, clips: Iterable[tuple[int, int, int]]) -> None:
        """Prepare for reading clips: from a bucket they are read all at the same time.

        clips : (number, first part, number of parts)
        """
        shards, starts = self._places
        size = 2 * self.sound.values
        self.tars.fetch(
            (int(shards[number]), int(starts[number]) + size * part, size * parts)
            for number, part, parts in clips
        )

    def keys(self, numbers: np.ndarray) -> list[str]:
        """Return the keys of clips by number."""
        places = map(self._place, numbers)
        return [self.entries[shard]["keys"][place].decode() for shard, place in places]

    def record(self, number: int) -> dict[str, Any]:
        """Return the row of the mixtures table of a clip, from its json; nan is None."""
        shard, place = self._place(number)
        if isinstance(self.tars, BucketTars):
            return json.loads(_rows(self.tars, shard)[place])
        start, size = self.entries[shard]["json"][place].tolist()
        text = bytearray(size)
        self.tars.read(shard, text, start)
        return json.loads(text)

    def where(self, test: Callable[[dict[str, Any]], bool]) -> np.ndarray:
        """Return the numbers of the clips whose rows pass a test, (clips,) int64."""
        return np.fromiter((each for each in range(len(self)) if test(self.record(each))), np.int64)

    def __getstate__(self) -> dict[str, Any]:  # other processes open the files themselves
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}

    def _place(self, number: int) -> tuple[int, int]:
        shard = int(np.searchsorted(self._ends, number, side="right"))
        return shard, int(number) - (int(self._ends[shard - 1]) if shard else 0)

    @cached_property
    def _ends(self) -> np.ndarray:
        return np.cumsum([entry["clips"] for entry in self.entries])

    @cached_property
    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        """Return, for every clip, its shard and the position of its first sample in bytes (clips,)."""
        shards = np.arange(len(self.entries), dtype=np.min_scalar_type(len(self.entries)))
        largest = np.min_scalar_type(max(entry["bytes"] for entry in self.entries))
        starts = np.concatenate([entry["wav"] for entry in self.entries], dtype=largest)
        starts += HEADER
        return np.repeat(shards, [entry["clips"] for entry in self.entries]), starts

    @cached_property
    def tars(self) -> Tars:
        """Return what reads the tars."""
        stored = contents(self.folder)
        if stored is None:
            return Tars(self.folder, self.entries)
        return BucketTars(self.folder, self.entries, stored, self.sound, self.labels, self.parts)

    def _verify(self) -> None:
        if isinstance(self.tars, BucketTars):
            self.tars.check_store()
            return
        check_listed(self.folder, self.split, self.entries)
        compare = partial(verify, self.folder, sound=self.sound, labels=self.labels, parts=self.parts)
        with ThreadPoolExecutor(workers()) as pool:
            list(pool.map(compare, self.entries))


@lru_cache(maxsize=2)
def _rows(tars: BucketTars, number: int) -> list[str]:
    return tars.rows(number)


def short(split: dict[str, Any]) -> dict[str, Any]:
    """Return a split of an index without the lists of its shards."""
    shards = [{name: each[name] for name in each if name not in LISTS} for each in split["shards"]]
    return split | {"shards": shards}


def channels_of(clips: np.ndarray, sound: Sound) -> np.ndarray:
    """Return clips (..., values) as they are with one channel, and with two as (..., ears, samples)."""
    if sound.channels == 1:
        return clips
    frames = clips.reshape(*clips.shape[:-1], sound.samples, sound.channels)
    return np.ascontiguousarray(frames.swapaxes(-1, -2))

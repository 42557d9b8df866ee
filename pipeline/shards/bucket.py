"""Shards whose tars are in an object store, read through a bounded cache on the local disk.

    data/shards/index.json               the same as that of local shards
    data/shards/store.json               where the tars are, the version of each, sha256 of its rows
    data/shards/train/00000.jsonl        the rows of its clips
    s3://bucket/folder/<digest>/train/00000.tar
    <machine.cache>/shards/<digest>/train/00000.tar     checked copies; other clips are read from the bucket

One process of a machine copies the tars to the cache, in the background, while all of them read.
"""

import json
import os
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from pipeline import work
from pipeline.audio import Sound
from pipeline.disk import free_bytes
from pipeline.params import section
from pipeline.shards.index import REMAKE, ShardError, remedy, sha256_of
from pipeline.shards.store import Store, Stored
from pipeline.shards.tars import Place, Tars, opened
from pipeline.shards.verify import problem_of

STORE = "store.json"
MOVED = ".moved"  # ending of the entry of a tar that was moved to the store
COPIES = "shards"  # folder within machine.cache
SPARE = 1 << 30  # bytes that the cache leaves free on its disk
POLL_S = 1.0
URL = Annotated[str, Field(pattern=r"^[a-z][a-z0-9+]*://[^@\s]+$")]  # no user:password@


@section
class Tar:
    """What store.json has of a tar."""

    etag: str  # that the store gave it, or nothing
    rows: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]  # sha256 of <number>.jsonl


@section
class Contents:
    """What store.json holds."""

    url: URL
    tars: dict[str, Tar]  # by the name in the index


def contents(folder: Path) -> Contents | None:
    """Return what store.json of a folder of shards holds, or None if the tars are in the folder.

    raises : ShardError if it is damaged
    """
    path = folder / STORE
    if not path.is_file():
        return None
    try:
        return TypeAdapter(Contents).validate_json(path.read_bytes())
    except ValidationError as error:
        item = error.errors()[0]
        field = ".".join(map(str, item["loc"]))
        raise ShardError(f"{path}: {field}: {item['msg']}. {remedy(folder)}") from None


def rows_of(file: str) -> str:
    """Return the name of the file with the rows of a tar, relative to the index."""
    return file.removesuffix(".tar") + ".jsonl"


def move(entry: dict[str, Any], path: Path, store: Store, moved: Path) -> None:
    """Move a tar to the store; leave its entry, with the object's version, in the file `moved`."""
    stored = store.put(path, entry["file"])
    if stored.size != entry["bytes"]:
        raise ShardError(
            f"{store.url}/{entry['file']} has {stored.size} bytes, not {entry['bytes']}. {REMAKE}"
        )
    entry["etag"] = stored.etag
    with work.replacing(moved, "w") as file:
        json.dump(entry, file)
    path.unlink()


def write_contents(folder: Path, store: Store, entries: list[dict[str, Any]]) -> None:
    """Write store.json, and take the versions of the tars out of their entries.

    raises : ShardError if the store does not have one of the tars; the next run then writes it again
    """
    found = store.objects()
    for entry in entries:
        if found.get(entry["file"]) != Stored(entry["bytes"], entry["etag"]):
            (folder / entry["file"]).with_suffix(MOVED).unlink()
            raise ShardError(
                f"{store.url}/{entry['file']} is missing or was changed after it was written. Run `dvc repro "
                "shards` again: it writes this shard once more."
            )
    tars = {
        entry["file"]: {"etag": entry.pop("etag"), "rows": sha256_of(folder / rows_of(entry["file"]))}
        for entry in entries
    }
    with work.replacing(folder / STORE, "w") as file:
        json.dump({"url": store.url, "tars": tars}, file, indent=1)


@dataclass(frozen=True)
class Cache:
    """Copies of tars on the local disk, in a folder for each data set.

    limit : bytes of all of them
    """

    folder: Path
    limit: float

    @classmethod
    def of_machine(cls) -> "Cache":
        """Return the cache that the section `machine` describes."""
        from pipeline.machine import load_machine  # imports torch, which writers do not need

        machine = load_machine()
        return cls(Path(machine.cache) / COPIES, machine.cache_gb * 1e9)

    def has_room(self, size: int, keep: Path) -> bool:
        """Return whether a copy of `size` bytes fits; the oldest copies of other data sets give way.

        keep : folder of the data set whose copies stay
        """
        found = [path for path in self.folder.rglob("*.tar") if path.is_file()]
        others = [path for path in found if keep not in path.parents]
        used = sum(path.stat().st_size for path in found)
        for old in sorted(others, key=lambda path: path.stat().st_mtime):
            if used + size <= self.limit:
                break
            used -= old.stat().st_size
            old.unlink()
        return used + size <= self.limit and free_bytes(self.folder) > size + SPARE


class BucketTars(Tars):
    """The tars of a split in a store. Those in the cache are read from the local disk.

    folder : of the index
    sound, labels, parts : as for `verify`
    """

    def __init__(
        self, folder: Path, entries: list[dict[str, Any]], contents: Contents, sound: Sound,
        labels: dict[str, list[str]], parts: int,
    ):  # fmt: skip
        super().__init__(folder, entries)
        self.contents, self.store = contents, Store(contents.url)
        self.check = (sound, labels, parts)
        self.fetched: dict[Place, bytes] = {}
        self.failure: ShardError | None = None  # of the copies
        self.copier: threading.Thread | None = None

    def read(self, number: int, into: Any, start: int) -> None:
        """See `Tars.read`; from the cache, from what was fetched, or else from the store."""
        if self._cached(number):
            super().read(number, into, start)
            return
        target = memoryview(into).cast("B")
        place = (number, start, len(target))
        if place not in self.fetched:
            self.fetch([place])
        if self._cached(number):  # by now
            super().read(number, into, start)
        else:
            target[:] = self.fetched[place]

    def fetch(self, places: Iterable[Place]) -> None:
        """Read the places that are not in the cache from the store, all at the same time."""
        self._copy_in_background()
        wanted = [place for place in dict.fromkeys(places) if not self._cached(place[0])]
        files = [(self.entries[number]["file"], start, size) for number, start, size in wanted]
        self.fetched = dict(zip(wanted, self.store.read(files) if files else (), strict=True))

    def check_store(self) -> None:
        """Compare the objects in the store, and the rows beside the index, with store.json.

        raises : ShardError naming the first that is missing or has changed
        """
        found = self.store.objects()
        for entry in self.entries:
            file, tar = entry["file"], self.contents.tars.get(entry["file"])
            if tar is None:
                raise ShardError(f"{self.folder / STORE} does not list {file}. {remedy(self.folder)}")
            if found.get(file) != Stored(entry["bytes"], tar.etag):
                problem = "was changed" if file in found else "is missing"
                raise ShardError(f"{self.store.url}/{file} {problem}. {REMAKE}")
            rows = self.folder / rows_of(file)
            if not rows.is_file() or sha256_of(rows) != tar.rows:
                raise ShardError(f"{rows} is missing or was changed. {remedy(self.folder)}")
            copy = self._copy(entry)
            if copy.exists() and problem_of(copy, entry, *self.check):
                copy.unlink()

    def rows(self, number: int) -> list[str]:
        """Return the rows of the clips of a tar, as JSON."""
        return (self.folder / rows_of(self.entries[number]["file"])).read_text(encoding="utf-8").splitlines()

    @cached_property
    def _files(self) -> list[int]:
        files = opened(self, len(self.entries))
        files += [-1] * len(self.entries)
        return files

    def _cached(self, number: int) -> bool:
        """Return whether a tar is in the cache, and open it there."""
        if self.failure:
            raise self.failure
        files = self._files
        if files[number] < 0:
            try:
                files[number] = os.open(self._copy(self.entries[number]), os.O_RDONLY)
            except OSError:
                return False
        return True

    @cached_property
    def _cache(self) -> Cache:
        return Cache.of_machine()

    def _copy(self, entry: dict[str, Any]) -> Path:
        return self._cache.folder / self.store.url.rsplit("/", 1)[1] / entry["file"]

    def _copy_in_background(self) -> None:
        if self.copier is None:
            self.copier = threading.Thread(target=self._copy_all, name="shards", daemon=True)
            self.copier.start()

    def _copy_all(self) -> None:
        """Copy the tars to the cache, unless another process of this machine does."""
        try:
            self._cache.folder.mkdir(parents=True, exist_ok=True)
            while missing := [entry for entry in self.entries if not self._copy(entry).exists()]:
                try:
                    with work.held(self._cache.folder):
                        for entry in missing:
                            if not self._cache.has_room(entry["bytes"], self._copy(entry).parents[1]):
                                return
                            self._copy_one(entry)
                except work.WorkError:
                    time.sleep(POLL_S)
        except ShardError as error:
            self.failure = error
        except OSError as error:
            self.failure = ShardError(f"the cache of shards cannot be written: {error}. See machine.cache.")

    def _copy_one(self, entry: dict[str, Any]) -> None:
        copy = self._copy(entry)
        copy.parent.mkdir(parents=True, exist_ok=True)
        with work.replacing(copy) as part:
            self.store.get(entry["file"], Path(part.name))
            problem = problem_of(Path(part.name), entry, *self.check)
            if problem:
                raise ShardError(f"{self.store.url}/{entry['file']}{problem}. {REMAKE}")

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
import re
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from pipeline import work
from pipeline.audio import Sound
from pipeline.disk import free_bytes
from pipeline.parallel import workers
from pipeline.params import HIDDEN, section
from pipeline.shards.index import REMAKE, ShardError, remedy, sha256_of
from pipeline.shards.store import Store, Stored
from pipeline.shards.tars import Place, Tars, opened
from pipeline.shards.verify import problem_of

STORE = "store.json"
MOVED = ".moved"  # ending of the entry of a tar that was moved to the store
COPIES = "shards"  # folder within machine.cache
SPARE = 1 << 30  # bytes that the cache leaves free on its disk
POLL_S = 1.0


def _without_password(url: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9+]*://[^@?#\s]+", url):
        raise PydanticCustomError(
            HIDDEN,
            "is not an address such as s3://bucket/folder. It is not shown, as it may hold a password: "
            "credentials belong into the environment, not into params",
        )
    return url


URL = Annotated[str, AfterValidator(_without_password)]


@section
class Tar:
    """What store.json has of a tar."""

    etag: str  # that the store gave it, or nothing
    rows: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]  # sha256 of <number>.jsonl


@section
class Contents:
    """What store.json holds."""

    url: Annotated[str, Field(pattern=r"^[a-z][a-z0-9+]*://[^@?#\s]+/[0-9a-f]{16}$")]
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
        json.dump(entry | {"url": store.url}, file)
    path.unlink(missing_ok=True)  # another worker of a cluster may have been given the same shard


def moved_entry(moved: Path, store: Store) -> dict[str, Any] | None:
    """Return the entry of a tar that was moved to this store, or None."""
    entry = json.loads(moved.read_bytes()) if moved.exists() else {}
    return entry if entry.pop("url", None) == store.url else None


def write_contents(folder: Path, store: Store, entries: list[dict[str, Any]]) -> None:
    """Write store.json, and take the versions of the tars out of their entries.

    raises : ShardError if the store does not have one of the tars; the next run then writes it again
    """
    found = store.objects()
    bad = [entry for entry in entries if found.get(entry["file"]) != Stored(entry["bytes"], entry["etag"])]
    for entry in bad:
        (folder / entry["file"]).with_suffix(MOVED).unlink()
    if bad:
        raise ShardError(
            f"{store.url}: {len(bad)} shards are missing or were changed after they were written, such as "
            f"{bad[0]['file']}. Run `dvc repro shards` again: it writes them once more."
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
        sizes: dict[Path, tuple[float, int]] = {}
        for path in self.folder.rglob("*.tar"):
            with suppress(FileNotFoundError):  # removed meanwhile
                about = path.stat()
                sizes[path] = about.st_mtime, about.st_size
        own = sum(bytes_ for path, (_, bytes_) in sizes.items() if keep in path.parents)
        used = sum(bytes_ for _, bytes_ in sizes.values())
        if own + size > self.limit:
            return False
        for old in sorted((path for path in sizes if keep not in path.parents), key=lambda each: sizes[each]):
            if used + size <= self.limit and free_bytes(self.folder) > size + SPARE:
                break
            used -= sizes[old][1]
            old.unlink(missing_ok=True)
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
        target = memoryview(into).cast("B")
        place = (number, start, len(target))
        if not self._cached(number) and place not in self.fetched:
            self.fetch([place])
        if place in self.fetched:
            target[:] = self.fetched[place]
        else:
            super().read(number, into, start)

    def fetch(self, places: Iterable[Place]) -> None:
        """Read the places that are not in the cache from the store, all at the same time."""
        self._copy_in_background()
        wanted = [place for place in dict.fromkeys(places) if not self._cached(place[0])]
        files = [(self.entries[number]["file"], start, size) for number, start, size in wanted]
        self.fetched = dict(zip(wanted, self.store.read(files) if files else (), strict=True))

    def check_store(self) -> None:
        """Compare the objects in the store, the rows beside the index, and copies in the cache with both.

        raises : ShardError naming the first that is missing or has changed
        """
        found = self.store.objects()
        with ThreadPoolExecutor(workers()) as pool:
            list(pool.map(partial(self._check, found), self.entries))

    def _check(self, found: dict[str, Stored], entry: dict[str, Any]) -> None:
        file, tar = entry["file"], self.contents.tars.get(entry["file"])
        if tar is None:
            raise ShardError(f"{self.folder / STORE} does not list {file}. {remedy(self.folder)}")
        if file not in found:
            raise ShardError(f"{self.store.url}/{file} is missing. {REMAKE}")
        rows = self.folder / rows_of(file)
        if not rows.is_file() or sha256_of(rows) != tar.rows:
            raise ShardError(f"{rows} is missing or was changed. {remedy(self.folder)}")
        copy = self._copy(entry)
        with suppress(FileNotFoundError):  # another process made room
            if copy.exists() and problem_of(copy, entry, *self.check):
                copy.unlink()
        if found[file] != Stored(entry["bytes"], tar.etag):  # written again: with the same bytes?
            with TemporaryDirectory() as temporary:
                self._get(entry, Path(temporary) / "tar")

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
            print(f"The cache of shards is not used further: {error}. See machine.cache.", file=sys.stderr)

    def _copy_one(self, entry: dict[str, Any]) -> None:
        copy = self._copy(entry)
        copy.parent.mkdir(parents=True, exist_ok=True)
        with work.replacing(copy) as part:
            self._get(entry, Path(part.name))

    def _get(self, entry: dict[str, Any], path: Path) -> None:
        """Copy a tar from the store to a path, and compare it with its entry."""
        self.store.get(entry["file"], path)
        problem = problem_of(path, entry, *self.check)
        if problem:
            raise ShardError(f"{self.store.url}/{entry['file']}{problem}. {REMAKE}")

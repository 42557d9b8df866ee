"""Reading tars from an object store, through a bounded cache on the local disk.

    <machine.cache>/shards/<digest>/train/00000.tar     checked copies; other clips are read from the store

One process of a machine copies the tars to the cache, in the background, while all of them read.
"""

import os
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
from typing import Any

from heschl import work
from heschl.audio import Sound
from heschl.disk import free_bytes
from heschl.parallel import workers
from heschl.shards.bucket import STORE, Contents, rows_of
from heschl.shards.index import REMAKE, ShardError, remedy, sha256_of
from heschl.shards.store import Store, Stored
from heschl.shards.tars import Place, Tars, opened
from heschl.shards.verify import problem_of

COPIES = "shards"  # folder within machine.cache
SPARE = 1 << 30  # bytes that the cache leaves free on its disk
POLL_S = 1.0


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
        from heschl.machine import load_machine  # imports torch, which writers do not need

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
        own = sum(count for path, (_, count) in sizes.items() if keep in path.parents)
        used = sum(count for _, count in sizes.values())
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

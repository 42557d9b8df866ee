"""Reading the tars of a split at offsets, on a local disk."""

import os
import resource
import weakref
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from heschl.shards.index import ShardError, remedy

OTHER_FILES = 256  # that a process may open in addition to its shards
Place = tuple[int, int, int]  # number of the tar, first byte, number of bytes


class Tars:
    """The tars of a split, by number, in the folder of the index."""

    def __init__(self, folder: Path, entries: list[dict[str, Any]]):
        self.folder, self.entries = folder, entries

    def read(self, number: int, into: Any, start: int) -> None:
        """Fill `into`, a writable buffer, with the bytes of a tar from `start` on.

        raises : ShardError if the tar is not there or ends early
        """
        count, expected = os.preadv(self._files[number], [into], start), memoryview(into).nbytes
        if count != expected:
            raise ShardError(
                f"{self.folder / self.entries[number]['file']} ends early: {count} of {expected} bytes at "
                f"{start}: it was cut while it was open. {remedy(self.folder)}"
            )

    def fetch(self, places: Iterable[Place]) -> None:
        """Prepare reads of several places that follow; on a local disk there is nothing to prepare."""

    @cached_property
    def _files(self) -> list[int]:
        """Return open files, which any thread or forked process can read, 3 times as fast as a memory map."""
        files = opened(self, len(self.entries))
        for entry in self.entries:
            try:
                files.append(os.open(self.folder / entry["file"], os.O_RDONLY))
            except OSError as error:
                raise ShardError(
                    f"{self.folder / entry['file']} cannot be opened: {error.strerror}. If too many files "
                    f"are open, raise the limit (ulimit -n) or make larger shards (shards.clips)."
                ) from None
        return files


def opened(owner: object, count: int) -> list[int]:
    """Return an empty list for up to `count` open files, which are closed when their owner goes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count + OTHER_FILES:
        wanted = count + OTHER_FILES
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    files: list[int] = []
    weakref.finalize(owner, _close, files)
    return files


def _close(files: list[int]) -> None:
    for file in files:
        if file >= 0:
            os.close(file)

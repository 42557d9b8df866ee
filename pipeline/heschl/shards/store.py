"""An object store that fsspec can reach, such as a bucket (s3://), holding the tars of shards.

Credentials, endpoint and region come from the environment and files that the store's own tools use (AWS_*).
"""

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from heschl.shards.index import REMAKE, ShardError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

WAITS_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)  # before each further attempt
FINAL = (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError)  # not worth another one
ONCE = {"retries": {"total_max_attempts": 1}, "connect_timeout": 10, "read_timeout": 30}  # s
AT_ONCE = 32  # ranges that are read at the same time
Result = TypeVar("Result")


class Stored(NamedTuple):
    """An object: its size, and the version that the store gives it, which changes with its bytes."""

    size: int
    etag: str


@dataclass(frozen=True)
class Store:
    """A folder of an object store.

    url     : such as s3://bucket/folder, without credentials
    waits_s : before each further attempt, if the store does not answer; None: WAITS_S
    """

    url: str
    waits_s: tuple[float, ...] | None = None

    def put(self, path: Path, file: str) -> Stored:
        """Copy a local file to the store; return what is then there."""
        self._tried(file, lambda: self._fs.put_file(str(path), self._of(file)))
        return self._tried(file, lambda: _stored(self._fs.info(self._of(file))))

    def get(self, file: str, path: Path) -> None:
        """Copy an object to a local file."""
        self._tried(file, lambda: self._fs.get_file(self._of(file), str(path)))

    def read(self, places: Iterable[tuple[str, int, int]]) -> list[bytes]:
        """Return the bytes of places (file, start, size), all at the same time.

        raises : ShardError naming the object if it cannot be read in several attempts, or ends early
        """
        places, contents = list(places), {}

        def attempt() -> None:
            missing = [place for place in places if place not in contents]
            found = self._fs.cat_ranges(
                [self._of(file) for file, _, _ in missing],
                [start for _, start, _ in missing],
                [start + size for _, start, size in missing],
                on_error="return",
                batch_size=AT_ONCE,
            )
            pairs = list(zip(missing, found, strict=True))
            contents.update((place, content) for place, content in pairs if isinstance(content, bytes))
            for (file, _, _), content in pairs:
                if isinstance(content, Exception):
                    content.add_note(file)
                    raise content

        self._tried("", attempt)
        for (file, start, size), content in contents.items():
            if len(content) != size:
                raise ShardError(
                    f"{self.url}/{file} ends early: {len(content)} of {size} bytes at {start}. {REMAKE}"
                )
        return [contents[place] for place in places]

    def objects(self) -> dict[str, Stored]:
        """Return the objects in the store by their name, relative to it."""

        def attempt() -> dict[str, Stored]:
            self._fs.invalidate_cache()
            try:
                found = self._fs.find(self._folder, detail=True)
            except FileNotFoundError:
                found = {}
            return {name.removeprefix(self._folder + "/"): _stored(info) for name, info in found.items()}

        return self._tried("", attempt)

    def reach(self) -> None:
        """Ask whether the folder or its bucket is there; raises ShardError if the store does not answer."""
        self._tried("", lambda: self._fs.exists(self._folder) or self._fs.info(self._folder.split("/")[0]))

    def _of(self, file: str) -> str:
        return f"{self._folder}/{file}"

    @property
    def _folder(self) -> str:
        return str(self._fs._strip_protocol(self.url)).rstrip("/")

    @cached_property
    def _fs(self) -> "AbstractFileSystem":
        import fsspec

        try:
            kind = fsspec.get_filesystem_class(self.url.split("://")[0])
            options = {"config_kwargs": ONCE} if "s3" in fsspec.utils.get_protocol(self.url) else {}
            system = kind(use_listings_cache=False, **options)
        except (ImportError, ValueError) as error:
            raise ShardError(
                f"shards.store is {self.url}, which cannot be used: {error}. For a bucket: pip install -e "
                "'.[bucket]'"
            ) from None
        if options:
            system.retries = 1  # `_tried` tries again, and says so
        return system

    def _tried(self, file: str, action: Callable[[], Result]) -> Result:
        """Return what `action` returns, after some attempts if the store does not answer."""
        waits = WAITS_S if self.waits_s is None else self.waits_s
        for number, wait_s in enumerate((*waits, None)):
            try:
                return action()
            except ShardError:
                raise
            except Exception as error:  # of the store's library, without a common class
                name = (getattr(error, "__notes__", None) or [file])[0]
                what = f"{f'{self.url}/{name}'.rstrip('/')}: {type(error).__name__}: {error}"
                if wait_s is None or isinstance(error, FINAL):
                    raise ShardError(
                        f"{what}. Check the connection, the name and the credentials (docs/bucket.md), then "
                        "run the same command again: it resumes."
                    ) from error
                if number == 0:
                    print(f"{what}; trying again", file=sys.stderr)
                time.sleep(wait_s)
        raise AssertionError  # the last attempt returns or raises


def _stored(info: dict[str, Any]) -> Stored:
    return Stored(info["size"], str(info.get("ETag") or info.get("etag") or "").strip('"'))

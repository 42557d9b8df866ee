"""A sound file as libsndfile should see it: bytes of its header, its beginning and its size may differ."""

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Correction:
    """What differs between a file and its view.

    patches : {offset: bytes that replace those of the file}
    start   : offset where the view begins
    times   : the size that the view claims, in sizes of the file
    frames  : samples per channel that the header gave before it was corrected; None if it gave none
    remark  : what is wrong with the header, for a reader; "" if nothing needs to be said
    """

    patches: Mapping[int, bytes] = field(default_factory=dict)
    start: int = 0
    times: int = 1
    frames: int | None = None
    remark: str = ""


class View(io.RawIOBase):
    """A file that can be read and sought, with its corrections; `name` is its path."""

    def __init__(self, path: Path, correction: Correction):
        self._file, self.correction = open(path, "rb", buffering=0), correction  # noqa: SIM115
        self.name, self._place = str(path), 0
        self.size = os.fstat(self._file.fileno()).st_size - correction.start

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to an offset of the view; return it."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self.size * self.correction.times}
        self._place = max(0, base[whence] + offset)
        return self._place

    def tell(self) -> int:
        """Return the offset in the view."""
        return self._place

    def readinto(self, buffer: memoryview) -> int:
        """Fill a buffer from the current offset, with zeros beyond the file; return the number of bytes."""
        if self._place > self.size:  # mpg123 looks for a tag at the end that the view claims
            buffer[:] = bytes(len(buffer))
            self._place += len(buffer)
            return len(buffer)
        self._file.seek(self._place + self.correction.start)
        count = self._file.readinto(buffer) or 0
        for offset, patch in self.correction.patches.items():
            first, last = max(offset, self._place), min(offset + len(patch), self._place + count)
            if first < last:
                buffer[first - self._place : last - self._place] = patch[first - offset : last - offset]
        self._place += count
        return count

    @property
    def left(self) -> int:
        """Return the number of bytes that were not read."""
        return max(0, self.size - self._place)

    def peek(self, count: int) -> bytes:
        """Return the next bytes of the file, without moving."""
        self._file.seek(self._place + self.correction.start)
        return self._file.read(count)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

"""What a library writes to standard error by itself, without the name of a file."""

import contextlib
import os
import re
import sys
from collections.abc import Iterator

SOURCE = re.compile(r"^\[src/[^]]*\] *")  # of a line of mpg123: the place in its code


@contextlib.contextmanager
def silenced(lines: list[str]) -> Iterator[None]:
    """Collect in `lines` what a library writes to the process's standard error meanwhile."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no standard error
        yield
        return
    source, target = os.pipe()
    for end in (source, target):
        os.set_blocking(end, False)  # what exceeds the pipe's buffer is lost
    sys.stderr.flush()
    os.dup2(target, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        with contextlib.suppress(BlockingIOError):
            text = os.read(source, 2**16).decode("utf-8", "replace")
            lines += [SOURCE.sub("", line).strip() for line in text.splitlines() if line.strip()]
        for end in (kept, source, target):
            os.close(end)

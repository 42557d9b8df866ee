"""Claims: a worker holds what it trains by a lock that ends with the worker, however that ends."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from heschl.work import LOCK


class ClaimError(RuntimeError):
    """A file system that workers cannot share trials on."""


def hold(stack: contextlib.ExitStack, path: Path) -> bool:
    """Lock a file until the stack ends; return False if another process has locked it.

    raises : ClaimError if the file system has no locks
    """
    file = stack.enter_context(path.open("a"))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise _without_locks(path, error) from None
    return True


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder for a moment: other workers wait; raises as `hold`."""
    with open(folder / LOCK, "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:
            raise _without_locks(folder / LOCK, error) from None
        yield


def _without_locks(path: Path, error: OSError) -> ClaimError:
    return ClaimError(
        f"{path} cannot be locked ({error.strerror}): workers share trainings by locks (flock). Work on a "
        "file system that has them."
    )

"""A full disk: whether one is behind an error, what was being written, how much is needed."""

import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
TEXTS = (  # of errors of libraries and of worker processes that carry no number
    "No space left on device",
    "Disk quota exceeded",
    "File too large",
    "database or disk is full",  # SQLite
    "PytorchStreamWriter failed writing",
    "basic_ios::clear: iostream error",  # torch.save to a path
)
SYSTEM_ERROR = 2  # code of libsndfile; its message does not say more
WRITING = "while writing "  # begins the note that `work.replacing` adds to an error


class DiskError(RuntimeError):
    """A disk without enough space for an output; the message says how much is needed."""


def problem(error: BaseException, needed: int | None = None) -> str | None:
    """Return what a full disk left unwritten, in a sentence; None if an error has another cause.

    needed : bytes that the stage writes in all, if known
    """
    chain = list(_chain(error))
    if not any(_is_full(each) for each in chain):
        return None
    file = next((name for each in chain if (name := _file(each))), None)
    known = [f"{size(free_bytes(Path(file)))} free on its disk"] if file else []
    known += [f"the stage writes about {size(needed)}"] if needed else []
    said = f" ({', '.join(known)})" if known else ""
    return (
        f"the disk is full: {file or 'a file'} could not be written{said}. Nothing half-written was left. "
        "Free some space, then run `dvc repro`: it resumes."
    )


def require(folder: Path, needed: int, name: str) -> None:
    """Check that a disk has space for an output.

    needed : bytes
    raises : DiskError if it has not
    """
    free = free_bytes(folder)
    if free < needed:
        raise DiskError(
            f"{name} needs about {size(needed)} on the disk of {folder}, where {size(free)} are free. Free "
            f"some space, then run `dvc repro`."
        )


def free_bytes(path: Path) -> int:
    """Return the free space of the disk that a path is on or will be on, bytes."""
    here = path.absolute()
    return shutil.disk_usage(next(each for each in (here, *here.parents) if each.exists())).free


def size(count: int) -> str:
    """Return a number of bytes as text, in MB or GB."""
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and those that led to it."""
    seen: set[int] = set()
    todo = [error]
    while todo:
        each = todo.pop(0)
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            yield each
            todo += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in FULL:
        return True
    if any(text in str(error) for text in TEXTS):
        return True
    return getattr(error, "code", None) == SYSTEM_ERROR and _noted(error) is not None


def _file(error: BaseException) -> str | None:
    name = error.filename if isinstance(error, OSError) else None
    return str(name) if name else _noted(error)


def _noted(error: BaseException) -> str | None:
    notes = getattr(error, "__notes__", ())
    return next((note.removeprefix(WRITING) for note in notes if note.startswith(WRITING)), None)

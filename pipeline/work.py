"""Work in progress of a stage: kept when it is killed, found again by what it is made from, renamed into place."""

import fcntl
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FOLDER = Path("work")
LOCK = "lock"


class WorkError(RuntimeError):
    """Work that cannot be done now; says why."""


def folder(stage: str, params: Any, inputs: Iterable[Path], code: Iterable[Path]) -> Path:
    """Return work/<stage>/<digest of params, inputs and code>, made if need be.

    params : plain values
    inputs : files whose bytes tell one input from another, such as an index of checksums
    code   : files of code that the result depends on
    """
    digest = hashlib.sha256(json.dumps(params, sort_keys=True).encode())
    for path in (*inputs, *code):
        digest.update(hashlib.sha256(Path(path).read_bytes()).digest())
    here = FOLDER / stage / digest.hexdigest()[:16]
    here.mkdir(parents=True, exist_ok=True)
    return here


def code(package: str = "pipeline") -> list[Path]:
    """Return the files of a package that this process has imported: what its result depends on."""
    files = (
        getattr(module, "__file__", None)
        for name, module in sys.modules.items()
        if name.startswith(f"{package}.")
    )
    return sorted(Path(file) for file in files if file)


def abandoned(here: Path) -> list[Path]:
    """Return the folders of the same stage's work on something else, which will not go on."""
    return sorted(other for other in here.parent.iterdir() if other != here)


def drop_abandoned(here: Path) -> None:
    """Remove the folders that `abandoned` returns: for work of minutes."""
    for other in abandoned(here):
        shutil.rmtree(other)


@contextmanager
def held(here: Path) -> Iterator[None]:
    """Hold a folder of work for this process.

    raises : WorkError if another process holds it
    """
    with open(here / LOCK, "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorkError(
                f"{here} is being worked on by another process: wait for it, or end it."
            ) from None
        except OSError:
            pass  # a file system without locks
        yield


def is_held(here: Path) -> bool:
    """Tell whether a process holds a folder of work."""
    try:
        with held(here):
            return False
    except WorkError:
        return True


def finish(done: Path, out: Path) -> None:
    """Rename a finished folder to the stage's output, replacing what is there."""
    if out.exists():
        shutil.rmtree(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    os.replace(done, out)


def remove(here: Path) -> None:
    """Remove a folder of work that is done; that of the stage too if nothing else is in it."""
    shutil.rmtree(here)
    if not any(here.parent.iterdir()):
        here.parent.rmdir()


def clear(stage: str) -> None:
    """Remove what is left of a stage that has ended well."""
    shutil.rmtree(FOLDER / stage, ignore_errors=True)

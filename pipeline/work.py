"""The unfinished work of a stage: a folder named by a digest of its inputs, renamed into place when finished.

A stage that was killed finds its folder and continues. With other params, inputs or code it starts anew.
"""

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
    """Work that cannot be done now; the message says why."""


def folder(stage: str, params: Any, inputs: Iterable[Path], code: Iterable[Path]) -> Path:
    """Return the folder work/<stage>/<digest of params, inputs and code>, creating it if it does not exist.

    params : plain values
    inputs : files whose bytes identify the input, such as an index of checksums
    code   : source files that the result depends on
    """
    digest = hashlib.sha256(json.dumps(params, sort_keys=True).encode())
    for path in (*inputs, *code):
        digest.update(hashlib.sha256(Path(path).read_bytes()).digest())
    here = FOLDER / stage / digest.hexdigest()[:16]
    here.mkdir(parents=True, exist_ok=True)
    return here


def code(*packages: str) -> list[Path]:
    """Return the source files of packages or modules, such as pipeline.audio, that this process has imported.

    packages : those that decide the result; all of pipeline if none is given
    """
    files = (
        getattr(module, "__file__", None)
        for name, module in sys.modules.items()
        if any(f"{name}.".startswith(f"{package}.") for package in packages or ("pipeline",))
    )
    return sorted(Path(file) for file in files if file)


def abandoned(here: Path) -> list[Path]:
    """Return the folders of the same stage with another digest."""
    return sorted(other for other in here.parent.iterdir() if other != here)


def drop_abandoned(here: Path) -> None:
    """Remove the folders that `abandoned` returns; for stages that take minutes, not hours."""
    for other in abandoned(here):
        shutil.rmtree(other)


@contextmanager
def held(here: Path) -> Iterator[None]:
    """Lock a work folder for this process.

    raises : WorkError if another process has locked it
    """
    with open(here / LOCK, "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorkError(f"{here} is in use by another process. Wait for it, or end it.") from None
        except OSError:
            pass  # a file system without locks
        yield


def is_held(here: Path) -> bool:
    """Return whether a process has locked a work folder."""
    try:
        with held(here):
            return False
    except WorkError:
        return True


def finish(done: Path, out: Path) -> None:
    """Rename a finished folder to the output of the stage, replacing an earlier output."""
    if out.exists():
        shutil.rmtree(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    os.replace(done, out)


def remove(here: Path) -> None:
    """Remove a work folder, and the folder of the stage if it is then empty."""
    shutil.rmtree(here)
    if not any(here.parent.iterdir()):
        here.parent.rmdir()

"""The unfinished work of a stage: a folder named by a digest of its inputs, renamed into place when finished.

A stage that was killed finds its folder and continues. With other params, inputs or code it starts anew.
A single file is written under a temporary name, .<name>.<machine>.<thread>.part, and then renamed: see
`replacing`.
"""

import errno
import fcntl
import hashlib
import json
import os
import platform
import shutil
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

from heschl.disk import WRITING

FOLDER = Path("work")
LOCK = "lock"
PART = ".part"  # ending of temporary names
OLD_S = 86_400.0


class WorkError(RuntimeError):
    """Work that cannot be done now; the message says why."""


def folder(stage: str, params: Any, inputs: Iterable[Path], code: Iterable[Path]) -> Path:
    """Return the folder work/<stage>/<digest of params, inputs and code>, creating it if it does not exist.

    params : plain values
    inputs : files whose bytes identify the input, such as an index of checksums
    code   : source files that the result depends on
    """
    here = FOLDER / stage / digest(params, (*inputs, *code))
    here.mkdir(parents=True, exist_ok=True)
    return here


def digest(params: Any, files: Iterable[Path]) -> str:
    """Return 16 hexadecimal digits that identify plain values and the bytes of files."""
    found = hashlib.sha256(json.dumps(params, sort_keys=True).encode())
    for path in files:
        with open(path, "rb") as file:
            found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()[:16]


def code(*packages: str) -> list[Path]:
    """Return the source files of packages or modules, such as heschl.audio, that this process has imported.

    packages : those that decide the result; all of heschl if none is given
    """
    files = (
        getattr(module, "__file__", None)
        for name, module in sys.modules.items()
        if any(f"{name}.".startswith(f"{package}.") for package in packages or ("heschl",))
    )
    return sorted(Path(file) for file in files if file)


def abandoned(here: Path) -> list[Path]:
    """Return the folders of the same stage with another digest."""
    return sorted(other for other in here.parent.iterdir() if other != here and other.is_dir())


def drop_abandoned(here: Path) -> None:
    """Remove the folders that `abandoned` returns; for stages that take minutes, not hours."""
    for other in abandoned(here):
        shutil.rmtree(other, ignore_errors=True)


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


@contextmanager
def replacing(path: str | Path, mode: str = "wb") -> Iterator[IO[Any]]:
    """Open a temporary file beside `path`; rename it to `path` at the end, or remove it after an error.

    A reader finds the old file or the new one, never a part. Parts that killed processes of this machine left
    in the folder are removed first, those of other machines after a day. A writer that wants a path takes
    `file.name`. A device, /dev/stdout, is opened itself.

    mode : "wb", or "w" for text in UTF-8 with line ends as written
    """
    path, text = Path(path), {} if "b" in mode else {"encoding": "utf-8", "newline": ""}
    if path.exists() and not path.is_file():
        with open(path, mode, **text) as file:
            yield file
        return
    _sweep_once(path.parent.resolve(), os.getpid())
    part = _part(path)
    try:
        with open(part, "ab") as lock:
            _lock(lock)
            with open(part, mode, **text) as file:
                yield file
            os.replace(part, path)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno and error.filename in (None, str(part)):
            error.filename = str(path)  # an error without number would lose its text
        error.add_note(f"{WRITING}{path}")
        raise


def _part(path: Path) -> Path:
    name = path.name if len(path.name) <= 40 else hashlib.sha256(path.name.encode()).hexdigest()[:16]
    return path.with_name(f".{name}.{_machine()}.{threading.get_native_id()}{PART}")


@cache
def _machine() -> str:
    """Return 8 hexadecimal digits for this machine: process numbers are its own."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


def _lock(file: IO[Any]) -> None:
    with suppress(OSError):  # a file system without locks
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@cache
def _sweep_once(folder: Path, process: int) -> None:
    """Remove the parts in a folder that no living process has locked; look once in each process.

    Not every file system shows the locks of other machines: their parts go when they are a day old.
    """
    for part in folder.glob(f".*{PART}"):
        with suppress(OSError), open(part, "rb") as file:
            if f".{_machine()}." not in part.name and time.time() - part.stat().st_mtime < OLD_S:
                continue
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink(missing_ok=True)


def finish(done: Path, out: Path, listed: Iterable[str | Path] | None = None) -> None:
    """Move a finished folder to the output of the stage, replacing an earlier output.

    The earlier output stays until the new one is complete. To another disk the folder is copied first.

    listed : the files of the output, relative to `done`; any other file is removed. None: all but parts
    """
    _keep(done, None if listed is None else {os.path.join(done, each) for each in listed})
    out = Path(os.path.realpath(out))  # a link stays a link
    out.parent.mkdir(parents=True, exist_ok=True)
    copy, old = (out.with_name(f".{out.name}.{kind}{PART}") for kind in ("new", "old"))
    for leftover in (copy, old):
        shutil.rmtree(leftover, ignore_errors=True)
    new = _on_the_disk_of(out, done, copy)
    if out.exists():
        os.replace(out, old)
    try:
        os.replace(new, out)
    except BaseException:
        if old.exists():
            os.replace(old, out)
        raise
    for leftover in (old, done):
        shutil.rmtree(leftover, ignore_errors=True)


def _keep(folder: Path, listed: set[str] | None) -> None:
    for here, folders, files in os.walk(folder, topdown=False):  # a folder after what is in it
        links = [name for name in folders if os.path.islink(os.path.join(here, name))]
        for name in (*files, *links):
            path = os.path.join(here, name)
            if (name.startswith(".") and name.endswith(PART)) if listed is None else path not in listed:
                os.unlink(path)
        if here != str(folder):
            with suppress(OSError):  # not empty
                os.rmdir(here)


def _on_the_disk_of(out: Path, done: Path, copy: Path) -> Path:
    """Return the finished folder, or its copy beside `out` if no rename can move it there."""
    probe = done / f".rename{PART}"
    probe.touch()
    try:
        os.replace(probe, copy)
        copy.unlink()
        return done
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    finally:
        probe.unlink(missing_ok=True)
    try:
        return Path(shutil.copytree(done, copy, symlinks=True))
    except BaseException:
        shutil.rmtree(copy, ignore_errors=True)
        raise


def remove(here: Path) -> None:
    """Remove a work folder, and the folder of the stage if it is then empty.

    Files that a process still has open may stay: network file systems keep them until it ends.
    """
    shutil.rmtree(here, ignore_errors=True)
    with suppress(OSError):  # not empty
        here.parent.rmdir()

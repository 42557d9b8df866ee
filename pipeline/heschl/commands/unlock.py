"""heschl unlock: remove the locks that dvc processes left when they were killed."""

import argparse
import json
from pathlib import Path
from typing import Any

import psutil

from heschl.commands.main import command
from heschl.processes import is_dvc

CLOCK_S = 1.0  # by which the clocks of processes and of files may differ
FOLDER = Path(".dvc/tmp")  # of dvc; its file `rwlock` names the process that uses each path


def main() -> None:
    """Remove the locks of processes that have ended, and list those of processes that live."""
    parser().parse_args()
    with command("heschl unlock"):
        removed, kept = unlock(FOLDER)
        for pid, cmd in removed:
            print(f"removed the locks of process {pid}, which has ended: {cmd}")
        for pid, cmd in kept:
            print(f"kept the locks of process {pid}, which is running: {cmd}")


def unlock(folder: Path) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Remove from `folder`/rwlock what names a process of this machine that is no longer a dvc command.

    dvc itself does so only if no process has that number: not if another program has got it since.
    returns : (pid, command) of the processes whose locks were removed, and of those whose locks were kept
    raises  : dvc's LockError if dvc edits the file for longer than 3 s
    """
    from dvc.lock import make_lock  # slow to import

    path = folder / "rwlock"
    if not path.is_file():
        return [], []
    with make_lock(str(folder / "rwlock.lock"), tmp_dir=str(folder)):
        locks = _read(path)
        holders = sorted({(each["pid"], each["cmd"]) for each in _infos(locks)})
        living = {(pid, cmd) for pid, cmd in holders if _may_hold(pid, path.stat().st_mtime)}
        path.write_text(json.dumps(_of(living, locks)), encoding="utf-8")
    return [each for each in holders if each not in living], sorted(living)


def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:  # cut when dvc was killed; nothing in it can be read, by dvc neither
        return {}


def _infos(locks: dict[str, Any]) -> list[dict[str, Any]]:
    readers = [info for infos in locks.get("read", {}).values() for info in infos]
    return [*readers, *locks.get("write", {}).values()]


def _of(living: set[tuple[int, str]], locks: dict[str, Any]) -> dict[str, Any]:
    """Return the locks that living processes hold."""
    write = {p: info for p, info in locks.get("write", {}).items() if (info["pid"], info["cmd"]) in living}
    read = {
        path: [info for info in infos if (info["pid"], info["cmd"]) in living]
        for path, infos in locks.get("read", {}).items()
    }
    return {"write": write, "read": {path: infos for path, infos in read.items() if infos}}


def _may_hold(pid: int, written: float) -> bool:
    """Return whether a process that took a lock before a time, s since 1970, still lives.

    A process that began later, or that runs neither dvc nor Python, has got the number of an ended one.
    """
    try:
        process = psutil.Process(pid)
        ended = process.status() == psutil.STATUS_ZOMBIE
        other = not is_dvc(process) and not process.name().startswith("python")
        return not ended and not other and process.create_time() <= written + CLOCK_S
    except psutil.Error:
        return False


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    return argparse.ArgumentParser(
        prog="heschl unlock",
        description="Remove the locks of dvc processes that have ended. Those of running processes stay.",
    )

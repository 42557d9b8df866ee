"""A finished training is kept until DVC has committed its network: a kill in between costs no training.

work/train/<digest>/network    what the training wrote
                    finished   the path of the stage's output, to which it was written
"""

import hashlib
import json
import os
import shutil
from pathlib import Path

from heschl import tracking
from heschl.train.launch import LAUNCHED
from heschl.work import LOCK, abandoned, finish, is_held, replacing

NETWORK = "network"
MARK = "finished"


def keep(work: Path, out: Path) -> None:
    """Write the network of a finished training to `out`, and keep it in the training's folder, alone."""
    with replacing(work / MARK, "w") as file:
        file.write(out.as_posix())
    _clear(work, MARK, NETWORK)
    _write(work, out)


def take(work: Path, out: Path) -> bool:
    """Write to `out` the network that a training finished before DVC was killed; return whether there is one.

    A training that DVC has committed, or whose output is still there, is done again: somebody asks for it.
    Networks that other trainings kept are removed. Only the first process of a training does all this.
    """
    if LAUNCHED in os.environ or "LOCAL_RANK" in os.environ:
        return False
    for other in abandoned(work):
        if (other / MARK).is_file() and not is_held(other):
            shutil.rmtree(other)
    if not (work / MARK).is_file():
        return False
    new = not out.exists() and (work / MARK).read_text(encoding="utf-8") == out.as_posix()
    if new and tracking.locked_md5(out) != dvc_md5(work / NETWORK):
        _write(work, out)
        return True
    _clear(work)
    return False


def dvc_md5(folder: Path) -> str:
    """Return the md5 by which DVC knows a folder: that of the list of its files and their md5."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    listed = [
        {"md5": hashlib.md5(path.read_bytes()).hexdigest(), "relpath": path.relative_to(folder).as_posix()}
        for path in files
    ]
    listed.sort(key=lambda each: each["relpath"])
    return hashlib.md5(json.dumps(listed, sort_keys=True).encode()).hexdigest() + ".dir"


def _write(work: Path, out: Path) -> None:
    copy = work / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    finish(Path(shutil.copytree(work / NETWORK, copy)), out)


def _clear(work: Path, *kept: str) -> None:
    for path in work.iterdir():
        if path.name in (*kept, LOCK):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()

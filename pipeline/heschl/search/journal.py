"""Optuna's journal of a search, in a file."""

import os
from pathlib import Path

from optuna.storages.journal import JournalFileBackend, JournalStorage


class _NoLock:
    """For Optuna's journal: a worker holds the whole study, by a lock that ends with it, however it ends."""

    def acquire(self) -> bool:
        """Do nothing."""
        return True

    def release(self) -> None:
        """Do nothing."""


def journal(path: Path) -> JournalStorage:
    """Return the journal of a search."""
    return JournalStorage(JournalFileBackend(str(path), lock_obj=_NoLock()))


def cut(path: Path) -> None:
    """Remove what a killed worker wrote of a last line; nobody else may write meanwhile."""
    if not path.is_file() or not path.stat().st_size:
        return
    with open(path, "r+b") as file:
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            file.seek(0)
            file.truncate(file.read().rfind(b"\n") + 1)

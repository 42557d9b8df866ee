"""Optuna's journal of a search, in a file."""

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
    """Return the journal of a search, without what a killed worker wrote of a last line."""
    if path.is_file():
        text = path.read_bytes()
        whole = text.rfind(b"\n") + 1
        if whole < len(text):
            with open(path, "r+b") as file:
                file.truncate(whole)
    return JournalStorage(JournalFileBackend(str(path), lock_obj=_NoLock()))

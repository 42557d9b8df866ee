"""Find the recordings that a table lists below a folder, whatever the Unicode form of their names."""

import os
import stat
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path, PurePosixPath

from heschl.corpus.names import nfc

Names = tuple[frozenset[str], dict[str, str], dict[str, str]]  # names; NFC name: name; folded name: name
BROKEN_LINK = "missing: a broken link (dvc checkout, dvc pull or git annex get may restore it)"


def locate_all(folder: Path, files: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Locate each of `files`; see `locate`."""
    names = cache(_names)
    return {file: locate(folder, file, names) for file in dict.fromkeys(files)}


def locate(folder: Path, file: str, names: Callable[[Path], Names]) -> tuple[str, str]:
    """Find a recording below a folder.

    A name matches in any Unicode form: é may be one code point in the table and two on disk.

    returns : (path relative to `folder` as it is on disk, ""), or (`file`, the reason why it cannot be used)
    """
    try:
        status = os.stat(f"{folder}{os.sep}{file}")
    except PermissionError as error:
        return file, f"cannot be read ({error.strerror}): correct its permissions"
    except (OSError, ValueError):
        return _search(folder, file, names)
    return file, _unusable(status)


def _search(folder: Path, file: str, names: Callable[[Path], Names]) -> tuple[str, str]:
    """Find a recording whose name in the table is not exactly that on disk."""
    path = folder
    for part in PurePosixPath(file).parts:
        there, composed, similar = names(path)
        name = part if part in there else composed.get(nfc(part))
        if name is None:
            return file, f"missing{_hint(part, similar)}"
        path /= name
    if not os.path.exists(path):
        return file, BROKEN_LINK
    return path.relative_to(folder).as_posix(), _unusable(os.stat(path))


def _unusable(status: os.stat_result) -> str:
    if not stat.S_ISREG(status.st_mode):
        return "not a file"
    return "" if status.st_size else "empty: 0 bytes"


def _hint(part: str, similar: dict[str, str]) -> str:
    near = similar.get(_folded(part))
    if near:
        return f"; did you mean {near!r}? Capitals and spaces must match"
    return "; use / instead of \\ in paths" if "\\" in part else ""


def _names(folder: Path) -> Names:
    names = sorted(os.listdir(folder)) if folder.is_dir() else []
    composed, similar = ({change(name): name for name in names} for change in (nfc, _folded))
    return frozenset(names), composed, similar


def _folded(text: str) -> str:
    return nfc(text).casefold().strip()

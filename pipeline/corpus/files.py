"""Find the recordings that a table lists below a folder, whatever the Unicode form of their names."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path, PurePosixPath

from pipeline.corpus.listings import nfc

Names = tuple[dict[str, str], dict[str, str]]  # {NFC name: name on disk}, {folded name: name on disk}
BROKEN_LINK = "missing: a broken link (dvc checkout, dvc pull or git annex get may restore it)"


def locate_all(folder: Path, files: list[str]) -> dict[str, tuple[str, str]]:
    """Locate each of `files`; see `locate`."""
    names = cache(_names)
    return {file: locate(folder, file, names) for file in dict.fromkeys(files)}


def locate(folder: Path, file: str, names: Callable[[Path], Names]) -> tuple[str, str]:
    """Find a recording below a folder.

    A name matches in any Unicode form: é may be one code point in the table and two on disk.

    returns : (path relative to `folder` as it is on disk, ""), or (`file`, the reason why it cannot be used)
    """
    path = folder
    for part in PurePosixPath(file).parts:
        name = part if os.path.exists(path / part) else names(path)[0].get(nfc(part))
        if name is None:
            return file, f"missing{_hint(part, names(path)[1])}"
        path /= name
    if not os.path.exists(path):
        return file, BROKEN_LINK
    if not path.is_file():
        return file, "not a file"
    if path.stat().st_size == 0:
        return file, "empty: 0 bytes"
    return path.relative_to(folder).as_posix(), ""


def _hint(part: str, similar: dict[str, str]) -> str:
    near = similar.get(_folded(part))
    if near:
        return f"; did you mean {near!r}? Capitals and spaces must match"
    return "; use / instead of \\ in paths" if "\\" in part else ""


def _names(folder: Path) -> Names:
    names = sorted(os.listdir(folder)) if folder.is_dir() else []
    return {nfc(name): name for name in names}, {_folded(name): name for name in names}


def _folded(text: str) -> str:
    return nfc(text).casefold().strip()

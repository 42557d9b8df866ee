"""Names of sounds: of their files, in order, in errors; names of metrics."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

FORMATS = (".wav", ".flac", ".ogg", ".mp3")
SHOWN = 5  # names that an error lists


def stem(name: str) -> str:
    """Return the name of a sound without the ending of its file, if it has one, its accents composed (NFC)."""
    name = unicodedata.normalize("NFC", name)  # macOS takes them apart in names of files
    return name[: -len(Path(name).suffix)] if Path(name).suffix.lower() in FORMATS else name


def natural(name: str) -> tuple[list[tuple[int, int | str]], str]:
    """Return what sorts names as people do: stim7 before stim12."""
    return [
        (0, int(part)) if part.isdecimal() else (1, part) for part in re.split(r"(\d+)", name) if part
    ], name


def listed(names: Iterable[object]) -> str:
    """Return the first few names."""
    names = list(names)
    return ", ".join(map(str, names[:SHOWN])) + (", ..." if len(names) > SHOWN else "")


def metric(name: str) -> str:
    """Return a name that MLflow takes: what it refuses, as in "A1 (left)", becomes an underscore."""
    return re.sub(r"[^\w. /:-]", "_", name)

"""Names of models, layers, sounds and metrics. Nothing heavy is imported."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

NETWORK = "network"  # the trained network
UNTRAINED, PERMUTED = "untrained", "permuted"  # its controls
MODULATION = "modulation"  # the spectrotemporal modulation filter bank
RESERVED = (NETWORK, UNTRAINED, PERMUTED, MODULATION)  # a user's model needs another name
EAR = "cochleagram"  # the first layer of every network

FORMATS = (".wav", ".flac", ".ogg", ".mp3")
SHOWN = 5  # names that an error lists


def stem(name: str) -> str:
    """Return the name of a sound without the ending of a sound file, and with composed accents (NFC)."""
    name = unicodedata.normalize("NFC", name)  # macOS decomposes them in names of files
    return name[: -len(Path(name).suffix)] if Path(name).suffix.lower() in FORMATS else name


def natural(name: str) -> tuple[list[tuple[int, int | str]], str]:
    """Return a sort key for natural order: stim7 before stim12."""
    parts = [part for part in re.split(r"(\d+)", name) if part]
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts], name


def listed(names: Iterable[object]) -> str:
    """Return the first few names, joined by commas."""
    names = list(names)
    return ", ".join(map(str, names[:SHOWN])) + (", ..." if len(names) > SHOWN else "")


def metric_name(name: str) -> str:
    """Return a name that MLflow accepts: other characters, as in "A1 (left)", become underscores."""
    return re.sub(r"[^\w. /:-]", "_", name)

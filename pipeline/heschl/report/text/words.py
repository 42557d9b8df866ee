"""Numbers and names as a reader expects them."""

import math
from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from heschl.behavior.columns import LOCAL, PUBLISHED
from heschl.mixtures.backgrounds import BACKGROUNDS
from heschl.mixtures.row import CLEAN
from heschl.tasks import TASKS

WHO = {"network": "this network", PUBLISHED: "published listeners", LOCAL: "local listeners"}
SHORT = {"network": "network", PUBLISHED: "published", LOCAL: "local"}  # in legends of figures
NONE = f"none ({CLEAN})"  # background of clean clips; it comes first in every list
SOURCES = {  # corpus table -> what its sources are called, of recordings and of synthetic sounds
    "words": ("speakers", "voices"),
    "music": ("artists", "songs"),
    "scenes": ("scenes", "scenes"),
    "talkers": ("speakers", "voices"),
}


def background(kind: str) -> str:
    """Return a kind of background as readers know it; a kind not in BACKGROUNDS is its own title."""
    if kind == CLEAN:
        return NONE
    return BACKGROUNDS[kind].title if kind in BACKGROUNDS else str(kind)


def kinds_of(table: pd.DataFrame, clean: bool = False) -> list[str]:
    """Return the kinds of background in a table, in the order of BACKGROUNDS, then the others.

    clean : whether CLEAN is among them, first
    """
    found = set(table.background)
    order = [*([CLEAN] if clean else []), *BACKGROUNDS, *sorted(found - {CLEAN, *BACKGROUNDS})]
    return [kind for kind in order if kind in found]


def places(column: pd.Series, order: Sequence[str]) -> pd.Series:
    """Return the key by which a table's column is sorted: the place of a background in `order`."""
    return (
        column.map({kind: place for place, kind in enumerate(order)})
        if column.name == "background"
        else column
    )


def condition(kind: str, snr_db: float) -> str:
    """Return a background and an SNR (dB, NaN when clean) in words."""
    return CLEAN if kind == CLEAN else f"{background(kind)}, {decibel(snr_db)}"


def sources(tasks: Iterable[str], synthetic: bool) -> str:
    """Return what the sources of the targets of some tasks are called: "speakers and artists"."""
    tables = [TASKS[task].table if task in TASKS else "" for task in tasks]
    return joined(dict.fromkeys(SOURCES.get(table, ("sources", "sources"))[synthetic] for table in tables))


def plural(noun: str) -> str:
    """Return the plural of a task or a readout: words, categories, classes."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def absent(value: float | None) -> bool:
    """Return whether a number is missing: None, NaN or infinite."""
    return value is None or not math.isfinite(value)


def signed(number: float) -> str:
    """Write a number with its sign, as a true minus, and zero without one."""
    return f"{number:+g}".replace("-", "\u2212") if number else "0"


def percent(share: float | None, digits: int = 1) -> str:
    """Write a share of 1 in %, with one decimal or none and a true minus; a dash if it is missing."""
    return "\u2013" if absent(share) else f"{decimal(100 * share, digits).removesuffix('.0')}\u202f%"


def decibel(snr_db: float | None) -> str:
    """Write an SNR in dB with its sign, "clean" if it is missing."""
    return CLEAN if absent(snr_db) else f"{signed(snr_db)}\u202fdB"


def level(value: float | None) -> str:
    """Write a threshold in dB with one decimal and its sign; a dash if it is missing."""
    return "\u2013" if absent(value) else f"{signed(round(value, 1))}\u202fdB"


def decimal(value: float | None, digits: int = 2) -> str:
    """Write a number between -1 and 1 with two decimals and a true minus; a dash if it is missing."""
    if absent(value):
        return "\u2013"
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "\u2212")  # + 0: zero has no minus


def span(low: float | None, high: float | None, write: Callable[[float], str]) -> str:
    """Write an interval whose ends `write` writes; nothing if an end is missing."""
    return "" if absent(low) or absent(high) else f"{write(low)} to {write(high)}"


def with_span(value: float, low: float | None, high: float | None, write: Callable[[float], str]) -> str:
    """Write a number, and its interval in parentheses if it has one."""
    ends = span(low, high, write)
    return f"{write(value)}{f' ({ends})' if ends else ''}"


def count(number: int) -> str:
    """Write a whole number with a thin space every three digits."""
    return f"{number:,}".replace(",", "\u202f")


def joined(parts: Iterable[str]) -> str:
    """Write a list as "a, b, and c"."""
    *rest, last = [*parts] or [""]
    if len(rest) < 2:
        return " and ".join([*rest, last])
    return f"{', '.join(rest)}, and {last}"

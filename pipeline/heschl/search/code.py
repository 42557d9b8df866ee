"""The code that a search or an experiment depends on."""

from collections.abc import Iterable
from pathlib import Path

PIPELINE = Path(__file__).parents[1]


def files(names: Iterable[str]) -> list[Path]:
    """Return all files of packages and modules, such as audio and search.cost, whether imported or not.

    So every process that works on it finds the same folder.
    """
    found: list[Path] = []
    for name in names:
        place = PIPELINE / Path(*name.split("."))
        found += sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    return found

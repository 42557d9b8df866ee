"""The sources of a training, as a user lists them: what, by whom, under which license."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from heschl.params import Loader
from heschl.spreadsheets import read_lines, read_rows

COLUMNS = ("what", "made by", "license", "link", "attribution")
BRITISH = "licence"  # accepted for "license"
NONCOMMERCIAL = re.compile(r"\bNC\b|non[- ]?commercial", re.IGNORECASE)
LINK = re.compile(r"https?://[^\s<>|]+")


class SourcesError(ValueError):
    """A list of sources that does not say what, by whom or under which license; names the file and row."""


class Source(NamedTuple):
    """A body of recordings that a network was trained on."""

    what: str
    made_by: str
    license: str
    link: str
    attribution: str

    @property
    def noncommercial(self) -> bool:
        """Return whether the license forbids commercial use."""
        return bool(NONCOMMERCIAL.search(self.license))


def read(path: Path) -> list[Source]:
    """Return the sources in a csv file with COLUMNS, or in a yaml list of mappings with these keys.

    raises : SourcesError or SpreadsheetError naming the file, the row and what it lacks
    """
    rows = _yaml(path) if path.suffix.lower() in (".yaml", ".yml") else _csv(path)
    found = [_source(f"{path}, {place}", row) for place, row in rows]
    if not found:
        raise SourcesError(f"{path} lists no source; expected one in each row, with {', '.join(COLUMNS)}.")
    return found


def _csv(path: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    header = read_lines(path, COLUMNS)[0][1]
    columns = [BRITISH if name == "license" and BRITISH in header else name for name in COLUMNS]
    for number, row in read_rows(path, columns):
        yield f"row {number}", row


def _yaml(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        rows = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SourcesError(f"{path} is not YAML in UTF-8: {error}") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SourcesError(f"{path} is no list of mappings; expected items with {', '.join(COLUMNS)}.")
    yield from ((f"item {number}", row) for number, row in enumerate(rows, start=1))


def _source(place: str, row: Mapping[str, Any]) -> Source:
    given = {("license" if name == BRITISH else name): str(value or "") for name, value in row.items()}
    unknown, absent = sorted(set(given) - set(COLUMNS)), [name for name in COLUMNS if not given.get(name)]
    if unknown or absent:
        wrong = [f"{unknown} unknown"] if unknown else []
        wrong += [f"{', '.join(absent)} empty"] if absent else []
        raise SourcesError(f"{place}: {'; '.join(wrong)}. Expected a text for each of {', '.join(COLUMNS)}.")
    if not LINK.fullmatch(given["link"]):
        raise SourcesError(f"{place}: the link is {given['link']!r}; expected an address with https://.")
    return Source(*(" ".join(given[name].split()) for name in COLUMNS))


def noncommercial(sources: Sequence[Source]) -> list[Source]:
    """Return the sources whose license forbids commercial use."""
    return [source for source in sources if source.noncommercial]

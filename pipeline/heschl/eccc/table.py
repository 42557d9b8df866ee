"""The corpus's table: what was said in each clip, in which masker, and what its listeners responded."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from heschl import spreadsheets

Number = TypeVar("Number", int, float)
COLUMNS = (
    "ID", "Length", "Masker", "SNR", "Speaker", "Target", "Responses", "N-Listeners", "Counts", "Confusion",
)  # fmt: skip
PATTERN = "confusionCorpus*.csv"  # the published name, with its version
MARKS = "|;/,"  # that may separate responses; the published table has |


class EcccError(ValueError):
    """A table or sound of the corpus that cannot be used; names the file, the row and the remedy."""


@dataclass(frozen=True)
class Clip:
    """A row of the table.

    id        : names the sound, T_<id>.wav
    samples   : of the word, in the sound's own rate
    snr_db    : over these samples
    responses : {word: listeners who gave it}
    listeners : who heard the clip
    confusion : the wrong word that most of them gave
    """

    id: str
    samples: int
    masker: str
    snr_db: float
    speaker: str
    target: str
    responses: Mapping[str, int]
    listeners: int
    confusion: str

    def share(self, word: str) -> float:
        """Return the share of listeners who gave a word."""
        return self.responses.get(word, 0) / self.listeners


def plain(word: str) -> str:
    """Return a word as words are compared: lower case, without surrounding spaces."""
    return word.strip().lower()


def find(folder: str | Path) -> Path:
    """Return the table in the corpus's folder: the file of the published name, else the only csv file.

    raises : EcccError if there is none, or more than one
    """
    folder = Path(folder)
    found = sorted(folder.glob(PATTERN)) or sorted(folder.glob("*.csv"))
    if len(found) != 1:
        has = ", ".join(path.name for path in found) or (
            "no csv file" if folder.is_dir() else "no such folder"
        )
        raise EcccError(
            f"{folder}: {has}; expected one table named {PATTERN}. Name the unpacked folder of the corpus "
            "(EnglishCCC_v1.2); see docs/eccc.md."
        )
    return found[0]


def read(path: Path) -> list[Clip]:
    """Read the table. Names of columns are compared without case; further columns are ignored.

    returns : the clips in the order of the rows, words as `plain` returns them
    raises  : EcccError naming the file, the row (the header is row 1), what was expected and the remedy
    """
    clips: dict[str, Clip] = {}
    try:
        names = _spelled(spreadsheets.read_lines(path, COLUMNS)[0][1])
        for number, cells in spreadsheets.read_rows(path, list(names.values()), others="ignore"):
            clip = _clip({name: cells[names[name]] for name in COLUMNS}, f"{path}, row {number}")
            if clip.id in clips:
                raise EcccError(
                    f"{path}, row {number}: ID {clip.id!r} appears again. Remove one of the rows."
                )
            clips[clip.id] = clip
    except spreadsheets.SpreadsheetError as error:
        raise EcccError(str(error)) from None
    if not clips:
        raise EcccError(f"{path} has a header but no rows. Download the corpus again.")
    return list(clips.values())


def _spelled(header: Sequence[str]) -> dict[str, str]:
    """Return {column: as the header spells it}; a missing column is spelled as it should be."""
    spelled = {name.lower(): name for name in reversed(header)}
    return {name: name if name in header else spelled.get(name.lower(), name) for name in COLUMNS}


def _clip(cells: Mapping[str, str], place: str) -> Clip:
    empty = [name for name in ("ID", "Target", "Confusion") if not cells[name]]
    if empty:
        raise EcccError(f"{place}: {', '.join(empty)} empty; expected a value. Complete or remove the row.")
    return Clip(
        id=cells["ID"],
        samples=_number(cells, "Length", int, 1, place),
        masker=cells["Masker"],
        snr_db=_number(cells, "SNR", float, -math.inf, place),
        speaker=cells["Speaker"],
        target=plain(cells["Target"]),
        responses=_responses(cells, place),
        listeners=_number(cells, "N-Listeners", int, 1, place),
        confusion=plain(cells["Confusion"]),
    )


def _number(
    cells: Mapping[str, str], name: str, kind: Callable[[str], Number], least: float, place: str
) -> Number:
    try:
        value = kind(cells[name])
    except ValueError:
        value = None
    if value is None or not math.isfinite(value) or value < least:
        expected = "a number" if least == -math.inf else f"a whole number of at least {least}"
        raise EcccError(f"{place}: {name} is {cells[name]!r}; expected {expected}. Is a column shifted?")
    return value


def _responses(cells: Mapping[str, str], place: str) -> dict[str, int]:
    """Return {response: count}; counts may be separated by spaces or marks, responses by one of the marks."""
    counts = [part for part in re.split(rf"[{re.escape(MARKS)}\s]+", cells["Counts"]) if part]
    words = _split(cells["Responses"], len(counts))
    if not counts or len(words) != len(counts) or not all(count.isdecimal() for count in counts):
        raise EcccError(
            f"{place}: Responses {cells['Responses']!r} are {len(words)}, Counts {cells['Counts']!r} are "
            f"{len(counts)}; expected as many whole numbers as responses, such as 'drink|join' and '9 2'. "
            "Compare the row with the published table."
        )
    found: dict[str, int] = {}
    for word, count in zip(words, counts, strict=True):
        found[plain(word)] = found.get(plain(word), 0) + int(count)
    listeners = _number(cells, "N-Listeners", int, 1, place)
    if sum(found.values()) > listeners:
        raise EcccError(
            f"{place}: Counts add up to {sum(found.values())}, N-Listeners is {listeners}; expected at most "
            "as many responses as listeners. Compare the row with the published table."
        )
    return found


def _split(text: str, number: int) -> list[str]:
    """Return the responses, separated by the mark that gives `number` of them, else by the first one."""
    marks = [mark for mark in MARKS if mark in text]
    ways = [[word.strip() for word in text.split(mark)] for mark in marks] or [[text] if text else []]
    return next((words for words in ways if len(words) == number), ways[0])

"""What a form of alignments is."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from heschl.alignment.words import AlignmentError, Word, known_word

Aligned = tuple[str, list[Word]]  # an utterance, and its words in order


@dataclass(frozen=True)
class Form:
    """A form of alignments.

    name     : for messages
    patterns : of the names of its files
    read     : a file, and its path below the folder of alignments without ending -> utterances with their
               words, some of them "". An utterance is named by its file or by that path without ending
    """

    name: str
    patterns: tuple[str, ...]
    read: Callable[[Path, str], Iterator[Aligned]]


def lines(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the lines of a text file that are not blank, each after its place, for messages; .gz is unpacked.

    raises : AlignmentError if the file cannot be read to its end
    """
    number = 0
    try:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield f"{path}, line {number}", line.strip()
    except (UnicodeDecodeError, EOFError, OSError, zlib.error) as error:
        raise AlignmentError(f"{path} cannot be read after line {number} ({error}). Copy it again.") from None


def word(place: str, text: str, start_s: object, end_s: object, confidence: object = "nan") -> Word:
    """Return a word whose times are numbers, in order; of silence and noises, the word is "".

    place  : file and line, for messages
    raises : AlignmentError
    """
    try:
        times = float(start_s), float(end_s), float(confidence)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise AlignmentError(f"{place}: {text!r} from {start_s!r} to {end_s!r}; expected seconds.") from None
    if not 0 <= times[0] <= times[1] < float("inf"):
        raise AlignmentError(f"{place}: {text!r} from {start_s} to {end_s} s; expected 0 <= start <= end.")
    return Word(known_word(text), *times)

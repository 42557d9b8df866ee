"""CTM files (NIST, Kaldi): lines of utterance, channel, start, duration, word and possibly confidence."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from heschl.alignment.times.form import Aligned, Form, lines, word
from heschl.alignment.words import AlignmentError, Word


def _read(path: Path, name: str) -> Iterator[Aligned]:
    for utterance, words in groupby(_words(path), key=lambda pair: pair[0]):
        yield utterance, [found for _, found in words]


def _words(path: Path) -> Iterator[tuple[str, Word]]:
    for place, line in lines(path):
        if line.startswith(";;"):
            continue
        try:
            utterance, _, start_s, duration_s, text, *rest = line.split()
            end_s = float(start_s) + float(duration_s)
        except ValueError:
            expected = "utterance, channel, start, duration, word and possibly confidence"
            raise AlignmentError(f"{place}: {line[:40]!r}; expected {expected}.") from None
        yield utterance, word(place, text, start_s, end_s, rest[0] if rest else "nan")


CTM = Form("CTM", ("*.ctm",), _read)

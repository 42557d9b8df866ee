"""Spoken words: their times, and the words of a transcript."""

import re
import unicodedata
from typing import NamedTuple

BREAKS = re.compile(r"[\s\-\u2010-\u2015\u2212/…]+")  # spaces, hyphens and dashes, slashes, ellipses
APOSTROPHES = dict.fromkeys(map(ord, "’‘ʼ`´"), "'")
NOISE = re.compile(r"<[^<>]*>|\[[^][]*\]|\([^()]*\)")  # <unk>, [laughter], (cough): not words
SILENT = frozenset(("", "sil", "sp", "spn", "!sil", "nsn", "lau"))  # in alignments: no word


class AlignmentError(ValueError):
    """Speech, a transcript or an alignment that cannot be used; the message says which, and what to do."""


class Word(NamedTuple):
    """A word as it was spoken.

    start_s, end_s : from the start of its file
    confidence     : 0 to 1; nan if it is not known
    """

    word: str
    start_s: float
    end_s: float
    confidence: float = float("nan")


def words_of(transcript: str) -> list[str]:
    """Return the words of a transcript, in lower case, without punctuation.

    Words with a hyphen become two words. Noises between brackets, such as [laughter], are left out.

    raises : AlignmentError if there is no word, or one that is not written in letters, such as 1998
    """
    pieces = (_inner(piece) for piece in BREAKS.split(_plain(transcript)))
    found = [piece for piece in pieces if piece]
    for piece in found:
        if not all(each.isalpha() or each == "'" or unicodedata.combining(each) for each in piece):
            raise AlignmentError(f"{piece!r} in the transcript is not a word: write it as it is spoken")
    if not found:
        raise AlignmentError("the transcript has no words")
    return found


def known_word(label: str) -> str:
    """Return the label of an alignment as a word of a transcript; "" if it is silence or a noise."""
    word = _plain(label).strip()
    return "" if word in SILENT else _inner(word)


def _plain(text: str) -> str:
    return NOISE.sub(" ", unicodedata.normalize("NFKC", text)).translate(APOSTROPHES).lower()


def _inner(piece: str) -> str:
    """Return a piece of text without punctuation around it, and without the periods of an abbreviation."""
    while piece and not piece[0].isalnum():
        piece = piece[1:]
    while piece and not (piece[-1].isalnum() or unicodedata.combining(piece[-1])):
        piece = piece[:-1]
    return piece.replace(".", "") if re.fullmatch(r"(\w\.)+\w", piece) else piece

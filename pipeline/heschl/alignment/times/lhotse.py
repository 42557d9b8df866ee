"""Supervisions of lhotse with word alignments, .jsonl or .jsonl.gz: a JSON object per line."""

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from heschl.alignment.times.form import Aligned, Form, lines, word
from heschl.alignment.words import AlignmentError, Word


def _read(path: Path, name: str) -> Iterator[Aligned]:
    for recording, supervisions in groupby(_supervisions(path), key=lambda pair: pair[0]):
        yield recording, [word for _, words in supervisions for word in words]


def _supervisions(path: Path) -> Iterator[Aligned]:
    for place, line in lines(path):
        try:
            found = json.loads(line)
        except json.JSONDecodeError as error:
            raise AlignmentError(f"{place}: {error}. Copy or write the file again.") from None
        words = words_of_supervision(place, found)
        yield str(found["recording_id"]), words


def words_of_supervision(place: str, found: Any) -> list[Word]:
    """Return the words of a supervision; lhotse counts their times from the start of the recording.

    place  : file and line, for messages
    raises : AlignmentError if it has no recording_id or no word alignment
    """
    try:
        found["recording_id"]
        timed = [
            (item["symbol"], item["start"], item["duration"], item.get("score"))
            if isinstance(item, dict)
            else (*item, None)[:4]
            for item in found["alignment"]["word"]
        ]
        return [
            word(place, symbol, start_s, start_s + duration_s, "nan" if score is None else score)
            for symbol, start_s, duration_s, score in timed
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, AlignmentError):
            raise
        raise AlignmentError(
            f"{place}: expected a supervision with recording_id and alignment.word, items of symbol, start "
            f"and duration ({type(error).__name__}: {error}). Write it again with word alignments."
        ) from None


LHOTSE = Form("lhotse supervisions", ("*.jsonl", "*.jsonl.gz"), _read)

"""Supervisions of lhotse with word alignments, .jsonl or .jsonl.gz: a JSON object per line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.alignment.times.form import Aligned, Form, lines, word
from pipeline.alignment.words import SILENT, AlignmentError


def _read(path: Path, name: str) -> Iterator[Aligned]:
    for place, line in lines(path):
        try:
            found = json.loads(line)
        except json.JSONDecodeError as error:
            raise AlignmentError(f"{place}: {error}. Copy or write the file again.") from None
        yield _supervision(place, found)


def _supervision(place: str, found: Any) -> Aligned:
    """Return the words of a supervision; lhotse counts their times from the start of the recording."""
    try:
        items = found["alignment"]["word"]
        timed = [
            (item["symbol"], item["start"], item["duration"], item.get("score"))
            if isinstance(item, dict)
            else (*item, None)[:4]
            for item in items
        ]
        words = [
            word(place, symbol, start_s, start_s + duration_s, "nan" if score is None else score)
            for symbol, start_s, duration_s, score in timed
            if symbol.lower() not in SILENT
        ]
        return str(found["recording_id"]), words
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, AlignmentError):
            raise
        raise AlignmentError(
            f"{place}: expected a supervision with recording_id and alignment.word, items of symbol, start "
            f"and duration ({type(error).__name__}: {error}). Write it again with word alignments."
        ) from None


LHOTSE = Form("lhotse supervisions", ("*.jsonl", "*.jsonl.gz"), _read)

"""Any corpus of speech that lhotse has prepared: recordings.jsonl.gz and supervisions.jsonl.gz in a folder.

Words need supervisions with word alignments.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.alignment.times.form import lines
from pipeline.alignment.times.known import known_times
from pipeline.alignment.words import AlignmentError
from pipeline.corpora.named import CorporaError, Named, Row, need

WHAT = "the corpus with `lhotse download`, and prepare it with `lhotse prepare`"


def _manifest(folder: Path, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    path = need(folder, (f"{name}.jsonl.gz", f"{name}.jsonl"), WHAT)
    for place, line in lines(path):
        try:
            yield place, json.loads(line)
        except json.JSONDecodeError as error:
            raise CorporaError(f"{place}: {error}. Prepare it again.") from None


def _files(folder: Path) -> dict[str, str]:
    """Return the file of each recording, relative to the folder."""
    found = {}
    for place, recording in _manifest(folder, "recordings"):
        try:
            (source,) = recording["sources"]
            path = Path(source["source"])
            found[recording["id"]] = path.relative_to(folder) if path.is_absolute() else path
        except (KeyError, TypeError, ValueError):
            raise CorporaError(
                f"{place}: expected a recording with one file below {folder}. Prepare it there."
            ) from None
    return {name: path.as_posix() for name, path in found.items()}


def _speakers(folder: Path) -> dict[str, str]:
    """Return the speaker of each recording."""
    found: dict[str, str] = {}
    for place, each in _manifest(folder, "supervisions"):
        name, speaker = each.get("recording_id"), each.get("speaker")
        if not name or not speaker:
            raise CorporaError(f"{place}: expected a supervision with recording_id and speaker.")
        if found.setdefault(name, speaker) != speaker:
            raise CorporaError(f"{place}: {name} has several speakers; expected one in each recording.")
    return found


def _words(folder: Path, times: Path | None) -> Iterator[Row]:
    files, speakers = _files(folder), _speakers(folder)
    path = times or need(folder, ("supervisions.jsonl.gz", "supervisions.jsonl"), WHAT)
    try:
        for name, words in known_times(path):
            if name in files and name in speakers:
                for word in words:
                    yield Row(files[name], word.word, speakers[name], word.start_s, word.end_s)
    except AlignmentError as error:
        raise CorporaError(f"{error} Without alignments, `heschl align` finds the times.") from None


def _talkers(folder: Path, times: Path | None) -> Iterator[Row]:
    files = _files(folder)
    for name, speaker in _speakers(folder).items():
        if name in files:
            yield Row(files[name], "", speaker)


LHOTSE = Named(
    name="lhotse",
    title="a corpus prepared by lhotse",
    license="that of the corpus",
    origin="https://lhotse.readthedocs.io",
    tables={"words": _words, "talkers": _talkers},
)

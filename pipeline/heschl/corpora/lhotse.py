"""Corpora of speech that lhotse has prepared: manifests of recordings and supervisions in a folder.

Their files, such as librispeech_recordings_dev-clean.jsonl.gz, are read together. Each recording has one
speaker. Words need supervisions with word alignments; otherwise they may have known times.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from heschl.alignment.times.form import lines
from heschl.alignment.times.known import known_times
from heschl.alignment.times.lhotse import words_of_supervision
from heschl.corpora.named import CorporaError, Named, Row

WHAT = "a corpus with `lhotse download`, and prepare it with `lhotse prepare`, the manifests into its folder"


def _manifests(folder: Path, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects of all manifests of a kind, each after its file and line."""
    paths = sorted(path for pattern in ("jsonl", "jsonl.gz") for path in folder.rglob(f"*{kind}*.{pattern}"))
    if not paths:
        raise CorporaError(f"{folder} has no {kind}.jsonl.gz. Download: {WHAT}.")
    for path in paths:
        for place, line in lines(path):
            try:
                found = json.loads(line)
            except json.JSONDecodeError as error:
                raise CorporaError(f"{place}: {error}. Prepare it again.") from None
            if not isinstance(found, dict):
                raise CorporaError(f"{place}: {line[:40]!r}; expected an object. Prepare it again.")
            yield place, found


def _files(folder: Path) -> dict[str, str]:
    """Return the file of each recording, relative to the folder."""
    found, top = {}, folder.resolve()
    for place, recording in _manifests(folder, "recordings"):
        try:
            (source,) = recording["sources"]
            path = Path(source["source"])
            file = path.resolve().relative_to(top) if path.is_absolute() else path
            found[recording["id"]] = file.as_posix()
        except (KeyError, TypeError, ValueError):
            raise CorporaError(
                f"{place}: expected a recording with one file below {folder}. Prepare it with the folder in "
                "which the recordings are."
            ) from None
    return found


def _speakers(folder: Path) -> Iterator[tuple[str, dict[str, Any], str, str]]:
    """Yield place and object of each supervision, its recording and its speaker."""
    known: dict[str, str] = {}
    for place, each in _manifests(folder, "supervisions"):
        name, speaker = each.get("recording_id"), each.get("speaker")
        if name in (None, "") or speaker in (None, ""):
            raise CorporaError(f"{place}: expected a supervision with recording_id and speaker.")
        if known.setdefault(str(name), str(speaker)) != str(speaker):
            raise CorporaError(f"{place}: {name} has several speakers; expected one in each recording.")
        yield place, each, str(name), str(speaker)


def _words(folder: Path, times: Path | None) -> Iterator[Row]:
    files = _files(folder)
    if times:
        speakers = {name: speaker for _, _, name, speaker in _speakers(folder)}
        for name, words in known_times(times):
            for word in words if name in files and name in speakers else ():
                yield Row(files[name], word.word, speakers[name], word.start_s, word.end_s)
        return
    for place, each, name, speaker in _speakers(folder):
        for word in words_of_supervision(place, each) if name in files else ():
            if word.word and word.start_s < word.end_s:
                yield Row(files[name], word.word, speaker, word.start_s, word.end_s)


def _talkers(folder: Path, times: Path | None) -> Iterator[Row]:
    files = _files(folder)
    for name, speaker in {name: speaker for _, _, name, speaker in _speakers(folder)}.items():
        if name in files:
            yield Row(files[name], "", speaker)


LHOTSE = Named(
    name="lhotse",
    title="a corpus prepared by lhotse",
    license="that of the corpus",
    origin="https://lhotse.readthedocs.io",
    tables={"words": _words, "talkers": _talkers},
    people="LibriVox",
    timed=True,
    many=True,
)

"""MUSAN (Snyder, Chen & Povey 2015): noise, music and speech, each with folders of recordings.

Its noises have no classes: their kind is `noise`. Its music from Jamendo is left out, since its artists may
be those of MTG-Jamendo, which names them by numbers. The readers of its LibriVox recordings are not named:
each recording counts as one speaker, and beside LibriSpeech, which may have the same readers, they are left
out.
"""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

from heschl.corpora.named import ARTIST, FREESOUND, Named, Row, below, need

log = logging.getLogger(__name__)
WHAT = "musan.tar.gz, from openslr.org/17"
NUMBER = re.compile(r"freesound\.org/\S*?sounds/(\d+)")
NAME = re.compile(r"(noise-[a-z-]+-\d+)")


def _scenes(folder: Path, times: Path | None) -> Iterator[Row]:
    top = need(folder, "noise", WHAT)
    known = _freesound(top / "free-sound" / "LICENSE")
    if not known:
        log.warning("musan: its LICENSE names no sound of Freesound, so none is recognized in another corpus")
    for path in _sounds(top):
        unit = FREESOUND + known[path.stem] if path.stem in known else path.stem
        yield Row(below(folder, path), "noise", unit)


def _freesound(path: Path) -> dict[str, str]:
    """Return the Freesound number of each recording for which the LICENSE names one."""
    found, name = {}, ""
    for line in path.read_text("utf-8", "replace").splitlines() if path.exists() else ():
        named, number = NAME.search(line), NUMBER.search(line)
        name = named[1] if named else name
        if name and number:
            found.setdefault(name, number[1])
    return found


def _music(folder: Path, times: Path | None) -> Iterator[Row]:
    """Yield the recordings with one genre; ANNOTATIONS: name, genres, vocals, artist."""
    for path in _sounds(need(folder, "music", WHAT)):
        if path.parent.name == "jamendo":
            continue
        for cells in _annotations(path.parent):
            if cells[0] == path.stem and len(cells) >= 4 and "," not in cells[1]:
                yield Row(below(folder, path), cells[1].lower(), ARTIST + cells[3].replace("_", " ").lower())


def _annotations(folder: Path) -> Iterator[list[str]]:
    for line in need(folder, "ANNOTATIONS", WHAT).read_text("utf-8", "replace").splitlines():
        if line.strip():
            yield line.split(maxsplit=3)


def _talkers(folder: Path, times: Path | None) -> Iterator[Row]:
    for path in _sounds(need(folder, "speech", WHAT)):
        yield Row(below(folder, path), "", path.stem)


def _sounds(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in (".wav", ".flac", ".ogg"))


MUSAN = Named(
    name="musan",
    title="MUSAN (Snyder, Chen & Povey 2015, arXiv 1510.08484)",
    license="CC BY 4.0, or in the public domain",
    origin="https://www.openslr.org/17",
    tables={"scenes": _scenes, "music": _music, "talkers": _talkers},
    people="LibriVox",
    unnamed="speech-librivox",
)

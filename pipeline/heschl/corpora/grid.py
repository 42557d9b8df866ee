"""GRID (Cooke et al. 2006): sentences of six words by s1 to s34, with their times in .align files.

The times count from the start of a video of 3 s. They do not fit `audio_25k.zip` of Zenodo, whose silence was
cut off, and in `alignments.zip` of Zenodo those of many speakers are in the folders of others. Both are
refused; the files of the University of Sheffield are right.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import soundfile

from heschl.alignment.words import SILENT
from heschl.corpora.named import CorporaError, Named, Row, below, timed_lines

WHAT = "the 50 kHz audio and the word alignments of each speaker, from spandh.dcs.shef.ac.uk/gridcorpus"
RATE = 25000  # Hz, of the times, which are in samples
SOUNDS = (".wav", ".flac", ".ogg")
SPEAKER = re.compile(r"(s\d+)(_\d+kHz)?")  # names of folders
LONGER_S = 0.1  # by which a sentence may end after its recording
FOUND = 0.9  # share of the sentences of a speaker that must have times


def _speaker(path: Path) -> str:
    """Return the speaker by the nearest folder that is named like one; "" if there is none."""
    found = (SPEAKER.fullmatch(part) for part in reversed(path.parts[:-1]))
    return next((match[1] for match in found if match), "")


def _sounds(folder: Path) -> list[tuple[Path, str]]:
    """Return each recording and its speaker."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in SOUNDS)
    found = [(path, speaker) for path in paths if (speaker := _speaker(path.relative_to(folder)))]
    if not found:
        raise CorporaError(f"{folder} has no sounds in folders s1 to s34. Download: {WHAT}.")
    return found


def _words(folder: Path, times: Path | None) -> Iterator[Row]:
    top = times or folder
    aligned = {(_speaker(path), path.stem): path for path in sorted(top.rglob("*.align"))}
    sounds = _sounds(folder)
    _check_found(top, Counter(speaker for path, speaker in sounds), sounds, aligned)
    for path, speaker in sounds:
        if (speaker, path.stem) in aligned:
            yield from _sentence(folder, path, speaker, aligned[speaker, path.stem])


def _check_found(
    top: Path, numbers: Counter[str], sounds: list[tuple[Path, str]], aligned: dict[tuple[str, str], Path]
) -> None:
    """Check that the sentences of each speaker have times, but for a few that have none."""
    found = Counter(speaker for path, speaker in sounds if (speaker, path.stem) in aligned)
    for speaker, number in numbers.items():
        if found[speaker] < FOUND * number:
            raise CorporaError(
                f"{top} has .align files of {found[speaker]} of the {number} sentences of {speaker}. Those "
                f"in alignments.zip of Zenodo are of other speakers. Download: {WHAT}."
            )


def _sentence(folder: Path, path: Path, speaker: str, align: Path) -> Iterator[Row]:
    try:
        lasts_s = soundfile.info(path).duration
    except (OSError, RuntimeError):
        lasts_s = float("inf")  # it is reported when it is converted
    for word, start_s, end_s in timed_lines(align, RATE):
        if end_s > lasts_s + LONGER_S:
            raise CorporaError(
                f"{align} ends at {end_s:.2f} s, but {path} lasts {lasts_s:.2f} s, as in audio_25k.zip "
                f"of Zenodo, where silence was cut off. Download: {WHAT}."
            )
        if word not in SILENT:
            yield Row(below(folder, path), word, speaker, start_s, end_s)


def _talkers(folder: Path, times: Path | None) -> Iterator[Row]:
    for path, speaker in _sounds(folder):
        yield Row(below(folder, path), "", speaker)


GRID = Named(
    name="grid",
    title="GRID (Cooke, Barker, Cunningham & Shao 2006, J. Acoust. Soc. Am. 120, 2421)",
    license="free for research use",
    origin="https://spandh.dcs.shef.ac.uk/gridcorpus",
    tables={"words": _words, "talkers": _talkers},
    timed=True,
)

"""GRID (Cooke et al. 2006): sentences of six words by s1 to s34, with their times in .align files."""

from collections.abc import Iterator
from pathlib import Path

from pipeline.alignment.words import SILENT
from pipeline.corpora.named import CorporaError, Named, Row, below

WHAT = "audio_25k.zip (or the audio of each speaker) and alignments.zip, from zenodo.org/records/3625687"
RATE = 25000  # Hz, of the times, which are in samples
SOUNDS = (".wav", ".flac", ".ogg")


def _sounds(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield each recording and its speaker, the folder s1 to s34."""
    found = False
    for path in sorted(folder.rglob("*")):
        speaker = next((part for part in path.relative_to(folder).parts[:-1] if _is_speaker(part)), "")
        if speaker and path.suffix in SOUNDS:
            found = True
            yield path, speaker
    if not found:
        raise CorporaError(f"{folder} has no sounds in folders s1 to s34. Download: {WHAT}.")


def _is_speaker(part: str) -> bool:
    return part[:1] == "s" and part[1:].isdigit()


def _words(folder: Path, times: Path | None) -> Iterator[Row]:
    top = times or folder
    aligned = {(_speaker(path), path.stem): path for path in sorted(top.rglob("*.align"))}
    if not aligned:
        raise CorporaError(f"{top} has no .align files. Download: {WHAT}.")
    for path, speaker in _sounds(folder):
        align = aligned.get((speaker, path.stem))
        if align is None:
            continue  # a few sentences have none
        for line in align.read_text().splitlines():
            try:
                start, end, word = line.split()
                bounds = int(start) / RATE, int(end) / RATE
            except ValueError:
                raise CorporaError(f"{align}: {line!r}; expected two numbers and a word.") from None
            if word not in SILENT:
                yield Row(below(folder, path), word, speaker, *bounds)


def _speaker(path: Path) -> str:
    return next((part for part in reversed(path.parts[:-1]) if _is_speaker(part)), "")


def _talkers(folder: Path, times: Path | None) -> Iterator[Row]:
    for path, speaker in _sounds(folder):
        yield Row(below(folder, path), "", speaker)


GRID = Named(
    name="grid",
    title="GRID (Cooke, Barker, Cunningham & Shao 2006, J. Acoust. Soc. Am. 120, 2421)",
    license="CC BY 4.0",
    origin="https://zenodo.org/records/3625687",
    tables={"words": _words, "talkers": _talkers},
)

"""TIMIT (Garofolo et al. 1993): TRAIN/DR1/FCJF0/SA1.WAV, with the times of its words in SA1.WRD.

The sentences SA1 and SA2 are read by all speakers, so their words are in every split.
"""

from collections.abc import Iterator
from pathlib import Path

from heschl.corpora.named import TEST, TRAIN, Named, Row, below, need, timed_lines

WHAT = "LDC93S1"
RATE = 16000  # Hz, of the times, which are in samples
SPLITS = {"train": TRAIN, "test": TEST}
SOUNDS = (".wav", ".flac", ".ogg")


def _sounds(folder: Path) -> Iterator[tuple[Path, str, str]]:
    """Yield each recording, its speaker and its split."""
    need(folder, ("TRAIN", "train"), WHAT)
    for top in sorted(folder.iterdir()):
        for path in sorted(top.rglob("*")) if top.name.lower() in SPLITS else ():
            converted = path.with_name(f"{path.name}.wav")
            if path.suffix.lower() in SOUNDS and not converted.exists():
                yield path, path.parent.name.upper(), SPLITS[top.name.lower()]


def _words(folder: Path, times: Path | None) -> Iterator[Row]:
    for path, speaker, split in _sounds(folder):
        stem = path.name.split(".")[0]  # SA1.WAV, or SA1.WAV.wav where it was converted
        aligned = need(path.parent, (f"{stem}.WRD", f"{stem}.wrd"), WHAT)
        for word, start_s, end_s in timed_lines(aligned, RATE):
            yield Row(below(folder, path), word, speaker, start_s, end_s, split)


def _talkers(folder: Path, times: Path | None) -> Iterator[Row]:
    for path, speaker, split in _sounds(folder):
        yield Row(below(folder, path), "", speaker, split=split)


TIMIT = Named(
    name="timit",
    title="TIMIT (Garofolo et al. 1993)",
    license="LDC User Agreement",
    origin="https://catalog.ldc.upenn.edu/LDC93S1",
    tables={"words": _words, "talkers": _talkers},
)

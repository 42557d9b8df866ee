"""LibriSpeech (Panayotov et al. 2015): <subset>/<speaker>/<chapter>/<utterance>.flac, with transcripts."""

from collections.abc import Iterator
from pathlib import Path

from pipeline.alignment.transcripts import Utterance
from pipeline.corpora.named import TEST, TRAIN, VALIDATION, Named, Row
from pipeline.corpora.spoken import Split, spoken, talkers, words

WHAT = "train-clean-100.tar.gz and the like, from openslr.org/12"
SUBSETS = {"train": TRAIN, "dev": VALIDATION, "test": TEST}  # before the first hyphen of a folder's name


def _split(folder: Path) -> Split:
    """Return the split of an utterance by its subset: a folder above it, that of the corpus included."""

    def split(each: Utterance) -> str:
        parts = (folder.absolute() / each.file).parts[:-3]
        starts = (part.split("-")[0] for part in reversed(parts) if "-" in part)
        return next((SUBSETS[start] for start in starts if start in SUBSETS), "")

    return split


def _words(folder: Path, times: Path | None) -> Iterator[Row]:
    return words(folder, spoken(folder, "LibriSpeech", WHAT), times, _split(folder))


def _talkers(folder: Path, times: Path | None) -> Iterator[Row]:
    return talkers(spoken(folder, "LibriSpeech", WHAT), _split(folder))


LIBRISPEECH = Named(
    name="librispeech",
    title="LibriSpeech (Panayotov, Chen, Povey & Khudanpur 2015, ICASSP)",
    license="CC BY 4.0",
    origin="https://www.openslr.org/12",
    tables={"words": _words, "talkers": _talkers},
    people="LibriVox",
    timed=True,
)

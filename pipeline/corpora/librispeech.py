"""LibriSpeech (Panayotov et al. 2015): <subset>/<speaker>/<chapter>/<utterance>.flac, with transcripts."""

from collections.abc import Iterator
from pathlib import Path

from pipeline.alignment.transcripts import Utterance
from pipeline.corpora.named import TEST, TRAIN, VALIDATION, Named, Row
from pipeline.corpora.spoken import spoken, talkers, words

WHAT = "train-clean-100.tar.gz and the like, from openslr.org/12"
SUBSETS = {"train": TRAIN, "dev": VALIDATION, "test": TEST}  # before the first hyphen of a folder's name


def _split(each: Utterance) -> str:
    starts = (part.split("-")[0] for part in each.file.split("/")[:-3])
    return next((SUBSETS[start] for start in starts if start in SUBSETS), "")


def _words(folder: Path, times: Path | None) -> Iterator[Row]:
    return words(folder, spoken(folder, "LibriSpeech", WHAT), times, _split)


def _talkers(folder: Path, times: Path | None) -> Iterator[Row]:
    return talkers(spoken(folder, "LibriSpeech", WHAT), _split)


LIBRISPEECH = Named(
    name="librispeech",
    title="LibriSpeech (Panayotov, Chen, Povey & Khudanpur 2015, ICASSP)",
    license="CC BY 4.0",
    origin="https://www.openslr.org/12",
    tables={"words": _words, "talkers": _talkers},
    people="LibriVox",
)

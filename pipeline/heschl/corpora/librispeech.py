"""LibriSpeech (Panayotov et al. 2015): <subset>/<speaker>/<chapter>/<utterance>.flac, with transcripts."""

from pathlib import Path

from heschl.alignment.transcripts import Utterance
from heschl.corpora.named import TEST, TRAIN, VALIDATION, Named
from heschl.corpora.spoken import Split, tables

WHAT = "train-clean-100.tar.gz and the like, from openslr.org/12"
SUBSETS = {"train": TRAIN, "dev": VALIDATION, "test": TEST}  # before the first hyphen of a folder's name


def _split(folder: Path) -> Split:
    """Return the split of an utterance by its subset: a folder above it, that of the corpus included."""

    def split(each: Utterance) -> str:
        parts = (folder.absolute() / each.file).parts[:-3]
        starts = (part.split("-")[0] for part in reversed(parts) if "-" in part)
        return next((SUBSETS[start] for start in starts if start in SUBSETS), "")

    return split


LIBRISPEECH = Named(
    name="librispeech",
    title="LibriSpeech (Panayotov, Chen, Povey & Khudanpur 2015, ICASSP)",
    license="CC BY 4.0",
    origin="https://www.openslr.org/12",
    tables=tables("LibriSpeech", WHAT, _split),
    people="LibriVox",
    timed=True,
)

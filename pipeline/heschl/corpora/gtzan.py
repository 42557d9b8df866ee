"""GTZAN (Tzanetakis & Cook 2002): <genre>/<genre>.00000.wav, 30 s each, without the names of artists.

It has repeated, distorted and mislabeled excerpts (Sturm 2013). The tracks and splits used are those of the
fault-filtered version of Kereliuk, Sturm & Larsen (2015), in which no artist is in two splits; its 930 tracks
are listed in torchaudio.
"""

from collections.abc import Iterator
from pathlib import Path

from heschl.corpora.named import TEST, TRAIN, VALIDATION, CorporaError, Named, Row, below

WHAT = "genres.tar.gz, or a copy of it"
SOUNDS = (".wav", ".au", ".flac", ".mp3", ".ogg")


def _music(folder: Path, times: Path | None) -> Iterator[Row]:
    from torchaudio.datasets import gtzan  # slow to import

    lists = {TRAIN: gtzan.filtered_train, VALIDATION: gtzan.filtered_valid, TEST: gtzan.filtered_test}
    splits = {name: split for split, names in lists.items() for name in names}
    found = {path.stem: path for path in sorted(folder.rglob("*.*")) if path.suffix.lower() in SOUNDS}
    missing = [name for name in splits if name not in found]
    if missing:
        raise CorporaError(
            f"{folder} lacks {len(missing)} of the {len(splits)} tracks, such as {missing[0]}. Was the "
            f"archive unpacked to its end? Download: {WHAT}."
        )
    for name, split in splits.items():
        yield Row(below(folder, found[name]), name.split(".")[0], name, split=split)


GTZAN = Named(
    name="gtzan",
    title="GTZAN (Tzanetakis & Cook 2002, IEEE Transactions on Speech and Audio Processing 10, 293), "
    "fault-filtered (Kereliuk, Sturm & Larsen 2015)",
    license="unknown",
    origin="http://marsyas.info",
    tables={"music": _music},
    torn=True,
)

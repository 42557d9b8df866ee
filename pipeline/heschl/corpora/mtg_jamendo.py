"""MTG-Jamendo (Bogdanov et al. 2019): 48/948.mp3 (or .low.mp3), and tables of its splits."""

from collections.abc import Iterator
from pathlib import Path

from heschl.corpora.named import TEST, TRAIN, VALIDATION, Named, Row, need, table_of

WHAT = "the repository MTG/mtg-jamendo-dataset, and its audio (raw_30s or audio-low)"
COLUMNS = ("TRACK_ID", "ARTIST_ID", "PATH", "TAGS")
TABLE = "autotagging_genre"
SPLITS = {f"data/splits/split-0/{TABLE}-{split}.tsv": split for split in (TRAIN, VALIDATION, TEST)}
PLACES = ("", "audio", "raw_30s", "raw_30s/audio", "audio-low", "raw_30s/audio-low")
GENRE, LOW = "genre---", ".low.mp3"


def _music(folder: Path, times: Path | None) -> Iterator[Row]:
    """Yield the tracks with one genre, in split 0 of the authors, in which no artist is in two splits."""
    tables = [(need(folder, name, WHAT), split) for name, split in SPLITS.items()]
    rows = [(row, split) for path, split in tables for row in table_of(path, COLUMNS, "\t")]
    place, low = _place(folder, [row["PATH"] for row, _ in rows])
    for row, split in rows:
        tags = [row["TAGS"], *(row.get(None) or [])]
        genres = [tag.removeprefix(GENRE) for tag in tags if tag.startswith(GENRE)]
        if len(genres) == 1:
            yield Row(_name(row["PATH"], place, low), genres[0], row["ARTIST_ID"], split=split)


def _place(folder: Path, paths: list[str]) -> tuple[str, bool]:
    """Return where the tracks are, and whether they are those of low quality, by the first that is there."""
    for path in paths:
        for place in PLACES:
            for low in (False, True):
                if (folder / _name(path, place, low)).exists():
                    return place, low
    need(folder, tuple(_name(path, "audio", False) for path in paths[:1]), WHAT)
    return "", False


def _name(path: str, place: str, low: bool) -> str:
    whole = f"{place}/{path}".lstrip("/")
    return whole.removesuffix(".mp3") + LOW if low else whole


MTG_JAMENDO = Named(
    name="mtg_jamendo",
    title="MTG-Jamendo (Bogdanov, Won, Tovstogan, Porter & Serra 2019, ICML workshop)",
    license="Creative Commons, a license for each track (audio_licenses.txt)",
    origin="https://github.com/MTG/mtg-jamendo-dataset",
    tables={"music": _music},
)

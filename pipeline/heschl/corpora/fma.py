"""FMA (Defferrard et al. 2017): fma_small/000/000002.mp3, and fma_metadata/tracks.csv."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from heschl.corpora.named import ARTIST, TEST, TRAIN, VALIDATION, CorporaError, Named, Row, need, one_of

WHAT = "fma_metadata.zip and one of fma_small.zip, fma_medium.zip, fma_large.zip, fma_full.zip"
SUBSETS = {  # folder: subsets that it holds
    "fma_full": ("small", "medium", "large", "full"),
    "fma_large": ("small", "medium", "large"),
    "fma_medium": ("small", "medium"),
    "fma_small": ("small",),
}
SPLITS = {"training": TRAIN, "validation": VALIDATION, "test": TEST}
EMPTY = frozenset((98565, 98567, 98569, 99134, 108925, 133297))  # less than 2 s, or nothing


def _music(folder: Path, times: Path | None) -> Iterator[Row]:
    """Yield the tracks with a top genre, in the splits of FMA, in which no artist is in two."""
    path = need(folder, ("fma_metadata/tracks.csv", "tracks.csv"), WHAT)
    top = need(folder, tuple(SUBSETS), WHAT).name
    try:
        tracks = pd.read_csv(path, header=[0, 1], index_col=0, low_memory=False)
        genre, artist = tracks["track", "genre_top"], tracks["artist", "name"]
        split, subset = tracks["set", "split"], tracks["set", "subset"]
    except (KeyError, ValueError) as error:
        raise CorporaError(f"{path} cannot be read ({error}). Download fma_metadata.zip again.") from None
    for number in tracks.index[genre.notna() & subset.isin(SUBSETS[top]) & ~tracks.index.isin(EMPTY)]:
        name = f"{int(number):06}"
        unit, own = f"{ARTIST}{str(artist[number]).lower()}", one_of(path, SPLITS, split[number])
        yield Row(f"{top}/{name[:3]}/{name}.mp3", genre[number].lower(), unit, split=own)


FMA = Named(
    name="fma",
    title="FMA (Defferrard, Benzi, Vandergheynst & Bresson 2017, ISMIR)",
    license="Creative Commons, a license for each track (tracks.csv)",
    origin="https://github.com/mdeff/fma",
    tables={"music": _music},
)

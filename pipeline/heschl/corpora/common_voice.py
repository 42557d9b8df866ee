"""Common Voice (Ardila et al. 2020): clips/*.mp3, and tables of them; each speaker is in one split."""

from pathlib import Path

from heschl.corpora.named import TEST, TRAIN, VALIDATION, Named, need, table_of
from heschl.corpora.spoken import Split, tables

WHAT = "the archive of a language, from commonvoice.mozilla.org"
SPLITS = {"train.tsv": TRAIN, "dev.tsv": VALIDATION, "test.tsv": TEST}


def _split(folder: Path) -> Split:
    known = {}
    for name, split in SPLITS.items():
        for row in table_of(need(folder, name, WHAT), ("client_id",), "\t"):
            known[row["client_id"]] = split
    return lambda each: known.get(each.speaker, "")


COMMON_VOICE = Named(
    name="common_voice",
    title="Common Voice (Ardila et al. 2020, LREC)",
    license="CC0 1.0",
    origin="https://commonvoice.mozilla.org",
    tables=tables("Common Voice", WHAT, _split),
    timed=True,
)

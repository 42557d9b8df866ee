"""DEMAND (Thiemann, Ito & Vincent 2013): DKITCHEN/ch01.wav to ch16.wav, five minutes in each environment.

The first letter of an environment is its kind. Only the first of the 16 microphones is used.
"""

from collections.abc import Iterator
from pathlib import Path

from heschl.corpora.named import Named, Row, below, found

WHAT = "DKITCHEN_48k.zip and the like (SCAFE is there at 48 kHz only), from zenodo.org/records/1227121"
KINDS = {
    "D": "domestic",
    "N": "nature",
    "O": "office",
    "P": "public",
    "S": "street",
    "T": "transportation",
}


def _scenes(folder: Path, times: Path | None) -> Iterator[Row]:
    for path in found(folder, f"[{''.join(KINDS)}]*/ch01.wav", WHAT):
        yield Row(below(folder, path), KINDS[path.parent.name[0]], path.parent.name)


DEMAND = Named(
    name="demand",
    title="DEMAND (Thiemann, Ito & Vincent 2013, Proceedings of Meetings on Acoustics 19)",
    license="CC BY-SA 3.0",
    origin="https://zenodo.org/records/1227121",
    tables={"scenes": _scenes},
)

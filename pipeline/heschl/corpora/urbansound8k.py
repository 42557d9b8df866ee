"""UrbanSound8K (Salamon, Jacoby & Bello 2014): audio/fold1/*.wav, at most 4 s, and a table."""

from collections.abc import Iterator
from pathlib import Path

from heschl.corpora.named import FREESOUND, Named, Row, need, table_of

WHAT = "UrbanSound8K.tar.gz, from urbansounddataset.weebly.com"
COLUMNS = ("slice_file_name", "fsID", "fold", "class")


def _scenes(folder: Path, times: Path | None) -> Iterator[Row]:
    need(folder, "audio", WHAT)
    for row in table_of(need(folder, "metadata/UrbanSound8K.csv", WHAT), COLUMNS):
        file = f"audio/fold{row['fold']}/{row['slice_file_name']}"
        yield Row(file, row["class"], FREESOUND + row["fsID"])


URBANSOUND8K = Named(
    name="urbansound8k",
    title="UrbanSound8K (Salamon, Jacoby & Bello 2014, ACM Multimedia)",
    license="CC BY-NC 3.0",
    origin="https://urbansounddataset.weebly.com",
    tables={"scenes": _scenes},
)

"""ESC-50 (Piczak 2015): audio/*.wav, 5 s each, and meta/esc50.csv.

Short sounds are followed by digital silence. Rows end where the silence begins; clips with less than
SHORTEST_S of sound are left out.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from heschl.corpora.named import FREESOUND, Named, Row, inside, need, table_of

WHAT = "the repository karolpiczak/ESC-50"
SHORTEST_S = 2.0
SILENCE = 1  # in steps of 16 bits


def _scenes(folder: Path, times: Path | None) -> Iterator[Row]:
    need(folder, "audio", WHAT)
    for row in table_of(need(folder, "meta/esc50.csv", WHAT), ("filename", "category", "src_file")):
        file = inside(f"audio/{row['filename']}")
        end_s = _end_s(folder / file)
        if end_s >= SHORTEST_S:
            yield Row(file, row["category"], FREESOUND + row["src_file"], end_s=end_s)


def _end_s(path: Path) -> float:
    """Return where the sound of a clip ends; inf if it cannot be read, which is reported later."""
    try:
        samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
    except (OSError, RuntimeError):
        return float("inf")
    sounding = np.flatnonzero(np.abs(samples.astype(int)).max(axis=1) > SILENCE)
    return (int(sounding[-1]) + 1) / rate if sounding.size else 0.0


ESC50 = Named(
    name="esc50",
    title="ESC-50 (Piczak 2015, ACM Multimedia)",
    license="CC BY-NC 3.0",
    origin="https://github.com/karolpiczak/ESC-50",
    tables={"scenes": _scenes},
)

"""The dummy head of Gardner and Martin (1994), which comes with Heschl: README.md."""

from functools import cache
from pathlib import Path

import numpy as np
import soundfile

from heschl.acoustics import directions
from heschl.acoustics.head import MIRROR, Head

FILE = Path(__file__).with_name("left.flac")
AZIMUTHS = {  # elevation in degrees: number of azimuths
    -40: 56, -30: 60, -20: 72, -10: 72, 0: 72, 10: 72, 20: 72, 30: 60, 40: 56, 50: 45, 60: 36, 70: 24, 80: 12,
    90: 1,
}  # fmt: skip
CITATION = "Gardner & Martin 1995, Journal of the Acoustical Society of America 97(6), 3907-3908"


@cache
def kemar() -> Head:
    """Return the head with all 710 directions, at 44.1 kHz."""
    left, rate = soundfile.read(FILE, dtype="float64")
    vectors = np.concatenate(
        [
            directions.vectors(np.arange(count) * 360 / count, elevation)
            for elevation, count in AZIMUTHS.items()
        ]
    )
    responses = left.reshape(len(vectors), -1)
    head = Head("kemar", vectors, np.stack([responses] * 2, axis=1), rate, 1.4, CITATION)
    responses = np.stack([responses, responses[head.nearest(vectors * MIRROR)]], axis=1)
    return Head(head.name, vectors, responses, rate, head.distance_m, CITATION)

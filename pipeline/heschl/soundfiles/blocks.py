"""The blocks of a sound file as they are decoded."""

from collections.abc import Iterator

import numpy as np

from heschl.soundfiles.errors import UNREADABLE, SoundError, plain, remedy
from heschl.soundfiles.opening import Decoder

BLOCK = 2**18  # maximum number of samples, over all channels, in a block
BLOCK_S = 4.0  # maximum duration of a block


def mono(block: np.ndarray) -> np.ndarray:
    """Return the mean of the channels, (samples,) float32, of a block (samples, channels)."""
    with np.errstate(over="ignore", invalid="ignore"):
        return block.mean(axis=1, dtype=np.float32)


def decoded(decoder: Decoder) -> Iterator[np.ndarray]:
    """Yield the blocks of an open file until decoding ends, (samples, channels) float32.

    raises : SoundError if the file cannot be decoded to its end
    """
    size = max(1, min(BLOCK // decoder.channels, round(BLOCK_S * decoder.samplerate)))
    read_s = 0.0
    while True:
        try:
            block = decoder.read(size, dtype="float32", always_2d=True)
        except UNREADABLE as error:
            cause = f"cannot be read beyond {read_s:.1f} s ({plain(error)})"
            message = f"{decoder.shown} {cause}. {remedy(decoder.shown)}"
            raise SoundError(message, f"unreadable: {cause}") from None
        if not len(block):
            return
        read_s += len(block) / decoder.samplerate
        yield block

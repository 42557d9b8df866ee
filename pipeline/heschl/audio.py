"""Write, cut and resample sound; levels in dB.

Sound files of users are read by `heschl.soundfiles`; the wav files of the corpus are cut from here.
"""

import math
import os
import struct
from dataclasses import asdict
from fractions import Fraction
from functools import lru_cache
from io import FileIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
import soundfile
from scipy import signal

from heschl.params import Count, Positive, section
from heschl.work import replacing

FULL_SCALE = 32768  # the 16-bit value of 1.0
HEADER = 44  # bytes in a plain wav header
PEAK = 0.999  # of full scale; a mixture that would exceed it is attenuated


@section
class Sound:
    """Sample rate, length and channels of all clips; params section `sound`."""

    sample_rate: Count  # Hz, of the corpus and everything made from it
    clip_s: Positive  # s
    channels: Literal[1, 2] = 1  # of a clip; 2: the ears of a listener in a room, left and right

    @property
    def samples(self) -> int:
        """Return the number of samples in a channel of a clip."""
        return round(self.sample_rate * self.clip_s)

    @property
    def values(self) -> int:
        """Return the number of samples in all channels of a clip."""
        return self.channels * self.samples

    def record(self) -> dict[str, Any]:
        """Return it as plain values; one channel is left out, as where there were never two."""
        return {name: value for name, value in asdict(self).items() if name != "channels" or value > 1}


def to_int16(waveform: np.ndarray) -> np.ndarray:
    """Round a waveform in [-1, 1) to 16 bits, (samples,) int16; values outside are clipped."""
    scaled = waveform * FULL_SCALE
    np.rint(scaled, out=scaled)
    return np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1, out=scaled).astype("<i2")


def write(path: str | Path, waveform: np.ndarray, sample_rate: int) -> None:
    """Write a 16-bit wav file as a whole, or not at all.

    waveform : (samples,) or (ears, samples), float in [-1, 1) or int16
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    pcm = waveform if waveform.dtype == np.int16 else to_int16(waveform)
    with replacing(path) as file:
        soundfile.write(file.name, pcm.T, sample_rate, subtype="PCM_16", format="WAV")


def read(path: str | Path) -> tuple[np.ndarray, int]:
    """Read a wav file that `write` wrote.

    returns : (samples,) int16; sample rate in Hz
    raises  : ValueError if it is another kind of wav file, or is truncated
    """
    count, rate = length(path)
    return np.fromfile(path, "<i2", count, offset=HEADER), rate


def length(path: str | Path) -> tuple[int, int]:
    """Return the number of samples of a wav file that `write` wrote, and its rate, Hz; raises as `read`."""
    with open(path, "rb", buffering=0) as file:
        return _header(file, path)


def _header(file: FileIO, path: str | Path) -> tuple[int, int]:
    head = file.read(HEADER)
    if not _is_plain(head):
        raise ValueError(
            f"{path} is not a mono 16-bit wav with a plain header. Remove it and rerun its stage."
        )
    rate, size = struct.unpack_from("<I", head, 24)[0], struct.unpack_from("<I", head, 40)[0]
    if size < 2 or os.fstat(file.fileno()).st_size < HEADER + size:
        raise ValueError(f"{path} is empty or truncated. Remove it and rerun its stage.")
    return size // 2, rate


def _is_plain(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of a mono 16-bit wav without extra chunks."""
    return (
        len(head) == HEADER
        and head[:4] + head[8:16] + head[36:40] == b"RIFFWAVEfmt data"
        and head[20:24] == b"\1\0\1\0"
        and head[34] == 16
    )


def cut(path: str | Path, start_s: float, samples: int, repeat: bool = False) -> np.ndarray:
    """Return `samples` samples of a mono 16-bit wav file from `start_s` on, (samples,) float32 in [-1, 1).

    Only these are read, since a corpus may have more files than a process can keep open.

    repeat : continue beyond the file with the file repeated, rather than with silence
    """
    with open(path, "rb", buffering=0) as file:
        count, rate = _header(file, path)
        start = round(start_s * rate)
        if repeat and not 0 <= start <= count - samples:
            return _repeated(file, start % count, samples, count) * np.float32(1 / FULL_SCALE)
        clip = np.zeros(samples, np.float32)
        first, last = max(start, 0), min(start + samples, count)
        if first < last:
            part = _part(file, first, last)
            np.multiply(part, np.float32(1 / FULL_SCALE), out=clip[first - start : last - start])
    return clip


def _repeated(file: FileIO, start: int, samples: int, count: int) -> np.ndarray:
    """Return samples from `start` on of a file of `count` samples that begins anew where it ends."""
    if count <= samples:
        return _part(file, 0, count)[np.arange(start, start + samples) % count]
    end = _part(file, start, min(start + samples, count))
    return np.concatenate([end, _part(file, 0, samples - len(end))])


def _part(file: FileIO, first: int, last: int) -> np.ndarray:
    part = np.empty(last - first, "<i2")
    os.preadv(file.fileno(), [part], HEADER + 2 * first)
    return part


def resample(waveform: np.ndarray, rate: int, new_rate: int) -> np.ndarray:
    """Resample a waveform, (samples,), from `rate` to `new_rate` Hz; return it as float32.

    The filter is a windowed sinc with 24 zero crossings on each side. The result does not depend on the
    number of threads.
    """
    if rate == new_rate:
        return np.ascontiguousarray(waveform, dtype=np.float32)
    up, down = Fraction(new_rate, rate).as_integer_ratio()
    resampled = signal.resample_poly(np.asarray(waveform, np.float32), up, down, window=_low_pass(up, down))
    return resampled.astype(np.float32)


@lru_cache(maxsize=8)
def _low_pass(up: int, down: int) -> np.ndarray:
    widest = max(up, down)
    return signal.firwin(2 * math.ceil(24 * widest / 0.97) + 1, 0.97 / widest, window=("kaiser", 10.0))


def one_channel(waveforms: np.ndarray) -> np.ndarray:
    """Return waveforms (clips, samples) as they are, and (clips, ears, samples) as the mean of both ears."""
    if waveforms.ndim == 2:
        return waveforms
    return waveforms.mean(axis=1).astype(waveforms.dtype)


def rms(waveform: np.ndarray) -> float:
    """Return the root mean square of a waveform, computed in float64; 0 if it is empty."""
    return math.sqrt(np.square(waveform, dtype=np.float64).sum() / waveform.size) if waveform.size else 0.0


def db(ratio: float) -> float:
    """Return 20 log10(ratio); -inf for 0."""
    return 20 * math.log10(ratio) if ratio > 0 else -math.inf


def from_db(level: float) -> float:
    """Return the amplitude ratio of a level in dB: 10 ** (level / 20)."""
    return 10 ** (level / 20)

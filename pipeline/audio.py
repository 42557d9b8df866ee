"""Read, write, resample and level sound."""

import math
import os
import struct
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile
from scipy import signal

from pipeline.params import Count, Positive, section

FULL_SCALE = 32768  # of a 16-bit sample: 1.0 in float
HEADER = 44  # bytes of a plain wav header


@section
class Sound:
    """What every clip has in common; params section `sound`."""

    sample_rate: Count  # Hz, of every file from the corpus on
    clip_s: Positive  # s

    @property
    def samples(self) -> int:
        """Return the number of samples in a clip."""
        return round(self.sample_rate * self.clip_s)


def read(path: str | Path, start_s: float = 0.0, end_s: float | None = None) -> tuple[np.ndarray, int]:
    """Read a sound file, or the stretch from `start_s` to `end_s` of it, as mono.

    returns : (samples,) float32, the mean of the channels; sample rate in Hz
    raises  : soundfile.LibsndfileError if libsndfile cannot read the file
    """
    with soundfile.SoundFile(path) as file:
        rate = file.samplerate
        start = round(start_s * rate)
        file.seek(min(start, file.frames))
        count = -1 if end_s is None else round(end_s * rate) - start
        waveform = file.read(count, dtype="float32", always_2d=True)
    return waveform.mean(axis=1, dtype=np.float32), rate


def to_int16(waveform: np.ndarray) -> np.ndarray:
    """Round a waveform in [-1, 1) to 16 bits; what lies outside is clipped."""
    return np.clip(np.round(waveform * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype("<i2")


def write(path: str | Path, waveform: np.ndarray, sample_rate: int) -> None:
    """Write a mono 16-bit wav file under a temporary name, then rename it into place.

    waveform : (samples,) float in [-1, 1) or int16
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    pcm = waveform if waveform.dtype == np.int16 else to_int16(waveform)
    try:
        soundfile.write(part, pcm, sample_rate, subtype="PCM_16", format="WAV")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def memory_map(path: str | Path) -> tuple[np.ndarray, int]:
    """Map the samples of a wav file as `write` makes it.

    returns : (samples,) int16, read-only; sample rate in Hz
    raises  : ValueError if the file is another kind of wav
    """
    with open(path, "rb") as file:
        head = file.read(HEADER)
    if (
        len(head) < HEADER
        or head[:4] + head[8:16] + head[36:40] != b"RIFFWAVEfmt data"
        or head[20:24] != b"\1\0\1\0"
        or head[34] != 16
    ):
        raise ValueError(
            f"{path} is not a mono 16-bit wav with a plain header. Remove it and rerun the stage that made it."
        )
    rate, size = struct.unpack_from("<I", head, 24)[0], struct.unpack_from("<I", head, 40)[0]
    if size < 2 or Path(path).stat().st_size < HEADER + size:
        raise ValueError(f"{path} is empty or cut short. Remove it and rerun the stage that made it.")
    return np.memmap(path, "<i2", mode="r", offset=HEADER, shape=(size // 2,)), rate


def cut(path: str | Path, start_s: float, samples: int, repeat: bool = False) -> np.ndarray:
    """Return `samples` of a mono 16-bit wav from `start_s` on, (samples,) float64 in [-1, 1).

    What lies outside of the file is silence, or the file over again where `repeat`.
    """
    sound = samples_of(str(path))
    start = round(start_s * rate_of(str(path)))
    if repeat and not 0 <= start <= len(sound) - samples:
        return sound[np.arange(start, start + samples) % len(sound)] / FULL_SCALE
    clip = np.zeros(samples)
    first, last = max(start, 0), min(start + samples, len(sound))
    clip[first - start : last - start] = sound[first:last] / FULL_SCALE
    return clip


@lru_cache(maxsize=256)
def samples_of(path: str) -> np.ndarray:
    """Return the samples of a wav file of the corpus, memory-mapped, (samples,) int16."""
    return memory_map(path)[0]


@lru_cache(maxsize=4096)
def rate_of(path: str) -> int:
    """Return the sample rate of a wav file of the corpus, Hz."""
    return memory_map(path)[1]


def resample(waveform: np.ndarray, rate: int, new_rate: int) -> np.ndarray:
    """Resample (samples,) from `rate` to `new_rate` Hz, float32.

    A windowed sinc of 24 zero crossings each side; the result is the same for any number of threads.
    """
    if rate == new_rate:
        return np.ascontiguousarray(waveform, dtype=np.float32)
    up, down = Fraction(new_rate, rate).as_integer_ratio()
    return signal.resample_poly(
        np.asarray(waveform, np.float32), up, down, window=_low_pass(up, down)
    ).astype(np.float32)


@lru_cache(maxsize=8)
def _low_pass(up: int, down: int) -> np.ndarray:
    widest = max(up, down)
    return signal.firwin(2 * math.ceil(24 * widest / 0.97) + 1, 0.97 / widest, window=("kaiser", 10.0))


def rms(waveform: np.ndarray) -> float:
    """Return the root mean square of a waveform, computed in float64."""
    return float(np.sqrt(np.mean(np.square(waveform, dtype=np.float64)))) if waveform.size else 0.0


def db(ratio: float) -> float:
    """Return 20 log10(ratio); -inf for 0."""
    return 20 * math.log10(ratio) if ratio > 0 else -math.inf


def from_db(level: float) -> float:
    """Return the amplitude ratio of a level in dB."""
    return 10 ** (level / 20)

"""A sound file of any length, rate and number of channels, as a network's windows: read, resampled and cut block by block.

file  |--block--|--block--|--block--|--b--|
      | window 0 | window 1 | window 2 |        one every hop
                               | window 3 |     the last ends where the file does
"""

import contextlib
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from pipeline.audio import FULL_SCALE, Sound, resample

BLOCK = 2**18  # samples, all channels together, read at once at most
BLOCK_S = 4.0  # and resampled at once, at least
CROSSINGS = 26  # zero crossings of the resampler's low-pass on each side, and more than enough
HIGHEST_HZ = 1_000_000  # sample rate: the low-pass of a higher one would fill the memory
REST = 0.01  # of a window: a shorter rest at the end of a file gets no window of its own
REMEDY = "Convert it to wav, flac, ogg or mp3, with ffmpeg say"


class SoundError(RuntimeError):
    """A sound file that cannot be used; names it, why, and the remedy."""


class Window(NamedTuple):
    """A stretch of a file, as long as the network's clips."""

    start_s: float
    end_s: float  # before start_s + clip_s where the file is shorter
    waveform: np.ndarray  # (samples,) float32, mono, at the network's rate
    note: str  # "", "padded", or why it has no answer: "silent", "not finite"


def windows(path: str | Path, sound: Sound, hop_s: float | None = None) -> Iterator[Window]:
    """Yield the windows of a file, from one every `hop_s`, by default one after the other; the last ends at the file's end.

    A shorter file is padded with silence around its middle. A window is silent where nothing of it, but its mean, would be left in 16 bits.
    raises : SoundError where the file cannot be read, also where its beginning could; ValueError where hop_s is less than a sample
    """
    hop = hop_samples(hop_s, sound)
    with _opened(Path(path)) as file:
        stream = resampled(_blocks(file, Path(path)), file.samplerate, sound.sample_rate)
        found = False
        for start, waveform in cut(stream, sound.samples, hop):
            found = True
            yield _window(start, waveform, sound)
        if not found:
            raise SoundError(f"{path} is empty: it holds no samples. Record or export it again.")


def hop_samples(hop_s: float | None, sound: Sound) -> int:
    """Return a hop in samples, a clip's if not given; ValueError where it is not at least one."""
    if hop_s is None:
        return sound.samples
    if not 1 <= hop_s * sound.sample_rate < math.inf:
        raise ValueError(f"the hop is {hop_s} s; expected more than 0, one sample at least.")
    return round(hop_s * sound.sample_rate)


def resampled(blocks: Iterable[np.ndarray], rate: int, new_rate: int) -> Iterator[np.ndarray]:
    """Yield the stretches of what `audio.resample` makes of all blocks together, a few seconds at a time.

    blocks, yields : (samples,) float32, of any lengths

    Each stretch is resampled with what the low-pass reaches on both sides. Stretches begin at whole periods: `down` samples become `up`.
    """
    up, down = Fraction(new_rate, rate).as_integer_ratio()
    margin = -(-CROSSINGS * max(up, down) // (up * down)) * down  # samples, whole periods
    least = max(1, round(BLOCK_S * rate / down)) * down
    held, waiting, done = (
        [np.zeros(0, np.float32)],
        0,
        0,
    )  # samples held; of them, those whose result has been given
    for block in blocks:
        held.append(block)
        waiting += len(block)
        ready = (waiting - margin) // down * down
        if ready - done >= least:
            known = np.concatenate(held)
            yield _resample(known[: ready + margin], rate, new_rate)[done * up // down : ready * up // down]
            first = max(0, ready - margin)
            held, waiting, done = [known[first:].copy()], waiting - first, ready - first
    if waiting > done:
        yield _resample(np.concatenate(held), rate, new_rate)[done * up // down :]


def cut(stream: Iterable[np.ndarray], samples: int, hop: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield (first sample, waveform) of windows of so many samples every `hop`, and of one that ends where the stream does.

    A shorter stream comes whole.
    """
    held, first, begin = (
        np.zeros(0, np.float32),
        0,
        0,
    )  # first: the sample that held[0] is; begin: of the next window
    for block in stream:
        held = np.concatenate([held, block])
        while begin + samples <= first + len(held):
            yield begin, held[begin - first : begin - first + samples]
            begin += hop
        drop = max(0, min(begin - first, len(held) - samples))  # the last window may yet begin there
        held, first = held[drop:].copy(), first + drop
    end = first + len(held)
    if 0 < end < samples:
        yield 0, held
    elif end and end - (begin - hop + samples) >= max(1, REST * samples):
        yield end - samples, held[-samples:]


def _window(start: int, waveform: np.ndarray, sound: Sound) -> Window:
    start_s, end_s = start / sound.sample_rate, (start + len(waveform)) / sound.sample_rate
    lacking = sound.samples - len(waveform)
    note = "padded" if lacking else ""
    if not np.isfinite(waveform).all():
        note = "not finite"
    elif np.ptp(waveform) < 1 / FULL_SCALE:
        note = "silent"
    return Window(start_s, end_s, np.pad(waveform, (lacking // 2, lacking - lacking // 2)), note)


def _resample(waveform: np.ndarray, rate: int, new_rate: int) -> np.ndarray:
    with np.errstate(
        over="ignore", invalid="ignore"
    ):  # samples that are not finite stay so, and their window says it
        return resample(waveform, rate, new_rate)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[soundfile.SoundFile]:
    if not path.exists():
        raise SoundError(f"{path} does not exist. Check its name.")
    if path.is_dir():
        raise SoundError(f"{path} is a folder. Name the files in it.")
    if path.is_file() and not path.stat().st_size:
        raise SoundError(f"{path} is empty: it holds no bytes. Record or export it again.")
    try:
        file = soundfile.SoundFile(path)
    except (
        soundfile.LibsndfileError,
        OSError,
        TypeError,
    ) as error:  # TypeError: .raw, whose rate nothing tells
        raise SoundError(
            f"{path} cannot be read ({error}). {REMEDY}: ffmpeg -i {path} {path.stem}.wav"
        ) from None
    with file:
        if file.samplerate > HIGHEST_HZ:
            raise SoundError(
                f"{path} has a sample rate of {file.samplerate} Hz; expected at most {HIGHEST_HZ}. Correct its header."
            )
        yield file


def _blocks(file: soundfile.SoundFile, path: Path) -> Iterator[np.ndarray]:
    """Yield a file as mono, the mean of its channels, (samples,) float32."""
    size = max(1, min(BLOCK // file.channels, round(BLOCK_S * file.samplerate)))
    read_s = 0.0
    while True:
        try:
            block = file.read(size, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise SoundError(f"{path} cannot be read beyond {read_s:.1f} s ({error}). {REMEDY}.") from None
        if not len(block):
            return
        read_s += len(block) / file.samplerate
        with np.errstate(over="ignore", invalid="ignore"):
            yield block.mean(axis=1, dtype=np.float32)

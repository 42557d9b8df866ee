"""A sound file as a stream of blocks: opened, averaged over its channels, and resampled.

Memory does not grow with the length of the file.
"""

import contextlib
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import soundfile

from pipeline.audio import resample

BLOCK = 2**18  # maximum number of samples, over all channels, in a block that is read
BLOCK_S = 4.0  # minimum duration of a block that is resampled
CROSSINGS = 26  # zero crossings on each side that the resampler's low-pass certainly does not exceed
HIGHEST_HZ = 1_000_000  # sample rate; the low-pass of a higher one would fill the memory
REMEDY = "Convert it to wav, flac, ogg or mp3, for example with ffmpeg"


class SoundError(RuntimeError):
    """A sound file that cannot be used; the message names the file, the cause and the remedy."""


@contextlib.contextmanager
def opened(path: Path) -> Iterator[soundfile.SoundFile]:
    """Give an open sound file; raises SoundError if it cannot be opened."""
    if not path.exists():
        raise SoundError(f"{path} does not exist. Check the spelling of its name.")
    if path.is_dir():
        raise SoundError(f"{path} is a folder. Name the files in it.")
    if path.is_file() and not path.stat().st_size:
        raise SoundError(f"{path} is empty: it contains no bytes. Record or export it again.")
    try:
        file = soundfile.SoundFile(path)
    except (soundfile.LibsndfileError, OSError, TypeError) as error:  # TypeError: .raw has no sample rate
        raise SoundError(
            f"{path} cannot be read ({error}). {REMEDY}: ffmpeg -i {path} {path.stem}.wav"
        ) from None
    with file:
        if file.samplerate > HIGHEST_HZ:
            raise SoundError(
                f"{path} has a sample rate of {file.samplerate} Hz; expected at most {HIGHEST_HZ} Hz. "
                "Correct its header."
            )
        yield file


def mono(file: soundfile.SoundFile, path: Path) -> Iterator[np.ndarray]:
    """Yield blocks of a file, the mean of its channels, (samples,) float32.

    raises : SoundError if the file cannot be read to its end
    """
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


def resampled(blocks: Iterable[np.ndarray], rate: int, new_rate: int) -> Iterator[np.ndarray]:
    """Yield the signal that `audio.resample` makes of the joined blocks, a few seconds at a time.

    blocks  : (samples,) float32, of any lengths
    yields  : (samples,) float32

    Each stretch is resampled together with the margins that the low-pass reaches on both sides. Stretches
    begin at multiples of `down` input samples, which become `up` output samples.
    """
    up, down = Fraction(new_rate, rate).as_integer_ratio()
    margin = -(-CROSSINGS * max(up, down) // (up * down)) * down  # samples, a multiple of `down`
    least = max(1, round(BLOCK_S * rate / down)) * down
    held, waiting, done = [np.zeros(0, np.float32)], 0, 0  # blocks, their samples, and how many were yielded
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


def _resample(waveform: np.ndarray, rate: int, new_rate: int) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):  # windows report samples that are not finite
        return resample(waveform, rate, new_rate)

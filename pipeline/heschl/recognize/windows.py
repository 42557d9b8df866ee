"""A sound file of any length, rate and number of channels -> windows as long as the network's clips.

file  |--block--|--block--|--block--|--b--|
      | window 0 | window 1 | window 2 |        one every hop
                               | window 3 |     the last one ends with the file
"""

import logging
import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from heschl.audio import FULL_SCALE, Sound
from heschl.soundfiles.heard import heard

log = logging.getLogger(__name__)
REST = 0.01  # share of a window; a shorter remainder of a file gets no window


class Window(NamedTuple):
    """A stretch of a file, as long as the network's clips."""

    start_s: float
    end_s: float  # less than start_s + clip_s if the file is shorter than that
    waveform: np.ndarray  # (samples,) float32, mono, at the network's sample rate
    note: str  # "", "padded", or why there is no answer: "silent", "not finite"


def windows(
    path: str | Path, sound: Sound, hop_s: float | None = None, say: Callable[[str], None] = log.warning
) -> Iterator[Window]:
    """Yield the windows of a file, one every `hop_s`; the last one ends with the file.

    path   : "-" is standard input
    hop_s  : s; by default the length of a window, so that windows do not overlap
    say    : gets what a user must know of the file, such as a header that gives another length
    raises : SoundError if the file cannot be read, also after its beginning was read;
             ValueError if hop_s is less than one sample

    A file shorter than a window is padded with silence on both sides. A window is silent if, apart from its
    mean, nothing of it would remain in 16 bits.
    """
    hop = hop_samples(hop_s, sound)
    with heard(path, sound.sample_rate) as file:
        for note in file.notes:
            say(note)
        for start, waveform in cut(file.blocks(), sound.samples, hop):
            yield _window(start, waveform, sound)


def hop_samples(hop_s: float | None, sound: Sound) -> int:
    """Return a hop in samples, by default the length of a clip; raises ValueError if it is less than one."""
    if hop_s is None:
        return sound.samples
    if not 1 <= hop_s * sound.sample_rate < math.inf:
        raise ValueError(
            f"the hop is {hop_s} s; expected at least one sample, {1 / sound.sample_rate:.2g} s."
        )
    return round(hop_s * sound.sample_rate)


def cut(stream: Iterable[np.ndarray], samples: int, hop: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield (first sample, waveform) of windows, one every `hop`, and of one that ends with the stream.

    samples : in a window; a stream shorter than that is yielded whole
    """
    held = np.zeros(0, np.float32)
    first, begin = 0, 0  # positions in the stream: of held[0], and of the next window
    for block in stream:
        held = np.concatenate([held, block])
        while begin + samples <= first + len(held):
            yield begin, held[begin - first : begin - first + samples]
            begin += hop
        drop = max(0, min(begin - first, len(held) - samples))  # the last window may still begin in the rest
        held, first = held[drop:].copy(), first + drop
    end = first + len(held)
    if 0 < end < samples:
        yield 0, held
    elif end and end - (begin - hop + samples) >= max(1, REST * samples):
        yield end - samples, held[-samples:]


def _window(start: int, waveform: np.ndarray, sound: Sound) -> Window:
    start_s, end_s = start / sound.sample_rate, (start + len(waveform)) / sound.sample_rate
    missing = sound.samples - len(waveform)
    note = "padded" if missing else ""
    if not np.isfinite(waveform).all():
        note = "not finite"
    elif np.ptp(waveform) < 1 / FULL_SCALE:
        note = "silent"
    return Window(start_s, end_s, np.pad(waveform, (missing // 2, missing - missing // 2)), note)

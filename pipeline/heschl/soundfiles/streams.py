"""A signal that comes in blocks, resampled as if it were whole. Memory does not grow with its length."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

import numpy as np

from heschl.audio import resample

STRETCH_S = 4.0  # minimum duration of a stretch that is resampled
CROSSINGS = 26  # zero crossings on each side that the resampler's low-pass certainly does not exceed


def resampled(blocks: Iterable[np.ndarray], rate: int, new_rate: int) -> Iterator[np.ndarray]:
    """Yield the signal that `audio.resample` makes of the joined blocks, a few seconds at a time.

    blocks  : (samples,) float32, of any lengths
    yields  : (samples,) float32

    Each stretch is resampled together with the margins that the low-pass reaches on both sides. Stretches
    begin at multiples of `down` input samples, which become `up` output samples.
    """
    up, down = Fraction(new_rate, rate).as_integer_ratio()
    margin = -(-CROSSINGS * max(up, down) // (up * down)) * down  # samples, a multiple of `down`
    least = max(1, round(STRETCH_S * rate / down)) * down
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

"""Tones and chords: sounds whose cochleagram is known."""

from collections.abc import Sequence

import numpy as np

from heschl.audio import Sound

RAMP_S = 0.02  # of the rise from silence, and of the fall
LEVEL = 0.1  # rms of the sound without its silence


def tones(
    frequencies_hz: Sequence[float], sound: Sound, start_s: float, end_s: float, partials: int = 1
) -> np.ndarray:
    """Return tones that sound together from start_s to end_s, each with `partials`, the nth 1/n as strong.

    returns : (samples,) float32; partials above half the sample rate are left out
    raises  : ValueError if none is left
    """
    time = np.arange(sound.samples) / sound.sample_rate
    heard = [
        (hz * n, 1 / n)
        for hz in frequencies_hz
        for n in range(1, partials + 1)
        if hz * n < sound.sample_rate / 2
    ]
    if not heard:
        raise ValueError(
            f"tones of {list(frequencies_hz)} Hz at {sound.sample_rate} Hz: expected one below "
            f"{sound.sample_rate / 2} Hz."
        )
    waveform = sum(strength * np.sin(2 * np.pi * hz * time) for hz, strength in heard)
    ramp = np.clip(np.minimum(time - start_s, end_s - time) / RAMP_S, 0, 1)
    rms = np.sqrt(sum(strength**2 for _, strength in heard) / 2)
    return (LEVEL / rms * waveform * np.sin(np.pi / 2 * ramp) ** 2).astype(np.float32)

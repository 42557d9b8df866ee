"""Sounds for the checks: noise to set the volume, tones that reveal loudspeakers, beeps to count."""

from itertools import permutations

import numpy as np

from heschl.audio import from_db, one_channel, rms

# The headphone trials: which of the three tones is softer, and which has opposite phase at the two ears.
PAIRS = tuple(permutations(range(3), 2))
PASS = 5  # correct responses out of these six, as published
BEEPS = 4  # maximum in an attention check
TONE_HZ, TONE_S, RAMP_S, GAP_S, SOFT_DB = 200, 1.0, 0.1, 0.5, -6.0
BEEP_HZ, BEEP_S, BEEP_RAMP_S = 1000, 0.15, 0.01


def headphones(soft: int, opposite: int, sample_rate: int, level: float) -> np.ndarray:
    """Return three tones: one is 6 dB softer, another has opposite phase at the two ears.

    soft, opposite : positions of these two tones, 0 to 2
    level          : rms of the louder tones
    returns        : (samples, 2) float

    From loudspeakers, the tone with opposite phase cancels and sounds softest. A participant who picks it is
    not wearing headphones (Woods, Siegel, Traer & McDermott 2017, https://doi.org/10.3758/s13414-017-1361-2).
    """
    tone = _tone(TONE_HZ, TONE_S, RAMP_S, sample_rate) * level * np.sqrt(2)
    tones = [tone * (from_db(SOFT_DB) if place == soft else 1) for place in range(3)]
    ears = [np.stack([one, -one if place == opposite else one], axis=1) for place, one in enumerate(tones)]
    gap = np.zeros((round(GAP_S * sample_rate), 2))
    return np.concatenate([ears[0], gap, ears[1], gap, ears[2]])


def volume(clips: np.ndarray, level: float, rng: np.random.Generator) -> np.ndarray:
    """Return noise with the mean power spectrum of clips; it loops seamlessly.

    clips   : (clips, samples), or (clips, ears, samples)
    level   : rms of the noise
    returns : (samples,) float
    """
    clips = one_channel(clips)
    spectra = [np.abs(np.fft.rfft(clip / rms(clip))) ** 2 for clip in clips if clip.any()]
    power = np.mean(spectra, axis=0)
    noise = np.fft.irfft(np.sqrt(power) * np.exp(2j * np.pi * rng.random(len(power))), clips.shape[1])
    return noise * level / rms(noise)


def beeps(count: int, sample_rate: int, level: float) -> np.ndarray:
    """Return `count` beeps, (samples,) float; `level` is the rms of each, apart from its ramps."""
    beep = _tone(BEEP_HZ, BEEP_S, BEEP_RAMP_S, sample_rate) * level * np.sqrt(2)
    return np.concatenate([np.zeros(round(0.3 * sample_rate)), *[beep, np.zeros_like(beep)] * count])


def _tone(hz: float, seconds: float, ramp_s: float, sample_rate: int) -> np.ndarray:
    """Return a tone of amplitude 1 with onset and offset ramps, (samples,)."""
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    ramp = np.clip(np.minimum(time, seconds - time) / ramp_s, 0, 1)
    return np.sin(2 * np.pi * hz * time) * np.sin(np.pi / 2 * ramp) ** 2

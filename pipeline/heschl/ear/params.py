"""Params section `cochleagram`: its values, published presets, and whether they fit the sound."""

import math
from dataclasses import replace
from typing import Literal

from heschl.audio import Sound
from heschl.ear.filters import PROGRAMS
from heschl.params import Positive, section

LARGEST = 2**29  # gains of all filters, 4 GB; kell2018 has 3,400,000


@section
class Timing:
    """What is kept of a sound's fine structure; params `cochleagram.timing`.

    form     : interaural, beside the envelopes of two ears: how alike their subbands are, and the phase
               between them, at the rate of the envelopes (see `heschl.ear.interaural`);
               rectified, instead of envelopes: subbands, half-wave rectified, at a rate that keeps their
               phase, as in Saddler & McDermott (2024) (see `heschl.ear.rectified`)
    limit_hz : of phase locking: 3000 as in people; less to take timing away
    """

    form: Literal["interaural", "rectified"]
    limit_hz: Positive


@section
class CochleagramParams:
    """Params section `cochleagram`."""

    program: Literal["pycochleagram", "chcochleagram"]  # whose envelopes, low-pass and compression
    low_hz: float  # lowest frequency of the filters
    high_hz: float  # highest frequency
    filters: int  # that cover the range, each overlapping the next by half
    sample_factor: int  # factor on their density at the same width; rows: sample_factor x (filters + 3) - 1
    padding: int  # samples of silence after the clip
    envelope_hz: float  # rate of the envelopes
    compression: float  # power of the envelope
    rms: float | None  # every clip is scaled to this, its mean removed; none: clips as they are
    image: (
        tuple[int, int] | None
    )  # frequency, time of a Lanczos-resized picture from 0 to 255; none: no resizing
    oversampling: (
        float  # rate of a subband over (bandwidth + envelope_hz), at least 1; higher: more exact, slower
    )
    timing: Timing | None = None  # none: envelopes alone


_KELL = CochleagramParams(
    program="pycochleagram", low_hz=20.0, high_hz=8000.0, filters=50, sample_factor=4, padding=2,
    envelope_hz=200.0, compression=0.3, rms=None, image=(256, 256), oversampling=2.25,
)  # fmt: skip
PRESETS = {
    "kell2018": (_KELL, Sound(sample_rate=16000, clip_s=2.0)),
    "cochdnn": (
        replace(_KELL, program="chcochleagram", low_hz=50.0, high_hz=10000.0, padding=0, rms=0.1, image=None),
        Sound(sample_rate=20000, clip_s=2.0),
    ),
}


def frames_of(params: CochleagramParams, sound: Sound) -> int:
    """Return the number of frames in a clip; raises ValueError if the params do not fit the sound."""
    _check_range(params, sound)
    frames = params.envelope_hz * sound.clip_s
    count = round(frames) if math.isfinite(frames) else 0
    if count < 1 or not math.isclose(frames, count, rel_tol=1e-9) or sound.samples % count:
        raise ValueError(
            f"cochleagram.envelope_hz {params.envelope_hz} gives {frames:g} frames in a clip of "
            f"{sound.samples} samples; expected a whole number that divides the samples. "
            "Change envelope_hz or sound.clip_s."
        )
    lost = 0 if PROGRAMS[params.program].padded else 2 * PROGRAMS[params.program].half
    if count <= lost:
        raise ValueError(
            f"cochleagram.envelope_hz {params.envelope_hz} gives {frames:g} frames in a clip, of which "
            f"chcochleagram leaves out {lost} at the ends; expected more. Raise envelope_hz or sound.clip_s, "
            "or set cochleagram.program to pycochleagram."
        )
    return count


def _check_range(params: CochleagramParams, sound: Sound) -> None:
    """Raise ValueError if a value is out of its range."""
    p, half = params, sound.sample_rate / 2
    if not 0 <= p.low_hz < p.high_hz <= half:
        raise ValueError(
            f"cochleagram: {p.low_hz} to {p.high_hz} Hz; expected 0 <= low_hz < high_hz <= {half} Hz, "
            "half of sound.sample_rate."
        )
    if p.filters < 1 or p.sample_factor < 1 or (p.image and min(p.image) < 1):
        raise ValueError(
            f"cochleagram: filters {p.filters}, sample_factor {p.sample_factor}, image {p.image}; expected "
            "at least 1 each."
        )
    rows, bins = p.sample_factor * (p.filters + 3) - 1, (sound.samples + p.padding) // 2 + 1
    if rows * bins > LARGEST or (p.image and math.prod(p.image) > LARGEST // 16):
        raise ValueError(
            f"cochleagram: {rows} filters of {bins} frequencies, image {p.image}, would take "
            f"{rows * bins / 2**27:.0f} GB; expected at most {LARGEST // 2**27} GB, and an image of at most "
            f"{LARGEST // 16} points. Lower filters, sample_factor, image or sound.clip_s."
        )
    if p.image and (sound.channels > 1 or p.timing):
        raise ValueError("cochleagram.image is a picture of one ear's envelopes: leave it empty.")
    if p.timing and p.timing.form == "interaural" and sound.channels == 1:
        raise ValueError("cochleagram.timing is interaural, but sound.channels is 1: there is one ear.")
    if not 0 <= p.padding < sound.samples:
        raise ValueError(
            f"cochleagram.padding is {p.padding}; expected 0 to {sound.samples - 1} samples, less "
            "than a clip."
        )
    if not p.oversampling >= 1:
        raise ValueError(
            f"cochleagram.oversampling is {p.oversampling}; expected at least 1, below which the subbands "
            "alias. At 2.25 the error is below 0.1 % for speech, music and noise, up to 0.6 % for clicks."
        )
    if not min(p.compression, p.envelope_hz) > 0 or not (p.rms is None or p.rms > 0):
        raise ValueError(
            f"cochleagram: compression {p.compression}, rms {p.rms}, envelope_hz {p.envelope_hz}; expected "
            "more than 0."
        )

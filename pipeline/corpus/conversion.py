"""One recording of any format -> a mono 16-bit wav file at the sample rate of the corpus."""

import hashlib
import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from pipeline import audio

TOLERANCE_S = 0.05  # a row may end this long after its file: rounded times, padding that mp3 and ogg lose
SILENCE = 1.0  # rms in steps of 16 bits; below it nothing of a sound is left
RATES = (1_000, 768_000)  # Hz; a header with another rate is broken
PLAIN = {  # part of a message of libsndfile -> in plain words
    "struct incomplete": "its header gives a sample rate of 0",
    "too big": "its header gives no length: encode it again",
}
UNREADABLE = (
    OSError,
    RuntimeError,
    ValueError,
    TypeError,
    MemoryError,
)  # what soundfile raises on broken files


@dataclass(frozen=True)
class Recording:
    """A recording, the wav file to make from it, and the stretches (start_s, end_s) that its rows use."""

    path: Path
    wav: Path
    stretches: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Outcome:
    """The result of a conversion.

    ends_s  : for each stretch, its end in the wav file, s
    reasons : for each stretch, why it cannot be used; "" if it can
    peak    : the peak that the recording was divided by; 1 if it did not exceed full scale
    """

    ends_s: tuple[float, ...]
    reasons: tuple[str, ...]
    peak: float


def wav_name(path: str) -> str:
    """Return an ASCII name for the wav file of the recording at `path`; every path has a different one."""
    stem = unicodedata.normalize("NFKD", PurePosixPath(path).stem).encode("ascii", "ignore").decode().lower()
    slug = re.sub("[^a-z0-9]+", "-", stem)[:40].strip("-")
    return f"{slug}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:12]}.wav".lstrip("-")


def convert(recording: Recording, sample_rate: int) -> Outcome:
    """Decode a recording, remove its offset, resample it, and write its wav file if a stretch can be used."""
    waveform, rate, fault = _read(recording.path)
    stretches = recording.stretches
    if fault:
        return Outcome(tuple(end for _, end in stretches), (fault,) * len(stretches), 1.0)
    duration_s = waveform.size / rate
    waveform = audio.resample(waveform - float(waveform.mean(dtype=np.float64)), rate, sample_rate)
    peak = max(1.0, float(np.abs(waveform).max()))
    pcm = audio.to_int16(waveform / peak)
    checked = [_check_stretch(pcm, sample_rate, duration_s, *stretch) for stretch in stretches]
    ends, reasons = zip(*checked, strict=True)
    if "" in reasons:
        audio.write(recording.wav, pcm, sample_rate)
    return Outcome(ends, reasons, peak)


def _read(path: Path) -> tuple[np.ndarray, int, str]:
    """Return waveform, sample rate in Hz, and why they cannot be used ("" if they can)."""
    try:
        waveform, rate = audio.read(path)
        return waveform, rate, _fault(waveform, rate)
    except UNREADABLE as error:
        text = getattr(error, "error_string", None) or str(error)
        plain = next((plain for sign, plain in PLAIN.items() if sign in text), text)
        return np.zeros(0, np.float32), 0, f"unreadable: {plain}"


def _fault(waveform: np.ndarray, rate: int) -> str:
    if waveform.size == 0:
        return "empty: no samples"
    if not RATES[0] <= rate <= RATES[1]:
        return f"sample rate of {rate} Hz; expected {RATES[0]} to {RATES[1]}"
    bad = np.flatnonzero(~np.isfinite(waveform))
    if not bad.size:
        return ""
    such = "sample" if bad.size == 1 else "samples"
    return f"not finite: sample {bad[0]} is {waveform[bad[0]]} ({bad.size} such {such})"


def _check_stretch(
    pcm: np.ndarray, sample_rate: int, duration_s: float, start_s: float, end_s: float
) -> tuple[float, str]:
    """Return the end of a stretch in the wav file, s, and why it cannot be used ("" if it can)."""
    if end_s > duration_s + TOLERANCE_S or start_s >= duration_s:
        return (
            end_s,
            f"shorter than its row says: lasts {duration_s:.3f} s, the row is {start_s} to {end_s} s",
        )
    end_s = min(end_s, pcm.size / sample_rate)
    part = pcm[round(start_s * sample_rate) : round(end_s * sample_rate)]
    if part.size == 0:
        return end_s, f"the part from {start_s} to {end_s} s contains no sample at {sample_rate} Hz"
    level = float(part.std())
    if level >= SILENCE:
        return end_s, ""
    return end_s, f"silent: rms {level:.2g} after mixing to mono (full scale: {audio.FULL_SCALE})"

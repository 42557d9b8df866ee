"""One recording of any format -> a mono 16-bit wav file at the sample rate of the corpus."""

import hashlib
import math
import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import soundfile

from heschl import audio
from heschl.soundfiles.errors import SoundError
from heschl.soundfiles.heard import Heard, heard
from heschl.work import replacing

TOLERANCE_S = 0.05  # a row may end this long after its file: rounded times, padding that mp3 and ogg lose
SILENCE = 1.0  # rms in steps of 16 bits; below it nothing of a sound is left
QUIET = 2**-4  # of full scale: a recording with a lower peak is lifted
WAV_BYTES = 2**32 - 2**10  # of samples that a wav file can have
BLOCK = 2**18  # samples


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
    digest  : sha256 of the converted samples, the same for every name and lossless format of a recording; ""
              if it cannot be used
    notes   : what a user must know of a recording that can be used: a header that gives another length
    """

    ends_s: tuple[float, ...]
    reasons: tuple[str, ...]
    peak: float
    digest: str = ""
    notes: tuple[str, ...] = ()


def wav_name(path: str) -> str:
    """Return an ASCII name for the wav file of the recording at `path`; every path has a different one."""
    stem = unicodedata.normalize("NFKD", PurePosixPath(path).stem).encode("ascii", "ignore").decode().lower()
    slug = re.sub("[^a-z0-9]+", "-", stem)[:40].strip("-")
    return f"{slug}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:12]}.wav".lstrip("-")


def convert(recording: Recording, sample_rate: int) -> Outcome:
    """Bring a recording into the corpus, block by block, and keep its wav file if a stretch can be used.

    A quiet recording is lifted, so that 16 bits describe it well; one that would exceed full scale is
    attenuated. Levels are set later, in the mixture.
    """
    try:
        with heard(recording.path, sample_rate) as sound:
            fault = sound.fault or _too_long(sound.survey.duration_s, sample_rate)
            return _unusable(recording, fault) if fault else _converted(recording, sound)
    except SoundError as error:
        return _unusable(recording, error.reason)


def _unusable(recording: Recording, fault: str) -> Outcome:
    ends_s = tuple(end_s for _, end_s in recording.stretches)
    return Outcome(ends_s, (fault,) * len(ends_s), 1.0)


def _too_long(duration_s: float, sample_rate: int) -> str:
    most_s = WAV_BYTES / 2 / sample_rate
    if duration_s <= most_s:
        return ""
    lasts, most = f"lasts {duration_s / 3600:.1f} h", f"{most_s / 3600:.1f} h"
    return f"too long for a wav file: {lasts}, at {sample_rate} Hz expected at most {most}; split it"


def _converted(recording: Recording, sound: Heard) -> Outcome:
    recording.wav.parent.mkdir(parents=True, exist_ok=True)
    gain = lift(sound.survey.peak)
    with replacing(recording.wav) as file:
        peak, digest = _write(file.name, sound, gain)
        if peak * gain > 1:
            gain = 1 / peak
            _, digest = _write(file.name, sound, gain)
    size, _ = audio.length(recording.wav)
    checked = [_check_stretch(recording.wav, size, sound, gain, *each) for each in recording.stretches]
    ends, reasons = zip(*checked, strict=True)
    if "" not in reasons:
        recording.wav.unlink()
    return Outcome(ends, reasons, max(1.0, peak), digest, sound.survey.notes)


def lift(peak: float) -> float:
    """Return the gain of a recording with this peak before it is rounded to 16 bits.

    A peak below `QUIET` is lifted to 1/4 to 1/2 by a power of two, which keeps samples of 16 bits exact.
    """
    return 2.0 ** (-2 - math.floor(math.log2(peak))) if 0 < peak < QUIET else 1.0


def _write(path: str, sound: Heard, gain: float) -> tuple[float, str]:
    """Write a mono 16-bit wav file; return the peak before the gain, and the sha256 of the samples."""
    peak, digest = 0.0, hashlib.sha256()
    with soundfile.SoundFile(path, "w", sound.sample_rate, 1, subtype="PCM_16", format="WAV") as file:
        for block in sound.blocks():
            peak = max(peak, float(np.abs(block).max()))
            pcm = audio.to_int16(block * gain)
            file.write(pcm)
            digest.update(pcm)
    return peak, digest.hexdigest()


def _check_stretch(
    wav: Path, size: int, sound: Heard, gain: float, start_s: float, end_s: float
) -> tuple[float, str]:
    """Return the end of a stretch in the wav file, s, and why it cannot be used ("" if it can).

    size  : of the wav file, samples
    end_s : inf is the end of the file
    """
    duration_s = sound.survey.duration_s
    if duration_s + TOLERANCE_S < end_s < math.inf or start_s >= duration_s:
        lasts = f"lasts {duration_s:.3f} s, the row is {start_s} to {end_s} s"
        said = "".join(f"; {note}" for note in sound.survey.notes)
        return end_s, f"shorter than its row says: {lasts}{said}"
    rate = sound.sample_rate
    end_s = min(end_s, size / rate)
    first, last = round(start_s * rate), min(round(end_s * rate), size)
    if first >= last:
        return end_s, f"the part from {start_s} to {end_s} s contains no sample at {rate} Hz"
    level = _deviation(wav, first, last) / gain
    if level >= SILENCE:
        return end_s, ""
    return end_s, f"silent: rms {level:.2g} after mixing to mono (full scale: {audio.FULL_SCALE})"


def _deviation(wav: Path, first: int, last: int) -> float:
    """Return the standard deviation of the samples from `first` to before `last`, read in blocks."""
    total = square = 0
    for start in range(first, last, BLOCK):
        count, offset = min(BLOCK, last - start), audio.HEADER + 2 * start
        block = np.fromfile(wav, "<i2", count, offset=offset).astype(np.int64)
        total, square = total + int(block.sum()), square + int(block @ block)
    return math.sqrt(max(0, (last - first) * square - total**2)) / (last - first)

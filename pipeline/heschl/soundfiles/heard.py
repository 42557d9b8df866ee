"""The one way in which a user's sound comes into the pipeline.

decode to the end  ->  mean of the channels  ->  minus its mean over time  ->  resample
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from heschl.audio import FULL_SCALE, db
from heschl.soundfiles.blocks import decoded, mono
from heschl.soundfiles.errors import SoundError, ffmpeg
from heschl.soundfiles.opening import opened
from heschl.soundfiles.pipes import on_disk
from heschl.soundfiles.streams import resampled
from heschl.soundfiles.survey import Survey, survey

CANCELLED = 1e-3  # power of the mean re that of the mean of independent channels: less is antiphase


@dataclass(frozen=True)
class Heard:
    """A sound file that was decoded once, and can be decoded again in blocks.

    name        : of the file, for a reader
    survey      : what the first pass found
    sample_rate : Hz, of the blocks
    """

    path: Path
    name: str
    survey: Survey
    sample_rate: int

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield the sound in blocks, (samples,) float32: mono, without offset, at `sample_rate`.

        raises : SoundError where decoding stops before the file's end, after all that could be decoded
        """
        with opened(self.path, self.name, self.survey.whole) as (decoder, _):
            mean = self.survey.totals.mean
            channels = (mono(block) - mean for block in decoded(decoder))
            yield from resampled(channels, decoder.samplerate, self.sample_rate)

    def waveform(self) -> np.ndarray:
        """Return the whole sound, (samples,) float32; for sounds of known, short length."""
        return np.concatenate([np.zeros(0, np.float32), *self.blocks()])

    @property
    def notes(self) -> list[str]:
        """Return what a user must know of the file, each with its name; antiphase included."""
        found = [f"{self.name}: {note}" for note in self.survey.notes]
        return [*found, f"{self.name}: {self.antiphase}. {self.invert}"] if self.antiphase else found

    @property
    def fault(self) -> str:
        """Return why the file as a whole cannot be used, for a table of files; "" if it can."""
        totals = self.survey.totals
        if self.survey.stopped:
            return self.survey.stopped.reason
        if not totals.samples:
            return "empty: no samples"
        if totals.bad:
            such = "sample" if totals.bad == 1 else "samples"
            place, value = totals.first_bad
            return f"not finite: sample {place} is {value} ({totals.bad} such {such})"
        return self.antiphase

    @property
    def antiphase(self) -> str:
        """Return a text if the channels cancel each other in their mean; "" if they do not."""
        totals = self.survey.totals
        silent = totals.channel_power < FULL_SCALE**-2
        if (
            totals.channels == 1
            or silent
            or totals.power >= CANCELLED * totals.channel_power / totals.channels
        ):
            return ""
        channel_db, mean_db = db(totals.channel_power**0.5), db(totals.power**0.5)
        levels = f"rms {channel_db:.1f} dB in a channel, {mean_db:.1f} dB in their mean"
        return f"antiphase: its channels cancel each other ({levels})"

    @property
    def invert(self) -> str:
        """Return the remedy for antiphase, as it is typed."""
        command = ffmpeg(self.name, "-af", "pan=mono|c0=0.5*c0-0.5*c1")
        return f"Invert one of its channels, for example: {command}"


@contextlib.contextmanager
def heard(path: str | Path, sample_rate: int) -> Iterator[Heard]:
    """Give a sound file of any format, length, rate and number of channels; every reader of sound uses it.

    path        : "-" is standard input; it and named pipes are copied to disk first
    sample_rate : Hz, of the sound as it is given
    raises      : SoundError if the file cannot be opened or contains no samples. Decoding that stops early
                  does not raise here: see `Heard.fault` and `Heard.blocks`
    """
    with on_disk(Path(path)) as (file, name):
        found = survey(file, name)
        if not found.totals.samples and found.stopped:
            raise found.stopped
        if not found.totals.samples:
            message = f"{name} is empty: it contains no samples. Record or export it again."
            raise SoundError(message, "empty: no samples")
        yield Heard(file, name, found, sample_rate)

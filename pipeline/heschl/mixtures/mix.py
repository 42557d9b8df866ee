"""A row of the mixtures table -> a waveform: cut the target, add the background at the SNR, set the level."""

from dataclasses import dataclass
from functools import lru_cache
from os.path import join
from pathlib import Path

import numpy as np
from scipy import fft

from heschl.audio import PEAK, Sound, cut, db, from_db, read, rms, to_int16
from heschl.mixtures.backgrounds import BACKGROUNDS, shaped_noise
from heschl.mixtures.row import CLEAN, Mixture
from heschl.rooms.read import Rooms, heard

APART_DB = -23.0  # rms re full scale of target and background where they are stored apart
WINDOW = 1024  # samples in a frame of the long-term spectrum


@dataclass(frozen=True)
class Parts:
    """Target and background of a clip at their final levels, float32 in [-1, 1].

    Each is (samples,), or with two channels (ears, samples).
    """

    target: np.ndarray
    background: np.ndarray

    @property
    def clip(self) -> np.ndarray:
        """Return the mixture, float32."""
        return self.target + self.background

    @property
    def snr_db(self) -> float:
        """Return the SNR reached, dB; nan if there is no background."""
        return db(rms(self.target) / rms(self.background)) if self.background.any() else np.nan

    @property
    def level_db(self) -> float:
        """Return the rms of the mixture re full scale, dB."""
        return db(rms(self.clip))


@dataclass(frozen=True)
class Space:
    """How what is emitted in the places of a row becomes what is heard.

    responses : of the row's room, (places, ears, samples); None: one channel, heard as it is emitted
    """

    responses: np.ndarray | None = None

    @classmethod
    def of(cls, mixture: Mixture, rooms: str | Path | None) -> "Space":
        """Return the space of a row; rooms : folder of impulse responses."""
        return cls(_responses(str(rooms), mixture.room)) if mixture.room else cls()

    @property
    def lead(self) -> int:
        """Return how many samples are emitted before the clip and still ring in it."""
        return 0 if self.responses is None else self.responses.shape[-1] - 1

    def heard(self, emitted: np.ndarray, place: int) -> np.ndarray:
        """Return what is heard, (samples,) or (ears, samples), of what is emitted, (lead + samples,)."""
        return emitted if self.responses is None else heard(emitted, self.responses[place])


@lru_cache(maxsize=64)
def _responses(rooms: str, room: str) -> np.ndarray:
    return Rooms(Path(rooms)).responses(room)


def mix_at_snr(target: np.ndarray, background: np.ndarray, snr_db: float) -> np.ndarray:
    """Return `background` scaled so that 20 log10(rms(target) / rms(background)) is `snr_db`.

    target, background : float, of the same shape
    raises             : ValueError if either is silent, for then no gain reaches an SNR
    """
    loudness = rms(target), rms(background)
    if min(loudness) == 0:
        silent = "target" if loudness[0] == 0 else "background"
        raise ValueError(
            f"the {silent} is silent: no gain reaches {snr_db} dB SNR. Raise mixtures.silence_db."
        )
    return background * background.dtype.type(loudness[0] / loudness[1] / from_db(snr_db))


def render(mixture: Mixture, corpus: str | Path, sound: Sound, rooms: str | Path | None = None) -> np.ndarray:
    """Return the clip that a row describes, int16: (samples,) or (ears, samples)."""
    return to_int16(parts(mixture, corpus, sound, rooms).clip)


def separate(
    mixture: Mixture, corpus: str | Path, sound: Sound, rooms: str | Path | None = None
) -> np.ndarray:
    """Return target and background of a row apart, int16, each at APART_DB or its highest level.

    A clip without background has silence there.

    returns : (2, samples) or (2, ears, samples)
    """
    found = parts(mixture, corpus, sound, rooms)
    both = np.zeros((2, *found.target.shape), np.float32)
    for part, side in zip(both, (found.target, found.background), strict=True):
        if side.any():
            np.multiply(side, _gain(side, APART_DB), out=part)
    return to_int16(both)


def _gain(waveform: np.ndarray, level_db: float) -> float:
    """Return the gain that brings a waveform to a level, dB, or as near as its peak allows."""
    return min(from_db(level_db) / rms(waveform), PEAK / float(max(waveform.max(), -waveform.min())))


def parts(mixture: Mixture, corpus: str | Path, sound: Sound, rooms: str | Path | None = None) -> Parts:
    """Return target and background of a row, scaled together to the row's level.

    rooms  : folder of impulse responses, for clips with two channels
    raises : ValueError naming the row if its target or background is silent
    """
    space = Space.of(mixture, rooms)
    target = space.heard(_target(mixture, corpus, sound, space.lead), mixture.place)
    background = np.zeros_like(target)
    if mixture.background != CLEAN:
        try:
            background = mix_at_snr(target, mask(mixture, corpus, sound, space), mixture.snr_db)
        except ValueError as error:
            raise ValueError(f"mixture {mixture.key} ({mixture.target_file}): {error}") from None
    mixed = target + background
    if not mixed.any():
        raise ValueError(f"mixture {mixture.key} ({mixture.target_file}): the target is silent.")
    gain = _gain(mixed, mixture.level_db)
    return Parts(target * gain, background * gain)


def _target(mixture: Mixture, corpus: str | Path, sound: Sound, lead: int) -> np.ndarray:
    """Return the target of a row, with the words around it at its own rms, (lead + samples,) float32."""
    file, early, samples = join(corpus, mixture.target_file), lead / sound.sample_rate, lead + sound.samples
    target = cut(file, mixture.target_start_s - early, samples)
    for name, start_s in zip(mixture.context_files, mixture.context_starts_s, strict=True):
        other = join(corpus, name)
        target += cut(other, -start_s - early, samples) * (_loudness(file) / _loudness(other))
    return target


@lru_cache(maxsize=2**16)
def _loudness(file: str) -> float:
    """Return the rms of a recording in steps of 16 bits, at least 1."""
    return max(rms(read(file)[0]), 1.0)


def mask(mixture: Mixture, corpus: str | Path, sound: Sound, space: Space | None = None) -> np.ndarray:
    """Return the background of a row at an arbitrary level, float32: (samples,) or (ears, samples).

    In a room each recording comes from a place of its own; noise comes from several places at once, and is
    another one in each.
    """
    space = space or Space()
    background, early = BACKGROUNDS[mixture.background], space.lead / sound.sample_rate
    samples = space.lead + sound.samples
    starts = zip(mixture.background_files, mixture.background_starts_s, strict=True)
    pieces = [cut(join(corpus, file), start - early, samples, repeat=True) for file, start in starts]
    if background.shaped:
        spectrum = long_term_spectrum(tuple(join(corpus, file) for file in mixture.shape_files))
        count = len(mixture.background_places) or 1
        noises = [shaped_noise(spectrum, samples, mixture.noise_seed + number) for number in range(count)]
        emitted = [background.sound(pieces, noise, sound.sample_rate) for noise in noises]
    elif mixture.room:
        emitted = [background.sound([piece], None, sound.sample_rate) for piece in pieces]
    else:
        emitted = [background.sound(pieces, None, sound.sample_rate)]
    places = mixture.background_places if mixture.room else (0,)
    return np.sum([space.heard(*each) for each in zip(emitted, places, strict=True)], axis=0)


@lru_cache(maxsize=4096)
def long_term_spectrum(files: tuple[str, ...]) -> np.ndarray:
    """Return the mean power spectrum of all frames of `files`, (513,) from 0 Hz to Nyquist, with sum 1."""
    power = np.zeros(WINDOW // 2 + 1)
    window = np.hanning(WINDOW).astype(np.float32)
    for file in files:
        sound = read(file)[0].astype(np.float32)
        count = -(-len(sound) // WINDOW)
        frames = np.resize(sound, (count, WINDOW))  # the last frame is filled up from the beginning
        power += np.square(np.abs(fft.rfft((frames - frames.mean()) * window))).sum(axis=0, dtype=np.float64)
    return power / power.sum()

"""A row of the mixtures table -> a waveform: cut, mask, level."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy import fft, signal

from pipeline.audio import FULL_SCALE, Sound, db, from_db, memory_map, rms, to_int16

KINDS = ("scene", "babble2", "babble8", "music", "shaped", "modulated")  # of background
CLEAN = "clean"
PEAK = 0.999  # of full scale: a mixture that would exceed it is turned down
WINDOW = 1024  # samples a frame of the long-term spectrum


@dataclass(frozen=True)
class Mixture:
    """One clip and every choice in it: a row of the mixtures table.

    Times are seconds; a cut that starts before its file, or ends after it, is filled with silence if it is
    the target and by repeating the file if it is a background. Lists are one entry a piece of the background.
    """

    key: str  # name of the clip, no dots
    split: str
    task: str  # what the clip is a target of
    word: str  # a label for each task
    genre: str
    source: str  # speaker or artist of the target
    target_file: str
    target_start_s: float
    word_start_s: float  # bounds of the word within the clip; nan in music
    word_end_s: float
    background: str  # one of KINDS, or clean
    background_files: tuple[str, ...]
    background_sources: tuple[str, ...]
    background_starts_s: tuple[float, ...]
    shape_files: tuple[str, ...]  # whose long-term spectrum the noise has
    noise_seed: int
    snr_db: float  # nan when clean
    level_db: float  # rms of the mixture re full scale


@dataclass(frozen=True)
class Parts:
    """Target and background as they are in the mixture, (samples,) float64 in [-1, 1]; their sum is the clip."""

    target: np.ndarray
    background: np.ndarray

    @property
    def clip(self) -> np.ndarray:
        """Return the mixture, (samples,) float64."""
        return self.target + self.background

    @property
    def snr_db(self) -> float:
        """Return the SNR that was reached, dB; nan when clean."""
        return db(rms(self.target) / rms(self.background)) if self.background.any() else np.nan

    @property
    def level_db(self) -> float:
        """Return the rms of the mixture re full scale, dB."""
        return db(rms(self.clip))


def mix_at_snr(target: np.ndarray, background: np.ndarray, snr_db: float) -> np.ndarray:
    """Return `background` scaled so that 20 log10(rms(target) / rms(background)) is `snr_db`.

    target, background : (samples,) float, same length
    raises             : ValueError if either is silent: no gain reaches an SNR
    """
    loudness = rms(target), rms(background)
    if min(loudness) == 0:
        silent = "target" if loudness[0] == 0 else "background"
        raise ValueError(f"the {silent} is silent: no gain reaches {snr_db} dB SNR. Raise mixtures.silence_db.")
    return background * (loudness[0] / loudness[1] / from_db(snr_db))


def render(mixture: Mixture, corpus: str | Path, sound: Sound) -> np.ndarray:
    """Return the clip of a row, (samples,) int16."""
    return to_int16(parts(mixture, corpus, sound).clip)


def parts(mixture: Mixture, corpus: str | Path, sound: Sound) -> Parts:
    """Return target and background of a row, scaled together to the row's level.

    raises : ValueError naming the row where a cut is silent
    """
    target = cut(Path(corpus) / mixture.target_file, mixture.target_start_s, sound.samples)
    background = np.zeros_like(target)
    if mixture.background != CLEAN:
        try:
            background = mix_at_snr(target, mask(mixture, Path(corpus), sound), mixture.snr_db)
        except ValueError as error:
            raise ValueError(f"mixture {mixture.key} ({mixture.target_file}): {error}") from None
    mixed = target + background
    peak = float(np.abs(mixed).max())
    if peak == 0:
        raise ValueError(f"mixture {mixture.key} ({mixture.target_file}): the target is silent.")
    gain = min(from_db(mixture.level_db) / rms(mixed), PEAK / peak)
    return Parts(target * gain, background * gain)


def mask(mixture: Mixture, corpus: Path, sound: Sound) -> np.ndarray:
    """Return the background of a row at an arbitrary level, (samples,) float64."""
    places = zip(mixture.background_files, mixture.background_starts_s, strict=True)
    pieces = [cut(corpus / file, start, sound.samples, repeat=True) for file, start in places]
    if mixture.background not in ("shaped", "modulated"):
        return babble(pieces)
    spectrum = long_term_spectrum(tuple(str(corpus / file) for file in mixture.shape_files))
    noise = shaped_noise(spectrum, sound.samples, mixture.noise_seed)
    return noise if mixture.background == "shaped" else noise * envelope(pieces[0], sound.sample_rate)


def babble(pieces: list[np.ndarray]) -> np.ndarray:
    """Return the sum of `pieces`, each (samples,), at equal rms; of one piece: the piece.

    raises : ValueError if a piece is silent
    """
    loudness = [rms(piece) for piece in pieces]
    if min(loudness) == 0:
        raise ValueError("a piece of the background is silent. Raise mixtures.silence_db.")
    return sum(piece / level for piece, level in zip(pieces, loudness, strict=True))


def shaped_noise(spectrum: np.ndarray, samples: int, seed: int) -> np.ndarray:
    """Return Gaussian noise, (samples,), with the power spectrum `spectrum`, (bins,) from 0 Hz to Nyquist."""
    noise = fft.rfft(np.random.default_rng(seed).standard_normal(samples))
    grid = np.linspace(0, len(spectrum) - 1, len(noise))
    return fft.irfft(noise * np.sqrt(np.interp(grid, np.arange(len(spectrum)), spectrum)), samples)


def envelope(speech: np.ndarray, sample_rate: int, cutoff_hz: float = 30.0) -> np.ndarray:
    """Return the broadband envelope of `speech`, (samples,), never negative: |analytic signal| below `cutoff_hz`."""
    low_pass = signal.butter(2, cutoff_hz, fs=sample_rate, output="sos")
    return np.maximum(signal.sosfiltfilt(low_pass, np.abs(signal.hilbert(speech))), 0)


@lru_cache(maxsize=256)
def long_term_spectrum(files: tuple[str, ...]) -> np.ndarray:
    """Return the mean power spectrum of `files`, each sample counting alike, (513,) from 0 Hz to Nyquist."""
    power = np.zeros(WINDOW // 2 + 1)
    window = np.hanning(WINDOW).astype(np.float32)
    for file in files:
        sound = np.asarray(samples_of(file), dtype=np.float32)
        frames = np.resize(sound, (-(-len(sound) // WINDOW), WINDOW))  # the last one filled from the beginning
        power += np.square(np.abs(fft.rfft((frames - frames.mean()) * window))).sum(axis=0, dtype=np.float64)
    return power / power.sum()


def cut(path: str | Path, start_s: float, samples: int, repeat: bool = False) -> np.ndarray:
    """Return `samples` of a mono 16-bit wav from `start_s` on, (samples,) float64 in [-1, 1).

    What lies outside of the file is silence, or the file over again where `repeat`.
    """
    sound = samples_of(str(path))
    start = round(start_s * rate_of(str(path)))
    if repeat and not 0 <= start <= len(sound) - samples:
        return sound[np.arange(start, start + samples) % len(sound)] / FULL_SCALE
    clip = np.zeros(samples)
    first, last = max(start, 0), min(start + samples, len(sound))
    clip[first - start : last - start] = sound[first:last] / FULL_SCALE
    return clip


@lru_cache(maxsize=256)
def samples_of(path: str) -> np.ndarray:
    """Return the samples of a wav file of the corpus, memory-mapped, (samples,) int16."""
    return memory_map(path)[0]


@lru_cache(maxsize=4096)
def rate_of(path: str) -> int:
    """Return the sample rate of a wav file of the corpus, Hz."""
    return memory_map(path)[1]

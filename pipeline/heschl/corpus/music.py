"""Synthetic music: scores composed by `score`, played through the soundfont that pretty_midi contains.

Genres share instruments, tempi and keys, and every song has a different balance and equalization. Therefore
genres differ in rhythm, harmony and texture rather than in their average spectrum.
"""

import importlib.util
import math
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy import fft
from symusic import Note, Score, Synthesizer, Track

from heschl.audio import from_db, rms
from heschl.corpus import genres
from heschl.corpus.genres import GENRES
from heschl.corpus.score import Stem, compose
from heschl.params import section

SOUNDFONT = "TimGM6mb.sf2"
PLAYED_HZ = 44100  # sample rate of the soundfont
HIGHEST = 93  # MIDI key; above it symusic 0.5.8 renders some notes as silence and hangs on others
CEILING = 0.99  # largest magnitude of a song
LEAD_IN_S = (2.0, 4.0)  # range, cut off, so that all instruments play from the first sample
EDGES_HZ = (60.0, 8000.0)  # of the equalizer's outer bands


@section
class MusicParams:
    """Params section `corpus.synthetic.music`."""

    genres: tuple[str, ...]  # names in genres.GENRES
    songs_per_genre: int
    song_seconds: float
    typical_instruments: float  # probability of an instrument typical of the genre, else any of its role
    dropped_stems: float  # probability that a song lacks a stem; at least two remain
    balance_db: float  # standard deviation of the stems' levels
    equalisation_db: float  # standard deviation of a song's gain in each band of the equalizer
    equaliser_bands: int
    level_db: tuple[float, float]  # range of a song's rms, dB re full scale


@dataclass(frozen=True)
class Song:
    """One song to render; every choice in it depends on its name and seed."""

    name: str
    genre: str
    seed: int
    params: MusicParams


def jobs(params: MusicParams, seed: int) -> list[Song]:
    """Return every song of the corpus.

    raises : ValueError if a genre is unknown
    """
    if unknown := sorted(set(params.genres) - set(GENRES)):
        raise ValueError(
            f"corpus.synthetic.music.genres names {unknown}, for which there are no rules. "
            f"Known are {sorted(GENRES)}."
        )
    return [
        Song(f"{genre}-{i:02d}", genre, seed, params)
        for genre in params.genres
        for i in range(params.songs_per_genre)
    ]


def render(song: Song, sample_rate: int) -> tuple[np.ndarray, list[dict]]:
    """Compose and play a song, which sounds from its first sample to its last.

    returns : (samples,) float32 in [-1, 1]; the song's row: genre, artist, start_s, end_s
    """
    params, rng = song.params, np.random.default_rng([song.seed, zlib.crc32(song.name.encode())])
    lead_in_s = rng.uniform(*LEAD_IN_S)
    mix = np.zeros(PLAYED_HZ * math.ceil(lead_in_s + params.song_seconds + 1), np.float32)
    seconds, chances = len(mix) / PLAYED_HZ, (params.typical_instruments, params.dropped_stems)
    for stem in compose(GENRES[song.genre], seconds, *chances, rng):
        played = play(stem)[: len(mix)]
        level = from_db(genres.LEVELS_DB[stem.role] + rng.normal(0, params.balance_db))
        mix[: len(played)] += played * (level / rms(played))
    mix = master(mix, sample_rate, rng.normal(0, params.equalisation_db, params.equaliser_bands))
    start, samples = round(lead_in_s * sample_rate), round(params.song_seconds * sample_rate)
    mix = mix[start : start + samples]
    mix *= min(from_db(rng.uniform(*params.level_db)) / rms(mix), CEILING / np.abs(mix).max())
    return mix, [{"genre": song.genre, "artist": song.name, "start_s": 0.0, "end_s": samples / sample_rate}]


def play(stem: Stem) -> np.ndarray:
    """Return the sound of a stem, (samples,) float32 at PLAYED_HZ, to the end of its last note.

    raises : ValueError if a key is so high that the synthesizer may hang
    """
    if (highest := stem.notes[:, 2].max()) > HIGHEST:
        raise ValueError(
            f"{stem.role} has a note at key {highest:.0f}, above {HIGHEST}: lower the role in genres.KEYS."
        )
    notes = stem.notes[np.argsort(stem.notes[:, 0], kind="stable")]
    onset, duration = notes[:, :2].astype(np.float32).T
    key, velocity = notes[:, 2:].astype(np.int8).T
    played = Note.from_numpy(onset.copy(), duration.copy(), key.copy(), velocity.copy(), "second")
    score = Score(480, "second")
    score.tracks.append(
        Track(program=stem.program, is_drum=stem.role == "drums", notes=played, ttype="second")
    )
    synthesizer = Synthesizer(soundfont(), PLAYED_HZ, 0)  # a new one, because it keeps state between scores
    return synthesizer.render(score, stereo=False)[0]


@cache
def soundfont() -> Path:
    """Return the path of the General MIDI soundfont, without importing the package that contains it."""
    [folder] = importlib.util.find_spec("pretty_midi").submodule_search_locations
    return Path(folder) / SOUNDFONT


def master(mix: np.ndarray, sample_rate: int, gains_db: np.ndarray) -> np.ndarray:
    """Resample and equalize a mix with zero phase, both in the frequency domain.

    mix      : (samples,) float32 at PLAYED_HZ, a whole number of seconds
    gains_db : (bands,), gains at bands evenly spaced in log frequency, interpolated between them
    returns  : (samples,) float32 at `sample_rate`
    """
    size = len(mix) // PLAYED_HZ * sample_rate
    spectrum = fft.rfft(mix)[: size // 2 + 1]
    hertz = np.arange(1, len(spectrum) + 1, dtype=np.float32) * (PLAYED_HZ / len(mix))
    bands = np.linspace(*np.log(EDGES_HZ), len(gains_db))
    gain = 10 ** (np.interp(np.log(hertz), bands, gains_db) / 20) * (size / len(mix))
    return fft.irfft(spectrum * gain.astype(np.float32), size)

"""Embedded music: scores composed by the rules of `genres`, played through the soundfont that pretty_midi carries.

Genres share their instruments, tempi and keys, and every song has its own balance and equalisation, so that
rhythm, harmony and texture tell them apart rather than the average spectrum.
"""

import importlib.util
import math
import re
import zlib
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from scipy import fft
from symusic import Note, Score, Synthesizer, Track

from pipeline.audio import from_db, rms
from pipeline.corpora import genres
from pipeline.corpora.genres import GENRES, Genre, Groove
from pipeline.params import section

SOUNDFONT = "TimGM6mb.sf2"
PLAYED_HZ = 44100  # the soundfont's own rate
HIGHEST = 96  # MIDI key: symusic 0.5.8 never returns from some notes above 100, or above 90 when it plays at 16 kHz
CEILING = 0.99  # largest magnitude of a song
LEAD_IN_S = (2.0, 4.0)  # played before the cut, so that every song is in full swing from its first sample
SECTION_BARS = 8  # at least; a song is two sections in turn
EDGES_HZ = (60.0, 8000.0)  # where the equaliser's outer bands lie


@section
class MusicParams:
    """Params section `music`."""

    genres: tuple[str, ...]  # names of genres.GENRES
    songs_per_genre: int
    song_seconds: float
    typical_instruments: float  # probability that a stem has an instrument typical of its genre, else any of its role
    dropped_stems: float  # probability that a song lacks a stem; two at least stay
    balance_db: float  # standard deviation of the stems' levels
    equalisation_db: float  # standard deviation of a song's gain in each of the equaliser's bands
    equaliser_bands: int
    level_db: tuple[float, float]  # range of a song's rms, dB of full scale


@dataclass(frozen=True)
class Song:
    """One song to be made: its name and seed decide every choice in it."""

    name: str
    genre: str
    seed: int
    params: MusicParams


@dataclass(frozen=True)
class Stem:
    """What one instrument plays. notes: (n, 4) float, the columns onset_s, duration_s, MIDI key, velocity."""

    role: str
    program: int
    notes: np.ndarray


@dataclass(frozen=True)
class Bar:
    """A bar of the form: its chords, (root, intervals) each, and those of the next bar."""

    chords: tuple[tuple[int, tuple[int, ...]], ...]
    following: tuple[tuple[int, tuple[int, ...]], ...]


def jobs(params: MusicParams, seed: int) -> list[Song]:
    """Return every song of the corpus.

    raises : ValueError if a genre has no rules
    """
    if unknown := sorted(set(params.genres) - set(GENRES)):
        raise ValueError(f"music.genres names {unknown}, which have no score rules. Known are {sorted(GENRES)}.")
    return [Song(f"{genre}-{i:02d}", genre, seed, params) for genre in params.genres for i in range(params.songs_per_genre)]


def render(song: Song, sample_rate: int) -> tuple[np.ndarray, list[dict]]:
    """Compose and play a song; it sounds from its first sample to its last.

    returns : (samples,) float32 in [-1, 1]; the song's row: genre, artist, start_s, end_s
    """
    params, rng = song.params, np.random.default_rng([song.seed, zlib.crc32(song.name.encode())])
    lead_in_s = rng.uniform(*LEAD_IN_S)
    mix = np.zeros(PLAYED_HZ * math.ceil(lead_in_s + params.song_seconds + 1), np.float32)
    for stem in compose(GENRES[song.genre], len(mix) / PLAYED_HZ, params, rng):
        played = play(stem)[: len(mix)]
        mix[: len(played)] += played * (from_db(genres.LEVELS_DB[stem.role] + rng.normal(0, params.balance_db)) / rms(played))
    mix = master(mix, sample_rate, rng.normal(0, params.equalisation_db, params.equaliser_bands))
    start, samples = round(lead_in_s * sample_rate), round(params.song_seconds * sample_rate)
    mix = mix[start : start + samples]
    mix *= min(from_db(rng.uniform(*params.level_db)) / rms(mix), CEILING / np.abs(mix).max())
    return mix, [{"genre": song.genre, "artist": song.name, "start_s": 0.0, "end_s": samples / sample_rate}]


def compose(genre: Genre, seconds: float, params: MusicParams, rng: np.random.Generator) -> list[Stem]:
    """Write at least `seconds` of a song by the rules of `genre`."""
    groove = genre.grooves[rng.integers(len(genre.grooves))]
    clock = Clock(groove, genre, rng)
    form = [_section(genre.chords[rng.integers(len(genre.chords))]) for _ in range(2)]
    key = int(rng.integers(-6, 6))
    stems = []
    for role in _roles(groove, params.dropped_stems, rng):
        typical = genre.programs.get(role, genres.PROGRAMS[role])
        pool = typical if rng.random() < params.typical_instruments else genres.PROGRAMS[role]
        player = Drummer(groove, rng) if role == "drums" else Player(role, genre, groove, key, rng)
        sections = [player.play(bars) for bars in form]
        stems.append(Stem(role, int(rng.choice(pool)), clock.time(sections, [len(bars) for bars in form], seconds)))
    return stems


def play(stem: Stem) -> np.ndarray:
    """Return the sound of a stem: (samples,) float32 at PLAYED_HZ, to the end of its last note's decay."""
    notes = stem.notes[np.argsort(stem.notes[:, 0], kind="stable")]
    onset, duration = notes[:, :2].astype(np.float32).T
    key, velocity = notes[:, 2:].astype(np.int8).T
    played = Note.from_numpy(onset.copy(), duration.copy(), key.copy(), velocity.copy(), "second")
    score = Score(480, "second")
    score.tracks.append(Track(program=stem.program, is_drum=stem.role == "drums", notes=played, ttype="second"))
    return synthesizer().render(score, stereo=False)[0]


@cache
def synthesizer():
    """Return this process's synthesizer; what it plays does not depend on what it played before."""
    [folder] = importlib.util.find_spec("pretty_midi").submodule_search_locations
    return Synthesizer(Path(folder) / SOUNDFONT, PLAYED_HZ, 0)


def master(mix: np.ndarray, sample_rate: int, gains_db: np.ndarray) -> np.ndarray:
    """Resample whole seconds at PLAYED_HZ and equalise them with zero phase, both in the spectrum.

    gains_db : (bands,) at bands spaced evenly in log frequency, interpolated between them
    """
    size = len(mix) // PLAYED_HZ * sample_rate
    spectrum = fft.rfft(mix)[: size // 2 + 1]
    hertz = np.arange(1, len(spectrum) + 1, dtype=np.float32) * (PLAYED_HZ / len(mix))
    bands = np.linspace(*np.log(EDGES_HZ), len(gains_db))
    gain = 10 ** (np.interp(np.log(hertz), bands, gains_db) / 20) * (size / len(mix))
    return fft.irfft(spectrum * gain.astype(np.float32), size)


class Clock:
    """The song's tempo, swing and looseness: places notes, written in steps, in time."""

    def __init__(self, groove: Groove, genre: Genre, rng: np.random.Generator):
        self.step_s = 60 / rng.uniform(*genre.tempo) / groove.steps
        self.swing, self.steps = rng.uniform(*genre.swing), groove.steps
        self.bar, self.loose_s, self.rng = len(groove.bass[0]), genre.loose_s, rng

    def time(self, sections: list[np.ndarray], bars: list[int], seconds: float) -> np.ndarray:
        """Return notes in seconds: `sections` in turn, each (n, 5): step, steps, delay_s, key, velocity."""
        laid, first = [], 0
        count = math.ceil(seconds / (self.step_s * self.bar * sum(bars))) * len(sections)
        for notes, length in islice(cycle(zip(sections, bars, strict=True)), count):
            laid.append(notes + [first * self.bar, 0, 0, 0, 0])
            first += length
        step, steps, delay, key, velocity = np.concatenate(laid).T
        onset = self._seconds(step)
        duration = self._seconds(step + steps) - onset
        onset = onset + delay + np.abs(self.rng.normal(0, 1, len(onset))) * self.loose_s
        velocity = np.clip(velocity * self.rng.normal(1, 0.08, len(onset)), 1, 127)
        return np.stack([onset, 0.95 * duration, key, velocity], axis=1)

    def _seconds(self, step: np.ndarray) -> np.ndarray:
        beat, part = np.divmod(step, self.steps)
        fraction = np.interp(part, [0, 2, 4], [0, self.swing, 1]) if self.steps == 4 else part / self.steps
        return (beat + fraction) * self.step_s * self.steps


class Drummer:
    """Plays the drum patterns of a groove on one sound for each voice."""

    def __init__(self, groove: Groove, rng: np.random.Generator):
        self.groove, self.rng = groove, rng
        self.keys = {voice: int(rng.choice(keys)) for voice, keys in genres.DRUMS.items()}

    def play(self, bars: list[Bar]) -> np.ndarray:
        patterns = self.groove.drums[self.rng.integers(len(self.groove.drums))]
        notes = [
            (i * len(pattern) + step, 1, 0, self.keys[voice], genres.VELOCITIES[symbol])
            for i in range(len(bars))
            for voice, pattern in patterns.items()
            for step, symbol in enumerate(pattern)
            if symbol != "." and self.rng.random() > 0.04
        ]
        return np.array(notes, float)


class Player:
    """Plays a pitched role of a groove."""

    def __init__(self, role: str, genre: Genre, groove: Groove, key: int, rng: np.random.Generator):
        self.role, self.groove, self.rng = role, groove, rng
        self.patterns = getattr(groove, role)
        self.low = genres.CENTRES[role] + int(rng.integers(-11, 0))
        self.key, self.scale = key, genres.SCALES[genre.scale]
        self.last = self.low + 6

    def play(self, bars: list[Bar]) -> np.ndarray:
        choice = self.rng.integers(len(self.patterns), size=4)
        if self.role != "lead":
            choice[:] = choice[0]
        notes = []
        for i, bar in enumerate(bars):
            pattern = self.patterns[choice[i % len(choice)]]
            events = list(re.finditer(r"([^.-])-*", pattern))
            for event in events:
                symbol, step = event[1], event.start()
                chord = bar.chords[step * len(bar.chords) // len(pattern)]
                if symbol == "w":
                    symbol = "0" if step == 0 else "a" if event is events[-1] else "w"
                keys = self._keys(symbol, chord, bar.following[0], step)
                for j, key in enumerate(keys):
                    delay = j * self.groove.strum_s if self.role == "comp" else 0
                    notes.append((i * len(pattern) + step, len(event[0]), delay, key + self.key, genres.VELOCITIES.get(symbol, 80)))
        return np.array(notes, float)

    def _keys(self, symbol, chord, following, step):
        root, intervals = chord
        if symbol in "xXo":
            return sorted(self._place(root + interval) for interval in intervals)
        if symbol in "fs":
            low = self._place(root)
            return [low, low + (7 if symbol == "f" else 9)]
        if symbol.isdigit():
            octave, index = divmod(int(symbol), len(intervals))
            return [self._place(root) + intervals[index] + 12 * octave]
        if symbol in "an":
            return [self._place(following[0]) - (symbol == "a")]
        strong = symbol == "w" or (step % (2 * self.groove.steps) == 0)
        classes = {(root + interval) % 12 for interval in intervals} if strong else set(self.scale)
        reach = [key for key in range(self.last - 7, self.last + 8) if key % 12 in classes and key != self.last and -8 < key - self.low < 18]
        weights = np.array([1 / abs(key - self.last) for key in reach])
        self.last = int(self.rng.choice(reach, p=weights / weights.sum()))
        return [self.last]

    def _place(self, pitch: int) -> int:
        return self.low + (pitch - self.low) % 12


def _roles(groove: Groove, dropped: float, rng: np.random.Generator) -> list[str]:
    """Draw the roles of a song."""
    roles = [role for role in genres.LEVELS_DB if getattr(groove, role)]
    keep = max(2, int(rng.binomial(len(roles), 1 - dropped)))
    return [roles[i] for i in sorted(rng.permutation(len(roles))[:keep])]


def _section(progression: str) -> list[Bar]:
    """Parse a progression and repeat it to the length of a section."""
    chords = [tuple(_chord(name) for name in bar.split(",")) for bar in progression.split()]
    chords = chords * math.ceil(SECTION_BARS / len(chords))
    return [Bar(now, after) for now, after in zip(chords, chords[1:] + chords[:1], strict=True)]


def _chord(name: str) -> tuple[int, tuple[int, ...]]:
    root, flat, quality = re.fullmatch(r"([A-G])(b?)(.*)", name).groups()
    return genres.ROOTS[root] - len(flat), genres.QUALITIES[quality]

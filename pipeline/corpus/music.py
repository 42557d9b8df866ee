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
from pathlib import Path

import numpy as np
from scipy import fft
from symusic import Note, Score, Synthesizer, Track

from pipeline.audio import from_db, rms
from pipeline.corpus import genres
from pipeline.corpus.genres import GENRES, Genre, Groove
from pipeline.params import section

SOUNDFONT = "TimGM6mb.sf2"
PLAYED_HZ = 44100  # the soundfont's own rate
HIGHEST = 93  # MIDI key: above it symusic 0.5.8 plays some notes silent, and from some it never returns
CEILING = 0.99  # largest magnitude of a song
LEAD_IN_S = (2.0, 4.0)  # played before the cut, so that every song is in full swing from its first sample
SECTION_BARS = 8  # at least; a song is two sections in turn
PHRASE_BARS = 4  # after so many the rhythm of the melody comes back
LEFT_OUT = 0.04  # share of the written drum hits
TOUCH = 0.08  # deviation of played from written velocities, relative
HELD = 0.95  # share of its written duration that a note is held
EDGES_HZ = (60.0, 8000.0)  # where the equaliser's outer bands lie
Chord = tuple[int, tuple[int, ...]]  # root in semitones above C, intervals above the root


@section
class MusicParams:
    """Params section `music`."""

    genres: tuple[str, ...]  # names of genres.GENRES
    songs_per_genre: int
    song_seconds: float
    typical_instruments: (
        float  # probability that a stem has an instrument typical of its genre, else any of its role
    )
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
    """A bar of the form: its chords, and the next bar's first."""

    chords: tuple[Chord, ...]
    following: Chord


def jobs(params: MusicParams, seed: int) -> list[Song]:
    """Return every song of the corpus.

    raises : ValueError if a genre has no rules
    """
    if unknown := sorted(set(params.genres) - set(GENRES)):
        raise ValueError(
            f"music.genres names {unknown}, which have no score rules. Known are {sorted(GENRES)}."
        )
    return [
        Song(f"{genre}-{i:02d}", genre, seed, params)
        for genre in params.genres
        for i in range(params.songs_per_genre)
    ]


def render(song: Song, sample_rate: int) -> tuple[np.ndarray, list[dict]]:
    """Compose and play a song; it sounds from its first sample to its last.

    returns : (samples,) float32 in [-1, 1]; the song's row: genre, artist, start_s, end_s
    """
    params, rng = song.params, np.random.default_rng([song.seed, zlib.crc32(song.name.encode())])
    lead_in_s = rng.uniform(*LEAD_IN_S)
    mix = np.zeros(PLAYED_HZ * math.ceil(lead_in_s + params.song_seconds + 1), np.float32)
    for stem in compose(GENRES[song.genre], len(mix) / PLAYED_HZ, params, rng):
        played = play(stem)[: len(mix)]
        mix[: len(played)] += played * (
            from_db(genres.LEVELS_DB[stem.role] + rng.normal(0, params.balance_db)) / rms(played)
        )
    mix = master(mix, sample_rate, rng.normal(0, params.equalisation_db, params.equaliser_bands))
    start, samples = round(lead_in_s * sample_rate), round(params.song_seconds * sample_rate)
    mix = mix[start : start + samples]
    mix *= min(from_db(rng.uniform(*params.level_db)) / rms(mix), CEILING / np.abs(mix).max())
    return mix, [{"genre": song.genre, "artist": song.name, "start_s": 0.0, "end_s": samples / sample_rate}]


def compose(genre: Genre, seconds: float, params: MusicParams, rng: np.random.Generator) -> list[Stem]:
    """Write `seconds` of a song by the rules of `genre`."""
    groove = genre.grooves[rng.integers(len(genre.grooves))]
    clock, key = Clock(genre, groove, rng), int(rng.integers(-6, 6))
    form = [_section(genre.chords[rng.integers(len(genre.chords))]) for _ in range(2)]
    stems = []
    for role in _roles(groove, params.dropped_stems, rng):
        typical = genre.programs.get(role, genres.PROGRAMS[role])
        pool = typical if rng.random() < params.typical_instruments else genres.PROGRAMS[role]
        player = Drummer(groove, rng) if role == "drums" else Player(role, genre, groove, key, rng)
        sections = [player.play(bars) for bars in form]
        stems.append(
            Stem(role, int(rng.choice(pool)), clock.time(sections, [len(bars) for bars in form], seconds))
        )
    return stems


def play(stem: Stem) -> np.ndarray:
    """Return the sound of a stem: (samples,) float32 at PLAYED_HZ, to the end of its last note.

    raises : ValueError if a key is so high that the synthesizer would not return
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
    synthesizer = Synthesizer(
        soundfont(), PLAYED_HZ, 0
    )  # a new one: what it plays depends on what it played before
    return synthesizer.render(score, stereo=False)[0]


@cache
def soundfont() -> Path:
    """Return the path of the General MIDI soundfont, without importing the package that carries it."""
    [folder] = importlib.util.find_spec("pretty_midi").submodule_search_locations
    return Path(folder) / SOUNDFONT


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
    """A song's tempo, swing and looseness: puts notes, written in steps, in time."""

    def __init__(self, genre: Genre, groove: Groove, rng: np.random.Generator):
        self.beat_s, self.swing = 60 / rng.uniform(*genre.tempo), rng.uniform(*genre.swing)
        self.steps, self.bar = groove.steps, len(groove.bass[0])
        self.loose_s, self.rng = genre.loose_s, rng

    def time(self, sections: list[np.ndarray], bars: list[int], seconds: float) -> np.ndarray:
        """Play `sections`, of so many `bars` each, in turn for `seconds`.

        sections : (n, 5) float each: first step, steps, delay_s, MIDI key, velocity
        returns  : (notes, 4) float, as in `Stem`
        """
        turns = math.ceil(seconds / (self.beat_s * self.bar / self.steps * sum(bars)))
        starts = self.bar * np.cumsum([0, *bars * turns][:-1])
        sections = sections * turns
        step, steps, delay, key, velocity = np.concatenate(sections).T
        step = step + np.repeat(starts, [len(notes) for notes in sections])
        onset = self._seconds(step)
        held = HELD * (self._seconds(step + steps) - onset)
        late = self.loose_s * np.abs(self.rng.standard_normal(len(onset)))
        velocity = np.clip(velocity * self.rng.normal(1, TOUCH, len(onset)), 1, 127)
        return np.stack([onset + delay + late, held, key, velocity], axis=1)[onset < seconds]

    def _seconds(self, step: np.ndarray) -> np.ndarray:
        beat, part = np.divmod(step, self.steps)
        return self.beat_s * (beat + np.interp(part / self.steps, [0, 0.5, 1], [0, self.swing, 1]))


class Drummer:
    """Plays the drums of a groove, each voice on one sound."""

    def __init__(self, groove: Groove, rng: np.random.Generator):
        self.groove, self.rng = groove, rng
        self.keys = {voice: int(rng.choice(keys)) for voice, keys in genres.DRUMS.items()}

    def play(self, bars: list[Bar]) -> np.ndarray:
        """Return the written notes of a section: (n, 5), see `Clock.time`; a few hits are left out."""
        patterns = self.groove.drums[self.rng.integers(len(self.groove.drums))]
        hits = [
            (bar * len(pattern) + step, 1, 0, self.keys[voice], genres.VELOCITIES[symbol])
            for bar in range(len(bars))
            for voice, pattern in patterns.items()
            for step, symbol in enumerate(pattern)
            if symbol != "." and self.rng.random() > LEFT_OUT
        ]
        return np.array(hits, float)


class Player:
    """Plays a pitched role of a groove, in a register of its own."""

    def __init__(self, role: str, genre: Genre, groove: Groove, key: int, rng: np.random.Generator):
        self.role, self.patterns, self.rng, self.key = role, getattr(groove, role), rng, key
        self.scale, self.accent = set(genres.SCALES[genre.scale]), 2 * groove.steps
        self.strum_s = groove.strum_s if role == "comp" else 0.0
        self.low = genres.KEYS[role] - int(rng.integers(1, 12))
        self.last = self.low + 6  # where the melody stands

    def play(self, bars: list[Bar]) -> np.ndarray:
        """Return the written notes of a section: (n, 5), see `Clock.time`."""
        phrase = self.rng.integers(len(self.patterns), size=PHRASE_BARS if self.role == "lead" else 1)
        notes = []
        for i, bar in enumerate(bars):
            pattern = self.patterns[phrase[i % len(phrase)]]
            for event in re.finditer("([^.-])-*", pattern):
                chord = bar.chords[event.start() * len(bar.chords) // len(pattern)]
                place = i * len(pattern) + event.start(), event.end() - event.start()
                velocity = genres.VELOCITIES.get(event[1], genres.VELOCITY)
                keys = self._keys(event, chord, bar.following)
                notes += [(*place, j * self.strum_s, key + self.key, velocity) for j, key in enumerate(keys)]
        return np.array(notes, float)

    def _keys(self, event: re.Match, chord: Chord, following: Chord) -> list[int]:
        symbol, (root, intervals) = event[1], chord
        if symbol == "w" and event.start() == 0:
            symbol = "0"
        if symbol == "w" and event.end() == len(event.string):
            symbol = "a"
        if symbol in "xXo":
            return sorted(self._place(root + interval) for interval in intervals)
        if symbol in "fs":
            return [self._place(root), self._place(root) + {"f": 7, "s": 9}[symbol]]
        if symbol in "an":
            return [self._place(following[0]) - {"a": 1, "n": 0}[symbol]]
        if symbol.isdigit():
            octave, tone = divmod(int(symbol), len(intervals))
            return [self._place(root) + intervals[tone] + 12 * octave]
        in_chord = symbol == "w" or event.start() % self.accent == 0
        return [self._step({(root + interval) % 12 for interval in intervals} if in_chord else self.scale)]

    def _place(self, pitch: int) -> int:
        """Return the key of a pitch class in the octave that begins at `low`."""
        return self.low + (pitch - self.low) % 12

    def _step(self, classes: set[int]) -> int:
        """Move the melody to a near key of the pitch classes, the nearer the likelier."""
        near = range(max(self.last - 7, self.low - 7), min(self.last + 8, self.low + 18))
        reach = [key for key in near if key % 12 in classes and key != self.last]
        weights = np.array([1 / abs(key - self.last) for key in reach])
        self.last = int(self.rng.choice(reach, p=weights / weights.sum()))
        return self.last


def _roles(groove: Groove, dropped: float, rng: np.random.Generator) -> list[str]:
    roles = [role for role in genres.LEVELS_DB if getattr(groove, role)]
    keep = max(2, int(rng.binomial(len(roles), 1 - dropped)))
    return [roles[i] for i in sorted(rng.permutation(len(roles))[:keep])]


def _section(progression: str) -> list[Bar]:
    """Parse a progression and repeat it to the length of a section."""
    bars = [tuple(_chord(name) for name in bar.split(",")) for bar in progression.split()]
    bars *= math.ceil(SECTION_BARS / len(bars))
    return [Bar(now, after[0]) for now, after in zip(bars, bars[1:] + bars[:1], strict=True)]


def _chord(name: str) -> Chord:
    root, flat, quality = re.fullmatch("([A-G])(b?)(.*)", name).groups()
    return genres.ROOTS[root] - len(flat), genres.QUALITIES[quality]

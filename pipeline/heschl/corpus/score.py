"""Compose songs by the rules of `genres`: which notes each instrument plays, and when."""

import math
import re
from dataclasses import dataclass

import numpy as np

from heschl.corpus import genres
from heschl.corpus.genres import Genre, Groove

SECTION_BARS = 8  # minimum; a song alternates between two sections
PHRASE_BARS = 4  # after which the rhythm of the melody repeats
LEFT_OUT = 0.04  # share of the written drum hits that are not played
TOUCH = 0.08  # standard deviation of played from written velocities, relative
HELD = 0.95  # share of its written duration that a note is held
Chord = tuple[int, tuple[int, ...]]  # root in semitones above C, intervals above the root


@dataclass(frozen=True)
class Stem:
    """The part of one instrument.

    program : General MIDI program; a kit for drums
    notes   : (n, 4) float, the columns onset_s, duration_s, MIDI key, velocity
    """

    role: str
    program: int
    notes: np.ndarray


@dataclass(frozen=True)
class Bar:
    """A bar of a section: its chords, and the first chord of the next bar."""

    chords: tuple[Chord, ...]
    following: Chord


def compose(
    genre: Genre, seconds: float, typical: float, dropped: float, rng: np.random.Generator
) -> list[Stem]:
    """Compose `seconds` of a song by the rules of `genre`.

    typical : probability that a stem has an instrument typical of the genre, rather than any of its role
    dropped : probability that the song lacks a stem; at least two remain
    """
    groove = genre.grooves[rng.integers(len(genre.grooves))]
    clock, key = Clock(genre, groove, rng), int(rng.integers(-6, 6))
    form = [_section(genre.chords[rng.integers(len(genre.chords))]) for _ in range(2)]
    stems = []
    for role in _roles(groove, dropped, rng):
        programs = genres.PROGRAMS[role]
        pool = genre.programs.get(role, programs) if rng.random() < typical else programs
        player = Drummer(groove, rng) if role == "drums" else Player(role, genre, groove, key, rng)
        sections = [player.play(bars) for bars in form]
        stems.append(
            Stem(role, int(rng.choice(pool)), clock.time(sections, [len(bars) for bars in form], seconds))
        )
    return stems


class Clock:
    """The tempo, swing and looseness of a song: converts steps to seconds."""

    def __init__(self, genre: Genre, groove: Groove, rng: np.random.Generator):
        self.beat_s, self.swing = 60 / rng.uniform(*genre.tempo), rng.uniform(*genre.swing)
        self.steps, self.bar = groove.steps, len(groove.bass[0])
        self.loose_s, self.rng = genre.loose_s, rng

    def time(self, sections: list[np.ndarray], bars: list[int], seconds: float) -> np.ndarray:
        """Play `sections` one after the other, again and again, for `seconds`.

        sections : each (n, 5) float, the columns first step, steps, delay_s, MIDI key, velocity
        bars     : number of bars of each section
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
    """Play the drums of a groove, each voice on one key."""

    def __init__(self, groove: Groove, rng: np.random.Generator):
        self.groove, self.rng = groove, rng
        self.keys = {voice: int(rng.choice(keys)) for voice, keys in genres.DRUMS.items()}

    def play(self, bars: list[Bar]) -> np.ndarray:
        """Return the written notes of a section, (n, 5), see `Clock.time`; a few hits are omitted."""
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
    """Play a pitched role of a groove in one register."""

    def __init__(self, role: str, genre: Genre, groove: Groove, key: int, rng: np.random.Generator):
        self.role, self.patterns, self.rng, self.key = role, getattr(groove, role), rng, key
        self.scale, self.accent = set(genres.SCALES[genre.scale]), 2 * groove.steps
        self.strum_s = groove.strum_s if role == "comp" else 0.0
        self.low = genres.KEYS[role] - int(rng.integers(1, 12))
        self.last = self.low + 6  # the melody's previous key

    def play(self, bars: list[Bar]) -> np.ndarray:
        """Return the written notes of a section, (n, 5), see `Clock.time`."""
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
        """Return the keys that a symbol of a pattern stands for; see `genres`."""
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
        """Return the key of a pitch class in the octave above `low`."""
        return self.low + (pitch - self.low) % 12

    def _step(self, classes: set[int]) -> int:
        """Move the melody to a nearby key of one of the pitch classes; nearer keys are more likely."""
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
    """Parse a progression and repeat it until it fills a section."""
    bars = [tuple(_chord(name) for name in bar.split(",")) for bar in progression.split()]
    bars *= math.ceil(SECTION_BARS / len(bars))
    return [Bar(now, after[0]) for now, after in zip(bars, bars[1:] + bars[:1], strict=True)]


def _chord(name: str) -> Chord:
    root, flat, quality = re.fullmatch("([A-G])(b?)(.*)", name).groups()
    return genres.ROOTS[root] - len(flat), genres.QUALITIES[quality]

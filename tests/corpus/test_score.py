"""Composed scores: rules that are followed, instruments and tempi that genres share."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from heschl.corpus import genres, score
from heschl.corpus.genres import GENRES
from heschl.corpus.music import HIGHEST


def chord(name):
    root, intervals = score._chord(name)
    return {(root + interval) % 12 for interval in intervals}


@pytest.fixture(scope="module")
def stems():
    return {
        f"{name}-{i}": score.compose(genre, 20.0, 0.9, 0.2, np.random.default_rng(2 * g + i))
        for g, (name, genre) in enumerate(GENRES.items())
        for i in range(2)
    }


def test_instruments_are_shared():
    """Every typical program is typical of two genres at least, and any genre may draw it."""
    for role, pool in genres.PROGRAMS.items():
        typical = [program for genre in GENRES.values() for program in genre.programs.get(role, ())]
        assert set(typical) <= set(pool)
    everywhere = [
        {
            ("drums" if role == "drums" else "tuned", program)
            for role, typical in genre.programs.items()
            for program in typical
        }
        for genre in GENRES.values()
    ]
    assert all(sum(program in one for one in everywhere) > 1 for program in set().union(*everywhere))


def test_tempi_overlap():
    ranges = sorted(genre.tempo for genre in GENRES.values())
    assert all(after[0] < now[1] for now, after in pairwise(ranges))


@pytest.mark.parametrize("name", GENRES)
def test_patterns_are_well_formed(name):
    for groove in GENRES[name].grooves:
        pitched = groove.bass + groove.comp + groove.pad + groove.lead
        drums = [pattern for patterns in groove.drums for pattern in patterns.values()]
        assert {len(pattern) for pattern in (*pitched, *drums)} == {len(groove.bass[0])}
        assert set("".join(pitched)) <= set(".-xXo0123456789fsanwm")
        assert set("".join(drums)) <= set(".xXo")
        assert {voice for patterns in groove.drums for voice in patterns} <= set(genres.DRUMS)
        assert not any(pattern.startswith("-") for pattern in pitched)


def test_notes(stems):
    for name, song in stems.items():
        assert len(song) >= 2, name
        for stem in song:
            onset, duration, key, velocity = stem.notes.T
            assert onset.min() >= 0
            assert duration.min() > 0
            assert key.max() <= HIGHEST
            assert velocity.min() >= 1
            assert velocity.max() <= 127
            assert onset.max() > 20 - 3


def test_chords():
    assert chord("Dm7") == {2, 5, 9, 0}
    assert chord("Bb") == {10, 2, 5}
    assert chord("FM7") == {5, 9, 0, 4}
    assert chord("Bh") == {11, 2, 5, 9}


def test_clock_swings():
    """At 120 beats a minute a swung off-beat falls a third of a second after its beat."""
    genre = dataclasses.replace(GENRES["jazz"], tempo=(120, 120), swing=(2 / 3, 2 / 3), loose_s=0.0)
    clock = score.Clock(genre, genre.grooves[0], np.random.default_rng(0))
    written = np.array([[step, 2, 0, 60, 80] for step in (0, 2, 4)], float)
    played = clock.time([written, written], [1, 1], seconds=3.0)
    np.testing.assert_allclose(played[:6, 0], [0, 1 / 3, 1 / 2, 2, 2 + 1 / 3, 2 + 1 / 2])
    np.testing.assert_allclose(played[:2, 1], score.HELD * np.array([1 / 3 - 0, 1 / 2 - 1 / 3]))


def test_walking_bass_and_melody_follow_the_chords():
    genre = GENRES["jazz"]
    bass = score.Player("bass", genre, genre.grooves[0], 0, np.random.default_rng(1))
    bars = score._section("Dm7 G7 CM7 A7")
    notes = bass.play(bars).reshape(len(bars), 4, 5)
    np.testing.assert_array_equal(notes[:, 0, 3] % 12, [2, 7, 0, 9] * 2)  # roots on the first beat
    np.testing.assert_array_equal((notes[:-1, 3, 3] + 1) % 12, notes[1:, 0, 3] % 12)  # approached from below
    lead = score.Player("lead", genre, genre.grooves[0], 0, np.random.default_rng(1))
    step, _, _, key, _ = lead.play(bars).T
    for place, tone in zip(step[step % 8 == 0], key[step % 8 == 0], strict=True):
        assert tone % 12 in chord(["Dm7", "G7", "CM7", "A7"][int(place // 16) % 4])

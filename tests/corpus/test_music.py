"""Embedded music: reproducible, never silent, its rules followed, its instruments shared."""

import dataclasses
import multiprocessing
from itertools import pairwise

import numpy as np
import pytest
from scipy import signal

from pipeline import params
from pipeline.corpus import genres, music
from pipeline.corpus.genres import GENRES

RATE, SECONDS = 16000, 5.3
VALUES = {
    "genres": list(GENRES), "songs_per_genre": 2, "song_seconds": SECONDS, "typical_instruments": 0.9, "dropped_stems": 0.2,
    "balance_db": 2.0, "equalisation_db": 2.0, "equaliser_bands": 8, "level_db": [-26.0, -16.0],
}  # fmt: skip


def sound(song):
    return music.render(song, RATE)[0].tobytes()


def chord(name):
    root, intervals = music._chord(name)
    return {(root + interval) % 12 for interval in intervals}


@pytest.fixture(scope="module")
def jobs():
    return music.jobs(params.parse("music", VALUES, music.MusicParams), seed=3)


@pytest.fixture(scope="module")
def songs(jobs):
    return {job.name: music.render(job, RATE) for job in jobs}


@pytest.fixture(scope="module")
def stems(jobs):
    return {
        job.name: music.compose(GENRES[job.genre], 20.0, job.params, np.random.default_rng(i))
        for i, job in enumerate(jobs)
    }


def test_rows(songs):
    assert [row for _, (row,) in songs.values()] == [
        {"genre": genre, "artist": f"{genre}-{i:02d}", "start_s": 0.0, "end_s": SECONDS}
        for genre in GENRES
        for i in range(2)
    ]


def test_waveforms(songs):
    for waveform, _ in songs.values():
        assert waveform.dtype == np.float32
        assert waveform.shape == (round(SECONDS * RATE),)
        assert np.abs(waveform).max() <= 1
    assert len({waveform.tobytes() for waveform, _ in songs.values()}) == len(songs)


def test_level(jobs):
    quiet = dataclasses.replace(jobs[0].params, level_db=(-40.0, -40.0))
    waveform, _ = music.render(dataclasses.replace(jobs[0], params=quiet), RATE)
    np.testing.assert_allclose(20 * np.log10(np.sqrt(np.mean(waveform.astype(float) ** 2))), -40, atol=1e-3)


def test_no_window_is_silent(songs):
    for name, (waveform, _) in songs.items():
        windows = np.lib.stride_tricks.sliding_window_view(waveform, 2 * RATE)[:: RATE // 10]
        assert np.sqrt((windows**2).mean(axis=1)).min() > 0.25 * np.sqrt((waveform**2).mean()), name


def test_same_bytes_in_any_process_and_order(jobs, songs):
    some = [jobs[i] for i in (13, 2, 6, 0)]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(sound, some) == [songs[job.name][0].tobytes() for job in some]


def test_song_depends_on_seed_and_name_alone(jobs, songs):
    assert sound(dataclasses.replace(jobs[5], seed=4)) != songs[jobs[5].name][0].tobytes()
    fewer = dataclasses.replace(jobs[0].params, genres=("rock",), songs_per_genre=1)
    [rock] = music.jobs(fewer, seed=3)
    assert sound(rock) == songs["rock-00"][0].tobytes()


def test_rates(jobs, songs):
    """The same song at another rate is the same song resampled."""
    other, _ = music.render(jobs[0], 20000)
    reference = signal.resample_poly(songs[jobs[0].name][0], 5, 4)
    inside = slice(2000, -2000)
    assert len(other) == round(SECONDS * 20000)
    assert np.corrcoef(other[inside], reference[inside])[0, 1] > 0.99


def test_unknown_genre(jobs):
    with pytest.raises(ValueError, match=r"names \['polka'\].*Known are \['blues', 'classical'"):
        music.jobs(dataclasses.replace(jobs[0].params, genres=("jazz", "polka")), seed=1)


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
            assert key.max() <= music.HIGHEST
            assert velocity.min() >= 1
            assert velocity.max() <= 127
            assert onset.max() > 20 - 3


def test_too_high_a_note_is_refused():
    """Above it the synthesizer may never return."""
    with pytest.raises(ValueError, match="lead has a note at key 103, above 93"):
        music.play(music.Stem("lead", 29, np.array([[0.0, 0.2, 103, 80]])))


def test_chords():
    assert chord("Dm7") == {2, 5, 9, 0}
    assert chord("Bb") == {10, 2, 5}
    assert chord("FM7") == {5, 9, 0, 4}
    assert chord("Bh") == {11, 2, 5, 9}


def test_clock_swings():
    """At 120 beats a minute a swung off-beat falls a third of a second after its beat."""
    genre = dataclasses.replace(GENRES["jazz"], tempo=(120, 120), swing=(2 / 3, 2 / 3), loose_s=0.0)
    clock = music.Clock(genre, genre.grooves[0], np.random.default_rng(0))
    written = np.array([[step, 2, 0, 60, 80] for step in (0, 2, 4)], float)
    played = clock.time([written, written], [1, 1], seconds=3.0)
    np.testing.assert_allclose(played[:6, 0], [0, 1 / 3, 1 / 2, 2, 2 + 1 / 3, 2 + 1 / 2])
    np.testing.assert_allclose(played[:2, 1], music.HELD * np.array([1 / 3 - 0, 1 / 2 - 1 / 3]))


def test_walking_bass_and_melody_follow_the_chords():
    genre = GENRES["jazz"]
    bass = music.Player("bass", genre, genre.grooves[0], 0, np.random.default_rng(1))
    bars = music._section("Dm7 G7 CM7 A7")
    notes = bass.play(bars).reshape(len(bars), 4, 5)
    np.testing.assert_array_equal(notes[:, 0, 3] % 12, [2, 7, 0, 9] * 2)  # roots on the first beat
    np.testing.assert_array_equal((notes[:-1, 3, 3] + 1) % 12, notes[1:, 0, 3] % 12)  # approached from below
    lead = music.Player("lead", genre, genre.grooves[0], 0, np.random.default_rng(1))
    step, _, _, key, _ = lead.play(bars).T
    for place, tone in zip(step[step % 8 == 0], key[step % 8 == 0], strict=True):
        assert tone % 12 in chord(["Dm7", "G7", "CM7", "A7"][int(place // 16) % 4])


def test_master_equalises_and_resamples():
    """A tone at a band's centre comes out at the new rate with that band's gain."""
    time = np.arange(2 * music.PLAYED_HZ) / music.PLAYED_HZ
    hertz = round(np.exp(np.linspace(*np.log(music.EDGES_HZ), 3))[1])
    tone = np.sin(2 * np.pi * hertz * time).astype(np.float32)
    out = music.master(tone, RATE, np.array([-12.0, 6.0, -12.0]))
    np.testing.assert_allclose(
        out, 10 ** (6 / 20) * np.sin(2 * np.pi * hertz * np.arange(2 * RATE) / RATE), atol=5e-3
    )

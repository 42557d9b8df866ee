"""Synthetic music: reproducible, never silent, at the level and rate asked for."""

import dataclasses
import multiprocessing

import numpy as np
import pytest
from scipy import signal

from heschl import params
from heschl.corpus import music
from heschl.corpus.genres import GENRES
from heschl.corpus.score import Stem

RATE, SECONDS = 16000, 5.3
VALUES = {
    "genres": list(GENRES),
    "songs_per_genre": 2,
    "song_seconds": SECONDS,
    "typical_instruments": 0.9,
    "dropped_stems": 0.2,
    "balance_db": 2.0,
    "equalisation_db": 2.0,
    "equaliser_bands": 8,
    "level_db": [-26.0, -16.0],
}


def sound(song):
    return music.render(song, RATE)[0].tobytes()


@pytest.fixture(scope="module")
def jobs():
    return music.jobs(params.parse("music", VALUES, music.MusicParams), seed=3)


@pytest.fixture(scope="module")
def songs(jobs):
    return {job.name: music.render(job, RATE) for job in jobs}


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


def test_too_high_a_note_is_refused():
    """Above it the synthesizer may never return."""
    with pytest.raises(ValueError, match="lead has a note at key 103, above 93"):
        music.play(Stem("lead", 29, np.array([[0.0, 0.2, 103, 80]])))


def test_master_equalizes_and_resamples():
    """A tone at the center of a band has the new rate and the gain of that band."""
    time = np.arange(2 * music.PLAYED_HZ) / music.PLAYED_HZ
    hertz = round(np.exp(np.linspace(*np.log(music.EDGES_HZ), 3))[1])
    tone = np.sin(2 * np.pi * hertz * time).astype(np.float32)
    out = music.master(tone, RATE, np.array([-12.0, 6.0, -12.0]))
    np.testing.assert_allclose(
        out, 10 ** (6 / 20) * np.sin(2 * np.pi * hertz * np.arange(2 * RATE) / RATE), atol=5e-3
    )

"""Synthetic scenes: reproducible, never silent, with the spectra and statistics of their kinds."""

import dataclasses
import multiprocessing

import numpy as np
import pytest
from scipy import signal, stats

from heschl import params
from heschl.corpus import scenes
from heschl.corpus.textures import TEXTURES

RATE, SECONDS = 16000, 4.1
VALUES = {
    "kinds": list(TEXTURES),
    "recipes_per_kind": 2,
    "scene_seconds": SECONDS,
    "level_db": [-26.0, -16.0],
}


def sound(scene):
    return scenes.render(scene, RATE)[0].tobytes()


@pytest.fixture(scope="module")
def jobs():
    return scenes.jobs(params.parse("scenes", VALUES, scenes.ScenesParams), seed=3)


@pytest.fixture(scope="module")
def sounds(jobs):
    return {job.name: scenes.render(job, RATE) for job in jobs}


def spectrum(waveform):
    """Return frequencies in Hz and power in bins of 1 Hz."""
    return signal.welch(waveform, RATE, nperseg=RATE, window="hann")


def test_rows(sounds):
    assert [row for _, (row,) in sounds.values()] == [
        {"kind": kind, "source": f"{kind}-{i:02d}", "start_s": 0.0, "end_s": SECONDS}
        for kind in TEXTURES
        for i in range(2)
    ]


def test_waveforms(sounds):
    for waveform, _ in sounds.values():
        assert waveform.dtype == np.float32
        assert waveform.shape == (round(SECONDS * RATE),)
        assert np.abs(waveform).max() <= 1
    assert len({waveform.tobytes() for waveform, _ in sounds.values()}) == len(sounds)


def test_no_window_is_silent(sounds):
    for name, (waveform, _) in sounds.items():
        windows = np.lib.stride_tricks.sliding_window_view(waveform, 2 * RATE)[:: RATE // 10]
        assert np.sqrt((windows**2).mean(axis=1)).min() > 0.15 * np.sqrt((waveform**2).mean()), name


def test_same_bytes_in_any_process_and_order(jobs, sounds):
    some = jobs[::-3]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(sound, some) == [sounds[job.name][0].tobytes() for job in some]


def test_scene_depends_on_seed_and_name_alone(jobs, sounds):
    assert sound(dataclasses.replace(jobs[0], seed=4)) != sounds[jobs[0].name][0].tobytes()
    [fire] = scenes.jobs(dataclasses.replace(jobs[0].params, kinds=("fire",), recipes_per_kind=1), seed=3)
    assert sound(fire) == sounds["fire-00"][0].tobytes()


def test_unknown_kind(jobs):
    with pytest.raises(ValueError, match=r"names \['volcano'\].*Known are \['birds', 'crowd'"):
        scenes.jobs(dataclasses.replace(jobs[0].params, kinds=("volcano", "rain")), seed=1)


def test_hum_is_harmonic(sounds):
    """Its strongest peaks lie at multiples of one mains frequency, give or take 3 % and a bin."""
    for i in range(2):
        hertz, power = spectrum(sounds[f"hum-{i:02d}"][0])
        peaks, _ = signal.find_peaks(power, prominence=power.max() / 300)
        errors = [
            np.abs(hertz[peaks] / f - np.round(hertz[peaks] / f)).max() * f
            for mains in (50, 60, 100, 120)
            for f in mains * np.linspace(0.97, 1.03, 241)
            if hertz[peaks[0]] > 0.9 * f
        ]
        assert len(peaks) >= 4
        assert min(errors) < 1.5


def test_insects_and_birds_are_high_and_wind_and_street_low(sounds):
    def centroid(kind):
        hertz, power = spectrum(np.concatenate([sounds[f"{kind}-{i:02d}"][0] for i in range(2)]))
        return (hertz * power).sum() / power.sum()

    assert min(centroid("insects"), centroid("birds")) > 1800
    assert max(centroid("wind"), centroid("street")) < 1300


def test_fire_crackles_more_than_rain_and_rain_more_than_hum(sounds):
    """Kurtosis tells rare strong events from a steady sound: 0 for noise, below for a few sines."""

    def kurtosis(kind):
        return [stats.kurtosis(sounds[f"{kind}-{i:02d}"][0]) for i in range(2)]

    assert min(kurtosis("fire")) > 5
    assert min(kurtosis("rain")) > 0.5
    assert max(kurtosis("hum")) < 0.5

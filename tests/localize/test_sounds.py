"""The sounds of the experiments, by what can be measured of them."""

import numpy as np
import pytest
from scipy import fft

from heschl.acoustics import directions
from heschl.audio import db, rms
from heschl.localize import cues, sounds
from heschl.localize.ears import smoothed, stretched, without_level, without_time
from heschl.localize.experiments import EXPERIMENTS
from heschl.localize.measure import _batches

RATE, SAMPLES = 32000, 16000
HZ = fft.rfftfreq(SAMPLES, 1 / RATE)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def power(sound, low, high):
    return np.square(np.abs(fft.rfft(sound)))[..., (low <= HZ) & (high >= HZ)].sum(axis=-1)


def test_noise_has_power_in_its_band_alone(rng):
    sound = sounds.noise(rng, SAMPLES, RATE, 500, 2000)
    assert power(sound, 500, 2000) == pytest.approx(power(sound, 0, RATE), rel=1e-9)
    third = sounds.band_noise(rng, SAMPLES, RATE, 2000, 1 / 3)
    within = power(third, 2000 * 2 ** (-1 / 6), 2000 * 2 ** (1 / 6))
    assert within == pytest.approx(power(third, 0, RATE), rel=1e-9)
    assert power(sounds.band_noise(rng, SAMPLES, RATE, 2000, 0), 1998, 2002) > 0.99 * SAMPLES**2 / 4


def test_equal_noise_has_the_same_power_in_each_auditory_filter(rng):
    sound = sounds.equal_noise(rng, SAMPLES * 20, RATE)
    frequencies = fft.rfftfreq(len(sound), 1 / RATE)
    spectrum = np.square(np.abs(fft.rfft(sound)))
    found = []
    for center in (200, 500, 1000, 3000, 8000):
        half = 24.7 * (4.37 * center / 1000 + 1) / 2
        found.append(spectrum[np.abs(frequencies - center) < half].sum())
    assert np.array(found) / np.mean(found) == pytest.approx(np.ones(5), rel=0.1)


def test_pink_noise_has_the_same_power_in_each_octave(rng):
    sound = sounds.pink_noise(rng, SAMPLES * 20, RATE)
    frequencies, spectrum = fft.rfftfreq(len(sound), 1 / RATE), np.square(np.abs(fft.rfft(sound)))
    found = [spectrum[(frequencies > low) & (frequencies < 2 * low)].sum() for low in (500, 1000, 2000, 4000)]
    assert np.array(found) / np.mean(found) == pytest.approx(np.ones(4), rel=0.05)


def test_imposed_differences_are_those_that_are_found(rng):
    sound = np.zeros(SAMPLES)
    sound[1000:-1000] = sounds.noise(rng, SAMPLES - 2000, RATE, 500, 2000)
    ears = np.stack([sound, sound])
    for time, level in ((300e-6, 0.0), (-600e-6, 0.0), (0.0, 10.0), (200e-6, -20.0)):
        changed = cues.impose(ears, RATE, time, level)
        assert cues.time_difference(changed, RATE) == pytest.approx(time, abs=1 / (16 * RATE))
        assert cues.level_difference(changed) == pytest.approx(level, abs=1e-6)


def test_the_cues_of_a_head_grow_to_the_side(setting):
    times, levels = cues.table(setting.head, 500, 2000)
    ahead = np.flatnonzero(cues.AHEAD == 0)[0]
    assert times[ahead] == 0
    assert levels[ahead] == pytest.approx(0, abs=1e-9)
    assert (np.diff(times[np.abs(cues.AHEAD) <= 60]) > 0).all()  # left leads where a sound is left
    assert times == pytest.approx(-times[::-1], abs=1e-9)  # the head is symmetric
    woodworth = 0.0875 / 343 * (np.radians(60) + np.sin(np.radians(60)))  # of high frequencies
    kuhn = 3 * 0.0875 / 343 * np.sin(np.radians(60))  # of low frequencies: Kuhn 1977, JASA 62(1), 157-167
    assert woodworth < times[cues.AHEAD == 60][0] < kuhn
    high = cues.table(setting.head, 4000, 16000)[1]
    low = cues.table(setting.head, 200, 700)[1]
    assert high[cues.AHEAD == 60][0] > 15 > 10 > low[cues.AHEAD == 60][0] > 2  # the shadow of a head


def test_new_ears_keep_delays_and_move_spectra(setting):
    # a notch at 8 kHz becomes one at 8 kHz times the factor
    factor, head = 1.25, setting.head
    new = stretched(head, factor)
    place = head.nearest(directions.vectors(60.0, 0.0))
    ears, moved = head.responses[place], new.responses[place]
    size = 4096
    hz = fft.rfftfreq(size, 1 / RATE)
    before, after = (20 * np.log10(np.abs(fft.rfft(each, size))) for each in (ears, moved))
    low = (hz > 1000) & (hz < 10000)
    expected = np.stack([np.interp(hz / factor, hz, each) for each in before])
    assert np.abs(after - expected)[:, low].mean() < 0.5
    assert np.abs(after - before)[:, low].mean() > 2
    padded = [np.pad(each, [(0, 0), (0, 500)]) for each in (ears, moved)]
    delays = [cues.time_difference(cues.band(each, RATE, 200, 1500), RATE) for each in padded]
    assert delays[1] == pytest.approx(delays[0], abs=40e-6)


def test_smoothing_keeps_a_response_with_all_coefficients_and_flattens_it_with_few(setting):
    response = setting.response(45.0)
    size = 2 * response.shape[-1]
    gains = [np.abs(fft.rfft(smoothed(response, RATE, number), size)) for number in (10**6, 32, 1)]
    original = np.abs(fft.rfft(response, size))
    band = slice(10, -10)
    assert np.abs(20 * np.log10(gains[0] / original))[:, band].mean() < 0.3
    ripple = [np.abs(np.diff(np.log(each[:, band]), axis=1)).mean() for each in (original, *gains[1:])]
    assert ripple[0] > 1.5 * ripple[1] > 3 * ripple[2]
    ears = [np.pad(each, [(0, 0), (0, 500)]) for each in (response, smoothed(response, RATE, 32))]
    times = [cues.time_difference(cues.band(each, RATE, 200, 1500), RATE) for each in ears]
    assert times[1] == pytest.approx(times[0], abs=40e-6)


def test_noise_is_at_its_snr(setting, rng):
    experiment = EXPERIMENTS["noise"]
    trial = {"snr_db": 6.8, "azimuth": 40, "elevation": 20}
    both = experiment.sound(trial, setting, np.random.default_rng(5))
    alone = experiment.sound(trial | {"snr_db": np.inf}, setting, np.random.default_rng(5))
    alone = alone / rms(alone) * 10 ** (6.8 / 20)
    assert db(rms(alone) / rms(both - alone)) == pytest.approx(6.8, abs=1e-6)


def test_the_second_noise_of_precedence_comes_later_from_its_place(setting):
    experiment = EXPERIMENTS["precedence"]
    trial = {"delay_ms": 100, "first": -60, "second": 60}
    ears = experiment.sound(trial, setting, np.random.default_rng(2))
    begin, step = round(0.05 * RATE), round(0.1 * RATE)
    first, second = ears[:, begin : begin + step], ears[:, begin + step : begin + 2 * step]
    assert second == pytest.approx(first[::-1], abs=1e-9)  # mirrored
    assert cues.level_difference(first) < -3
    single = experiment.sound({"delay_ms": 0, "first": -60, "second": -60}, setting, np.random.default_rng(2))
    assert single[:, begin : begin + step] == pytest.approx(first, abs=1e-9)


def test_the_tones_of_delay_begin_at_once_and_lead_by_their_fine_structure(setting):
    trial = {"hz": 500, "itd_us": 200}
    ears = EXPERIMENTS["delay"].sound(trial, setting, np.random.default_rng(2))
    assert cues.time_difference(ears, RATE) == pytest.approx(200e-6, abs=1 / (16 * RATE))
    assert np.abs(ears[:, 0]).max() < 1e-12


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_sound_is_finite_and_as_long_as_a_clip(name, setting):
    experiment = EXPERIMENTS[name]
    trials = experiment.trials(setting)
    for number in np.linspace(0, len(trials) - 1, 7).astype(int):
        sound = experiment.sound(trials[number], setting, np.random.default_rng(number))
        assert sound.shape == (2, SAMPLES)
        assert np.isfinite(sound).all()
        assert rms(sound) > 0


def test_a_cue_that_is_removed_is_gone_and_the_other_stays(setting, rng):
    response = setting.response(60.0)
    source = sounds.ramped(sounds.noise(rng, SAMPLES, RATE, 100, 1500), RATE, 0.05)
    whole, timeless, level = (
        sounds.heard(source, each) for each in (response, without_time(response), without_level(response))
    )
    assert cues.time_difference(whole, RATE) > 400e-6
    assert cues.time_difference(timeless, RATE) == pytest.approx(0, abs=10e-6)
    assert cues.time_difference(level, RATE) == pytest.approx(cues.time_difference(whole, RATE), abs=40e-6)
    assert cues.level_difference(timeless) == pytest.approx(cues.level_difference(whole), abs=1)
    assert cues.level_difference(whole) > 4
    assert cues.level_difference(level) == pytest.approx(0, abs=0.5)


def test_sounds_of_the_control_have_no_side(setting):
    def make(change, seed=4):
        trial = {"change": change, "azimuth": 60}
        return EXPERIMENTS["sides"].sound(trial, setting, np.random.default_rng(seed))

    whole = make("as they are")
    assert cues.level_difference(whole) > 3
    other = EXPERIMENTS["sides"].sound(
        {"change": "their sum at both ears", "azimuth": -60}, setting, np.random.default_rng(4)
    )
    assert make("their sum at both ears") == pytest.approx(other, abs=1e-9)  # the same from left and right
    assert np.array_equal(other[0], other[1])
    assert np.array_equal(make("left ear alone"), whole * [[1], [0]])
    assert np.array_equal(make("right ear alone"), whole * [[0], [1]])
    exchanged = [make("exchanged at random", seed) for seed in range(40)]
    assert 8 <= sum(cues.level_difference(each) > 0 for each in exchanged) <= 32


def test_noise_of_high_bands_has_no_click_at_its_ends(setting):
    trial = {"low_hz": 4000, "high_hz": 16000, "azimuth": 20, "itd_us": 300, "ild_db": 0}
    ears = EXPERIMENTS["weights"].sound(trial, setting, np.random.default_rng(1))
    assert db(np.sqrt(power(ears, 0, 1500).sum() / power(ears, 0, RATE).sum())) < -80


def test_smoothed_and_own_ears_hear_the_same_noises(setting):
    trials = EXPERIMENTS["smoothing"].trials(setting)
    own = [trial for trial in trials if trial["coefficients"] == 0]
    assert [trial["token"] for trial in own] == [trial["token"] for trial in trials[-len(own) :]]
    some = [own[1], own[1], own[2]]
    batch = list(_batches(EXPERIMENTS["smoothing"], some, setting, 1, 3))
    first, second, third = batch[0][0]
    assert np.array_equal(first, second)
    assert not np.array_equal(first, third)

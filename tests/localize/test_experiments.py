"""What each experiment measures of observers whose answers are known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from heschl.acoustics.kemar import kemar
from heschl.localize import cues
from heschl.localize.answers import Answers
from heschl.localize.experiment import LocalizeError
from heschl.localize.experiments import EXPERIMENTS, ears, median, smoothing, weights
from heschl.localize.measure import measure
from tests.localize.observers import answers, claimed, measured

RNG = np.random.default_rng(1)
PEOPLE = [name for name, experiment in EXPERIMENTS.items() if experiment.table]
NEEDED = {"below 1.5 kHz": "time", "above 3 kHz": "level"}


def right(trial):
    return trial["azimuth"], trial.get("elevation", 0)


def low(trial):
    return trial["azimuth"], 0


def left(trial):
    return 60, trial["elevation"]


@pytest.mark.parametrize("name", PEOPLE)
def test_people_and_network_have_the_same_conditions(name, setting):
    experiment = EXPERIMENTS[name]
    trials = pd.DataFrame(experiment.trials(setting))
    even = np.full((len(trials), len(setting.azimuth)), 1 / len(setting.azimuth))
    values = experiment.values(trials, Answers(even, setting.azimuth, setting.elevation), setting)
    people = experiment.of_people()
    assert np.isfinite(people.value).all()
    assert not people.duplicated(["condition", "measure"]).any()
    assert not values.duplicated(["condition", "measure"]).any()
    both = people.merge(values, on=["condition", "measure"])
    assert len(both) == len(values)  # at 32 kHz the network has all but the highest frequencies
    assert len(people) - len(both) <= {"median": 1, "frequency": 0}.get(name, 0)
    faithful = values.get("faithful", pd.Series(True, values.index))
    high = values.condition.str.startswith("high-pass")  # up to 20 kHz, and this is up to 16 kHz
    assert faithful.tolist() == (~high).tolist()
    assert both.x_x.fillna(0).round(3).tolist() == both.x_y.fillna(0).round(3).tolist()


def test_noise_errors_of_a_perfect_and_of_a_constant_observer(setting):
    experiment = EXPERIMENTS["noise"]
    assert (measured(experiment, setting, right) == 0).all()
    constant = measured(experiment, setting, lambda trial: (0, 0) if trial["snr_db"] < 0 else right(trial))
    azimuths, elevations = np.arange(-90, 91, 10), np.arange(0, 41, 10)
    assert constant["-6.8 dB", "azimuth"] == pytest.approx(np.abs(azimuths).mean())
    assert constant["-6.8 dB", "elevation"] == pytest.approx(elevations.mean())
    level = np.cos(np.radians(azimuths[:, None])) * np.cos(np.radians(elevations))
    assert constant["-6.8 dB", "great_circle"] == pytest.approx(np.degrees(np.arccos(level)).mean())
    assert constant["quiet", "great_circle"] == 0


def test_noise_answers_are_among_the_loudspeakers(setting, monkeypatch):
    asked, among = [], Answers.among

    def noted(self, chosen):
        asked.append(chosen.sum())
        return among(self, chosen)

    monkeypatch.setattr(Answers, "among", noted)
    found = measured(EXPERIMENTS["noise"], setting, lambda trial: (trial["azimuth"], trial["elevation"] + 60))
    assert asked == [95]
    assert np.isfinite(found).all()


def test_the_audible_angle_of_an_observer_with_noise(setting):
    spread, trials = 2.0, pd.DataFrame(EXPERIMENTS["angle"].trials(setting))
    trials = pd.concat([trials] * 10, ignore_index=True)
    wanted = np.clip(trials.azimuth + RNG.normal(0, spread, len(trials)), -89.9, 89.9)
    shares = np.zeros((len(trials), len(setting.azimuth)))
    level = np.flatnonzero((setting.elevation == 0) & (np.abs(setting.azimuth) <= 90))
    order = level[np.argsort(setting.azimuth[level])]
    below = np.floor((wanted + 90) / 5).astype(int)
    part = ((wanted + 90) / 5 - below).to_numpy()
    shares[np.arange(len(trials)), order[below]] = 1 - part  # the mean azimuth is the wanted one
    shares[np.arange(len(trials)), order[below + 1]] = part
    found = EXPERIMENTS["angle"].values(trials, Answers(shares, setting.azimuth, setting.elevation), setting)
    wanted_angle = np.sqrt(2) * spread * norm.ppf(0.707)
    assert found.value.to_numpy() == pytest.approx([wanted_angle] * 5, rel=0.2)


def test_the_smallest_delay_of_an_observer_with_noise(setting):
    spread_us = 60.0
    trials = pd.DataFrame(EXPERIMENTS["delay"].trials(setting) * 10)
    said = (trials.itd_us + RNG.normal(0, spread_us, len(trials))) / 5  # 5 us a degree
    directions = np.stack([np.clip(said, -90, 90), np.zeros(len(said))], axis=1)
    found = EXPERIMENTS["delay"].values(trials, answers(setting, directions), setting)
    wanted = np.sqrt(2) * spread_us * norm.ppf(0.707)
    assert found.value.to_numpy() == pytest.approx([wanted] * 11, rel=0.1)
    deaf = measured(EXPERIMENTS["delay"], setting, lambda trial: (0, 0))
    assert (deaf == 320).all()


def test_weights_of_observers_who_follow_one_cue(setting):
    tables = {weights.name(band): cues.table(setting.head, *band) for band in weights.BANDS_HZ}

    def follows(column, share):
        def observer(trial):
            times, levels = tables[trial["band"]]
            curve = 1e6 * times if column == "itd_us" else levels
            usual = np.interp(trial["azimuth"], cues.AHEAD, curve)
            inner = slice(8, 29)  # -50 to 50 degrees: there the cue grows with azimuth
            return np.interp(usual + share * trial[column], curve[inner], cues.AHEAD[inner]), 0

        return observer

    time = measured(EXPERIMENTS["weights"], setting, follows("itd_us", 0.5))
    assert time["0.5-2 kHz", "time weight"] == pytest.approx(0.5, abs=0.15)
    assert time["0.5-2 kHz", "level weight"] == pytest.approx(0, abs=0.02)
    level = measured(EXPERIMENTS["weights"], setting, follows("ild_db", 0.5))
    assert level["4-16 kHz", "level weight"] == pytest.approx(0.5, abs=0.15)
    assert level["4-16 kHz", "time weight"] == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize(("rate", "compared"), [(16000, 2), (32000, 4)])
def test_bands_beyond_the_sample_rate_are_not_compared(setting, rate, compared):
    sound, head = replace(setting.sound, sample_rate=rate), kemar().at_rate(rate)
    slower = replace(setting, sound=sound, head=head, repeats=1)
    result = measure(EXPERIMENTS["weights"], slower, lambda ears, some: np.ones((len(some), 504)), 1, 64)
    assert result.compared == compared
    assert result.missing == 4 - compared
    network = result.values[result.values.who == "network"].set_index(["condition", "measure"])
    assert network.compared["4-16 kHz", "time weight"] == (rate == 32000)
    assert np.isfinite(network.value).all()  # but shown


def test_precedence_of_observers_who_hear_the_first_or_the_second(setting):
    first = measured(EXPERIMENTS["precedence"], setting, lambda trial: (trial["first"], 0))
    apart = np.sqrt(np.mean(np.square([20, 40, 60])))
    assert first["25 ms", "error to the first"] == 0
    assert first["25 ms", "error to the second"] == pytest.approx(apart)
    assert first["0 ms", "error to the second"] == 0  # one source
    second = measured(EXPERIMENTS["precedence"], setting, lambda trial: (trial["second"], 0))
    assert second["5 ms", "error to the first"] == pytest.approx(apart)


def test_the_median_plane_of_a_perfect_and_of_a_guessing_observer(setting):
    assert (measured(EXPERIMENTS["median"], setting, right) == 100).all()
    guessed = measured(EXPERIMENTS["median"], setting, lambda trial: (0, 30))
    assert guessed.to_numpy() == pytest.approx([100 / 14] * len(guessed))  # 2 azimuths, 7 elevations


def test_a_network_without_directions_of_loudspeakers_cannot_do_the_noise(setting):
    with pytest.raises(LocalizeError, match="no directions ahead"):
        EXPERIMENTS["noise"].trials(replace(setting, elevation=np.full_like(setting.elevation, 5.0)))


def test_with_one_elevation_nothing_is_claimed_of_new_ears(setting):
    level = replace(setting, elevation=np.zeros_like(setting.elevation))
    assert claimed(EXPERIMENTS["ears"], level, right) == {}


def test_a_network_without_directions_behind_cannot_do_the_median_plane(setting):
    class Ahead:
        azimuth, elevation, rate, repeats = np.array([-10.0, 0, 0]), np.array([0.0, 0, 30]), 32000, 1

    with pytest.raises(LocalizeError, match="no directions both ahead and behind"):
        median.trials(Ahead)


def test_smoothing_of_an_observer_who_hears_only_coarse_detail(setting):
    found = measured(
        EXPERIMENTS["smoothing"],
        setting,
        lambda trial: (-90, 0) if 0 < trial["coefficients"] < 20 else (trial["azimuth"], 0),
    )
    assert found.tolist() == [50.0] * 6 + [100.0] * 2
    assert found.index.get_level_values(0).tolist() == [str(each) for each in smoothing.COEFFICIENTS]


def test_new_ears_of_an_observer_whose_elevation_depends_on_the_ears(setting):
    found = measured(
        EXPERIMENTS["ears"],
        setting,
        lambda trial: right(trial) if trial["ears"] == ears.OWN else (180 - trial["azimuth"], 0),
    ).reset_index()
    own = found.condition.str.startswith("own")
    assert (found[own].value.abs() < 1e-9).all()
    new = found[~own]
    assert (new[new.measure == "azimuth"].value.abs() < 1e-9).all()  # answers from behind are mirrored
    assert sorted(new[new.measure == "elevation"].value) == [0] * 4 + [10] * 4 + [20] * 4 + [30] * 4


def test_bandwidth_of_an_observer_who_is_off_by_ten_degrees_in_tones(setting):
    found = measured(
        EXPERIMENTS["bandwidth"],
        setting,
        lambda trial: (trial["azimuth"] + 10 * (trial["octaves"] == 0), 0),
    )
    assert found["0 octaves", "error"] == pytest.approx(10)
    assert (found.drop("0 octaves") == 0).all()


def test_frequency_does_not_count_front_and_back(setting):
    mirrored = measured(EXPERIMENTS["frequency"], setting, lambda trial: (180 - trial["azimuth"], 0))
    assert np.abs(mirrored).max() < 1e-9
    ahead = measured(EXPERIMENTS["frequency"], setting, lambda trial: (0, 0))
    folded = np.degrees(np.abs(np.arcsin(np.sin(np.radians(np.arange(0, 360, 15))))))
    assert ahead.to_numpy() == pytest.approx([folded.mean()] * len(ahead))


def test_sides_of_a_perfect_observer_and_of_one_who_is_always_left(setting):
    assert (measured(EXPERIMENTS["sides"], setting, right) == 100).all()
    assert (measured(EXPERIMENTS["sides"], setting, lambda trial: (90, 0)) == 50).all()
    assert (measured(EXPERIMENTS["sides"], setting, lambda trial: (180, 0)) == 50).all()
    behind = measured(EXPERIMENTS["sides"], setting, lambda trial: (180 - trial["azimuth"], 0))
    assert (behind == 100).all()  # the side is right


def test_cues_of_an_observer_who_needs_time(setting):
    found = measured(
        EXPERIMENTS["cues"],
        setting,
        lambda trial: (0, 0) if trial["change"] == "without time" else right(trial),
    )
    without = found[[f"{band}, without time" for band in ("below 1.5 kHz", "above 3 kHz")]]
    assert without.to_numpy() == pytest.approx([np.abs(range(-60, 61, 20)).mean()] * 2)
    assert (found.drop(without.index.get_level_values(0)) == 0).all()


@pytest.mark.parametrize(
    ("name", "observer", "holds"),
    [
        ("noise", lambda trial: right(trial) if trial["snr_db"] > 0 else (0, 0), [True]),
        ("noise", right, [False]),
        ("precedence", lambda trial: (trial["first"], 0), [True]),
        ("precedence", lambda trial: (trial["second"], 0), [False]),
        ("bandwidth", lambda trial: (trial["azimuth"] + 10 * (trial["octaves"] == 0), 0), [True]),
        ("bandwidth", right, [False]),
        ("ears", lambda trial: right(trial) if trial["ears"] == ears.OWN else low(trial), [True, True]),
        ("ears", lambda trial: right(trial) if trial["ears"] == ears.OWN else left(trial), [False, False]),
        ("smoothing", lambda trial: (-90, 0) if 0 < trial["coefficients"] < 20 else low(trial), [True]),
        ("smoothing", right, [False]),
        ("angle", lambda trial: (trial["azimuth"] if abs(trial["azimuth"]) < 30 else 0, 0), [True]),
        ("angle", lambda trial: (trial["azimuth"] if abs(trial["azimuth"]) > 50 else 0, 0), [False]),
        ("sides", right, [True, False, False]),  # nobody can: it knows what the ears do not
        ("sides", lambda trial: (90, 0), [False, True, True]),
        ("cues", right, [False] * 4),
        (
            "cues",
            lambda trial: (0, 0) if trial["change"][8:] == NEEDED[trial["band"]] else right(trial),
            [True] * 4,
        ),
    ],
)
def test_what_is_claimed_of_observers(name, observer, holds, setting):
    assert list(claimed(EXPERIMENTS[name], setting, observer).values()) == holds


def test_the_duplex_pattern_is_time_at_low_and_level_at_high_frequencies(setting):
    low, high = (weights.name(band) for band in weights.ALONE)
    index = pd.MultiIndex.from_product([[low, high], ["time weight", "level weight"]])
    assert list(weights.claims(pd.Series([0.9, 0.1, 0.0, 0.8], index), setting).values()) == [True, True]
    assert list(weights.claims(pd.Series([0.1, 0.9, 0.8, 0.0], index), setting).values()) == [False, False]
    narrow = replace(setting, sound=replace(setting.sound, sample_rate=8000))
    assert len(weights.claims(pd.Series([0.9, 0.1, 0.0, 0.8], index), narrow)) == 1


def test_a_control_is_not_compared_with_people(setting):
    even = np.ones(len(setting.azimuth))
    once = replace(setting, repeats=1)
    result = measure(EXPERIMENTS["sides"], once, lambda ears, some: np.stack([even] * len(some)), 1, 64)
    assert np.isnan([result.r, result.rmse]).all()
    assert result.compared == result.missing == 0
    assert set(result.values.who) == {"network"}

"""From an experiment to its comparison with people."""

import numpy as np
import pandas as pd
import pytest

from heschl.localize import measure as measuring
from heschl.localize.experiment import LocalizeError, Setting
from heschl.localize.experiments import EXPERIMENTS
from heschl.localize.measure import LEVEL, chosen, compare, mean_of, measure, measure_all
from heschl.localize.params import LocalizeParams
from heschl.localize.threshold import threshold
from tests.localize.observers import answers


def test_compare_is_pearson_and_the_difference_in_units_of_peoples_range():
    people = pd.DataFrame(
        {
            "condition": list("abcd"),
            "measure": "error",
            "value": [1.0, 2.0, 3.0, 5.0],
            "compared": [1, 1, 1, 0],
        }
    )
    values = pd.DataFrame({"condition": list("cbax"), "measure": "error", "value": [6.0, 4.0, 2.0, 9.0]})
    r, rmse, compared, missing = compare(EXPERIMENTS["noise"], values, people)
    assert r == pytest.approx(1)
    assert rmse == pytest.approx(np.sqrt((1 + 4 + 9) / 3) / 2)
    assert (compared, missing) == (3, 0)
    scaled = compare(EXPERIMENTS["delay"], values, people)  # on a logarithmic scale
    assert scaled[1] == pytest.approx(np.log(2) / np.log(3))
    assert compare(EXPERIMENTS["noise"], values[:1], people)[2:] == (1, 2)


def test_an_experiment_from_sounds_to_comparison(setting):
    heard = []

    def listener(ears, trials):
        heard.append(ears)
        said = [(trial["azimuth"] + 5 * (trial["octaves"] < 0.2), 0) for trial in trials]
        return answers(setting, np.array(said, float)).probabilities

    result = measure(EXPERIMENTS["bandwidth"], setting, listener, seed=1, batch_size=100)
    sounds = np.concatenate(heard)
    assert sounds.dtype == np.float32
    assert len(sounds) == result.sounds == 7 * 3 * 11 * 2
    assert np.sqrt(np.mean(np.square(sounds), axis=(1, 2))) == pytest.approx(
        np.full(len(sounds), LEVEL), rel=1e-4
    )
    network = result.values[result.values.who == "network"].set_index("condition").value
    assert network["0.1 octaves"] == pytest.approx(5)
    assert network["1 octaves"] == 0
    people = result.values[result.values.who == "people"].set_index("condition").value
    assert result.r == pytest.approx(np.corrcoef(people, network.reindex(people.index))[0, 1])
    assert result.compared == 7
    assert result.missing == 0


def test_sounds_do_not_depend_on_the_batch(setting):
    experiment, kept = EXPERIMENTS["frequency"], {}
    trials = experiment.trials(setting)[:40]
    for size in (7, 40):
        batches = list(measuring._batches(experiment, trials, setting, 1, size))
        kept[size] = np.concatenate([ears for ears, _ in batches])
    assert np.array_equal(kept[7], kept[40])


def test_an_experiment_that_cannot_be_done_is_left_out_with_its_reason(setting):
    ahead = np.abs(setting.azimuth) < 91
    less = Setting(
        setting.sound, setting.head, setting.others, setting.azimuth[ahead], setting.elevation[ahead], 1,
        setting.natural,
    )  # fmt: skip
    params = LocalizeParams(seed=1, experiments=["median"], repeats=1, ears=[0.8], batch_size=8)
    results, left_out = measure_all([EXPERIMENTS["median"]], less, lambda ears, trials: None, params)
    assert results == {}
    assert "ahead and behind" in left_out["median"]
    assert np.isnan(mean_of(results)).all()


def test_an_unknown_experiment_is_named():
    assert chosen([]) == list(EXPERIMENTS.values())
    assert chosen(["ears", "noise"]) == [EXPERIMENTS["noise"], EXPERIMENTS["ears"]]
    with pytest.raises(
        LocalizeError, match=r"localize\.experiments has 'ear'; expected some of noise, angle"
    ):
        chosen(["ear"])


def test_threshold_of_answers_in_perfect_and_in_no_order():
    x = np.repeat(np.arange(-10.0, 11), 3)
    assert threshold(x, x, 90.0) < 0.5
    assert threshold(x, np.zeros_like(x), 90.0) == 90
    assert threshold(x, -x, 90.0) == 90


def test_lapses_at_large_differences_move_a_threshold_little():
    rng = np.random.default_rng(1)
    x = np.repeat(np.arange(-320.0, 321, 20), 40)
    said = x + rng.normal(0, 15, len(x))
    clean = threshold(x, said, 320.0)
    lapses = np.where(rng.random(len(x)) < 0.1, rng.uniform(-320, 320, len(x)), said)
    assert threshold(x, lapses, 320.0) < 3 * clean

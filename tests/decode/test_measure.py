"""Readouts of models whose layers hold known information: each is found in its layer and nowhere else."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from heschl.activations.layers import locate
from heschl.activations.models import Model
from heschl.activations.reductions import Projection
from heschl.activations.sounds import Sounds
from heschl.decode.columns import ITEMS, READOUTS
from heschl.decode.levels import Levels
from heschl.decode.measure import measure
from heschl.decode.output import collect, headlines, summary_line, write
from heschl.decode.params import DecodeParams
from heschl.decode.scores import score_layer
from heschl.decode.target_set import target_set

PARAMS = DecodeParams(
    seed=1,
    source="clips",
    folder="brain",
    clips=160,
    lowest_snr_db=0.0,
    dimensions=64,
    bands=2,
    splits=3,
    test=0.25,
    confidence=0.95,
)
LAYERS = ["cochleagram", "pool1", "flat", "word.fc", "genre.fc"]


@pytest.fixture(scope="module")
def made():
    """Models whose layers hold noise, and the level (cochleagram), half of it (pool1), a word (word.fc)."""
    rng = np.random.default_rng(0)
    word, speaker = (
        each.ravel() for each in np.meshgrid(["cat", "dog", "cow", "fox"], [f"v{n}" for n in range(10)])
    )
    word, speaker = np.tile(word, 4), np.tile(speaker, 4)
    source = np.array([f"speaker {name}" for name in speaker])
    sounds = Sounds(
        tuple(f"clip{n}" for n in range(160)), np.zeros((160, 1), np.int16),
        {"word": word, "genre": np.full(160, ""), "speaker": speaker, "source": source},
    )  # fmt: skip
    level = rng.standard_normal((160, 2))
    codes = np.eye(4)[np.unique(word, return_inverse=True)[1]]
    noise = {name: rng.standard_normal((160, 30)) for name in LAYERS}
    features = noise | {
        "cochleagram": np.hstack([noise["cochleagram"], 5 * level]),
        "pool1": np.hstack([noise["pool1"][:, :2], level + level.std() * rng.standard_normal(level.shape)]),
        "flat": np.full((160, 7), 0.1),
        "word.fc": np.hstack([noise["word.fc"], 4 * codes]),
    }
    units = {name: each.shape[1] for name, each in features.items()}
    reduce = Projection(PARAMS.dimensions, PARAMS.seed)
    features = {name: reduce(name, each) for name, each in features.items()}
    layers = locate(LAYERS, ["word", "genre"])
    models = [Model("network", layers, features, units), Model("untrained", layers[:1], features, units)]
    targets = target_set(sounds, Levels({"frequency": ("low", "high"), "modulation": ()}, level), PARAMS)
    return models, targets, collect(measure(models, targets, PARAMS), sounds, targets, PARAMS)


def value(table, layer, readout, column="value", model="network"):
    (found,) = table.loc[
        (table["model"] == model) & (table["layer"] == layer) & (table["readout"] == readout), column
    ]
    return found


def test_what_is_in_a_layer_is_read_out_of_it_alone(made):
    table = made[2].tables["readouts"]
    assert value(table, "word.fc", "word") > 0.95
    assert value(table, "cochleagram", "frequency") > 0.95
    assert value(table, "pool1", "frequency") == pytest.approx(0.5, abs=0.1)  # as much noise as level
    for layer in ("cochleagram", "pool1", "genre.fc"):
        assert value(table, layer, "word", "low") < 0.25 < value(table, layer, "word", "high")
    for layer in ("word.fc", "genre.fc"):
        assert abs(value(table, layer, "frequency")) < 0.05


def test_nothing_is_read_out_of_a_layer_that_does_not_vary(made):
    table = made[2].tables["readouts"]
    assert value(table, "flat", "frequency") == 0
    assert value(table, "flat", "word") == pytest.approx(0.25, abs=0.02)


def test_shuffled_values_of_the_trained_network_are_at_chance(made):
    table = made[2].tables["readouts"]
    own = table[table["model"] == "network"]
    assert (own["shuffled_low"] <= own["shuffled"]).all()
    assert (own["shuffled"] <= own["shuffled_high"]).all()
    assert (own["shuffled"] - own["chance"]).abs().max() < 0.1
    assert (
        table.loc[table["model"] == "untrained", ["shuffled", "shuffled_low", "shuffled_high"]]
        .isna()
        .all(axis=None)
    )


def test_tables_and_metrics(made, tmp_path):
    paths = write(tmp_path, made[2])
    assert [str(path.relative_to(tmp_path)) for path in paths] == [
        "decode/readouts.csv",
        "decode/items.csv",
        "decode/sounds.csv",
        "decode.json",
    ]
    table = pd.read_csv(paths[0], keep_default_na=False)
    assert list(table) == list(READOUTS)
    assert len(table) == (5 + 1) * 3
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
    row = table[(table["layer"] == "word.fc") & (table["readout"] == "speaker")].iloc[0]
    assert row[["branch", "depth", "measure", "chance", "sources"]].tolist() == [
        "word",
        3,
        "accuracy",
        0.1,
        "word",
    ]
    assert row[["n", "units", "splits"]].tolist() == [160, 34, 3]
    items = pd.read_csv(paths[1], keep_default_na=False)
    assert list(items) == list(ITEMS)
    means = items.groupby(["model", "layer"])["value"].mean()
    assert means["network", "pool1"] == pytest.approx(value(table, "pool1", "frequency"))
    found = json.loads(paths[3].read_text())
    assert found["best"]["word"] == {"layer": "word.fc", "value": value(table, "word.fc", "word")}
    assert (found["clips"], found["splits"], found["projected"]) == (160, 3, [])
    assert found["skipped"] == {"genre": "no sound has this label"}
    assert headlines(found)["decode.frequency.best"] == found["best"]["frequency"]["value"]
    assert summary_line(found).startswith("160 clips, best layers: frequency 1.00 in cochleagram, word")
    assert summary_line(found).endswith("; not read out: genre")


@pytest.mark.slow
def test_any_number_of_workers_gives_the_same(made, monkeypatch):
    models, targets, _ = made
    few = replace(models[0], layers=models[0].layers[:3])
    expected = measure([few], targets, PARAMS)
    monkeypatch.setenv("HESCHL_WORKERS", "2")
    assert measure([few], targets, PARAMS) == expected


def test_permuted_sounds_are_read_out_as_noise(made):
    models, targets, _ = made
    order = np.random.default_rng(2).permutation(160)
    levels, *_ = score_layer((models[0].features["cochleagram"][order], False), targets.targets, 0.25, 1)
    assert np.abs(levels.true).max() < 0.1
    assert levels.shuffled.shape == (0, 2)

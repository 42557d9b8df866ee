"""Transfer: layers of separate networks, read out for every task."""

import numpy as np
import pytest
import torch

from heschl.activations.sounds import Sounds
from heschl.branch import transfer
from heschl.network.hearing import Hearing, HearingParams
from tests.branch.test_experiment import ACTIVATIONS, DECODE
from tests.helpers.trainings import EAR, LAYERS, network_of


@pytest.fixture
def hearing(sound):
    torch.manual_seed(1)
    network = network_of(*(layer["name"] for layer in LAYERS), branch_after="input")
    return Hearing(HearingParams(sound, EAR, network), {"word": ["a", "b"], "genre": ["x", "y"]})


@pytest.fixture
def sounds(sound):
    """SYNTHETIC: words are low or high tones, genres are loud or soft noise, of six sources each."""
    rng, time = np.random.default_rng(0), np.arange(sound.samples) / sound.sample_rate
    rows = [(word, genre, source) for word in "ab" for genre in "xy" for source in range(6)]
    waves = []
    for word, genre, _ in rows:
        tone = np.sin(2 * np.pi * {"a": 400, "b": 2500}[word] * time)
        noise = rng.normal(0, {"x": 0.05, "y": 0.8}[genre], sound.samples)
        waves.append(8000 * (tone + noise) / 3)
    labels = {
        "word": np.array([row[0] for row in rows]),
        "genre": np.array([row[1] for row in rows]),
        "source": np.array([f"source {row[2]}" for row in rows]),
    }
    names = tuple(f"sound {place}" for place in range(len(rows)))
    return Sounds(names, np.array(waves, np.int16), labels)


def test_every_layer_of_every_network_is_read_out_for_every_task(hearing, sounds, monkeypatch):
    monkeypatch.setattr(transfer.clips, "of_shards", lambda shards, params: sounds)
    values = {"decode": DECODE | {"splits": 4, "test": 0.34}, "activations": ACTIVATIONS}
    found = transfer.transfer(hearing, None, values, ["word", "genre"])
    assert list(found) == transfer.COLUMNS
    layers = [name for name in hearing.layers if "drop" not in name]
    assert sorted(set(found.layer)) == sorted(layers)
    assert len(found) == 2 * len(layers)
    assert (found.chance == 0.5).all()
    early = found[found.layer.str.endswith("conv1")]
    assert (early.value > 0.9).all()  # tones and noise are apart in any filters
    assert {("word", "genre"), ("genre", "word")} <= set(zip(found.branch, found.readout, strict=True))


def test_tables_of_seeds_are_gathered(hearing, sounds, monkeypatch, tmp_path):
    monkeypatch.setattr(transfer.clips, "of_shards", lambda shards, params: sounds)
    values = {"decode": DECODE | {"splits": 2}, "activations": ACTIVATIONS | {"names": ["word.conv1"]}}
    one = transfer.transfer(hearing, None, values, ["genre"])
    for seed in (3, 5):
        one.to_csv(tmp_path / f"{seed}.csv", index=False)
    found = transfer.gathered({seed: tmp_path / f"{seed}.csv" for seed in (3, 5)})
    assert found.seed.tolist() == [3] * len(one) + [5] * len(one)
    assert found.value.tolist() == pytest.approx(one.value.tolist() * 2)

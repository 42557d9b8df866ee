"""Layers as features, and the models that are compared."""

import numpy as np
import pytest
import torch

from pipeline.activations import models, modulation
from pipeline.activations.archives import StoredError
from pipeline.activations.features import (
    LayersError,
    LayersParams,
    Projection,
    chosen,
    of_network,
    paths,
    placed,
    time_mean,
)
from pipeline.activations.modulation import ModulationFilters, ModulationParams
from pipeline.activations.sounds import Sounds
from pipeline.network.hearing import Hearing, NetworkError, config_of, load_network, save_network
from tests.helpers.trainings import EAR, LAYERS, network_of

LABELS = {"word": ["__genre__", "high", "low"], "genre": ["__speech__", "bass"]}
PARAMS = LayersParams(names=None, time_axis=-1, batch_size=2)
NAMES = ["cochleagram", "conv1", "norm1", "word.pool1", "word.readout", "genre.pool1", "genre.readout"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A network's folder, as training leaves it, but for the training."""
    from pipeline.audio import Sound

    torch.manual_seed(0)
    config = config_of(
        {
            "sound": Sound(sample_rate=8000, clip_s=1.0),
            "cochleagram": EAR,
            "network": network_of(*(layer["name"] for layer in LAYERS), branch_after="norm1"),
        },
        LABELS,
    )
    path = tmp_path_factory.mktemp("models") / "network"
    save_network(path, Hearing(config).network.state_dict(), config, [{"epoch": 0.0}], "none")
    return path


@pytest.fixture(scope="module")
def sounds():
    waveforms = np.random.default_rng(0).integers(-3000, 3000, (5, 8000)).astype(np.int16)
    return Sounds(tuple("abcde"), waveforms, {})


def copy(folder, to):
    """Put a network beside, as people do."""
    to.mkdir(parents=True)
    for file in ("config.json", "weights.pt"):
        (to / file).write_bytes((folder / file).read_bytes())


def test_features_are_the_activations_averaged_over_time(folder, sounds):
    hearing = load_network(folder)
    found = of_network(hearing, sounds.waveforms, PARAMS, time_mean(PARAMS), "test")
    assert list(found) == NAMES  # no dropout
    whole = next(hearing.activations(torch.from_numpy(sounds.waveforms)))
    np.testing.assert_allclose(found["conv1"], whole["conv1"].mean(-1).flatten(1), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found["word.readout"], whole["word.readout"], rtol=1e-4, atol=1e-6)
    first = time_mean(LayersParams(names=None, time_axis=2, batch_size=2))("x", whole["conv1"].numpy())
    np.testing.assert_allclose(first, whole["conv1"].mean(2).flatten(1), rtol=1e-5)


def test_layers_are_chosen_by_name_in_the_networks_order(folder, sounds):
    hearing = load_network(folder)
    assert chosen(hearing, ["norm1", "conv1"]) == ["conv1", "norm1"]
    assert chosen(hearing, ["word.drop1"]) == ["word.drop1"]
    with pytest.raises(LayersError, match=r"there is no layer 'conv7'; there are cochleagram, conv1"):
        chosen(hearing, ["conv7"])
    params = LayersParams(names=("conv1",), time_axis=5, batch_size=2)
    with pytest.raises(
        LayersError, match=r"layers.time_axis is 5, and layer 'conv1' has the axes \(2, 4, 6, 25\)"
    ):
        of_network(hearing, sounds.waveforms, params, time_mean(params), "test")


def test_a_network_that_diverged_is_an_error(folder, sounds):
    hearing = load_network(folder)
    with torch.no_grad():
        hearing.network.layers["conv1"][1].weight.fill_(np.nan)
    with pytest.raises(LayersError, match=r"layer 'conv1' is not finite for 5 of 5 sounds"):
        of_network(hearing, sounds.waveforms, PARAMS, time_mean(PARAMS), "test")


def test_branches_count_on_from_the_trunk():
    found = [(layer.branch, layer.depth) for layer in paths(NAMES, ["word", "genre"])]
    assert found == [("", 0), ("", 1), ("", 2), ("word", 3), ("word", 4), ("genre", 3), ("genre", 4)]
    assert [layer.branch for layer in paths(["a.b", "a.c"], [])] == ["", ""]


def test_layers_that_are_picked_keep_their_depth(folder, sounds):
    hearing = load_network(folder)
    assert placed(hearing, NAMES) == paths(NAMES, ["word", "genre"])
    picked = LayersParams(names=("conv1", "word.pool1"), time_axis=-1, batch_size=2)
    whole, some = (
        next(models.networks(folder, sounds, params, time_mean(PARAMS), seed=1)).layers
        for params in (PARAMS, picked)
    )
    assert (
        list(some)
        == [layer for layer in whole if layer.name in picked.names]
        == [("conv1", "", 1), ("word.pool1", "word", 3)]
    )
    dropout = placed(hearing, ["word.pool1", "word.drop1", "word.readout"])
    assert [layer.depth for layer in dropout] == [3, 3, 4]  # which adds none


def test_projection_keeps_distances_and_is_fixed():
    rng = np.random.default_rng(0)
    values = rng.standard_normal((12, 30, 20, 10)).astype(np.float32)
    one, other = Projection(1000, 1)("x", values), Projection(1000, 1)("y", values)
    np.testing.assert_array_equal(one, other)
    assert one.shape == (12, 1000)
    flat = values.reshape(12, -1)
    true, kept = (
        np.linalg.norm(each[:, None] - each, axis=-1)[np.triu_indices(12, 1)] for each in (flat, one)
    )
    np.testing.assert_allclose(kept / true, 1, atol=0.12)
    np.testing.assert_array_equal(Projection(6000, 1)("x", values), flat)
    assert not np.array_equal(Projection(1000, 2)("x", values), one)


def test_controls_filters_and_what_stands_beside(folder, sounds, tmp_path):
    every = list(models.networks(folder, sounds, PARAMS, time_mean(PARAMS), seed=1))
    assert [model.name for model in every] == ["network", "untrained", "permuted"]
    assert len({model.features["word.pool1"].tobytes() for model in every}) == 3
    assert all(
        np.array_equal(model.features["cochleagram"], every[0].features["cochleagram"]) for model in every
    )
    bank = ModulationFilters(
        ModulationParams(envelope_hz=100.0, channels_per_octave=6, rates_hz=(4.0,), scales=(1.0,)),
        load_network(folder).sound,
    )
    (filters,) = models.filter_bank(sounds, bank, 2)
    np.testing.assert_array_equal(
        filters.features["modulation"], modulation.features(bank.power(sounds.waveforms, 2))
    )
    beside = tmp_path / "beside"
    copy(folder, beside / "twin")
    (beside / "README.md").write_text("not a model")
    np.savez(
        beside / "mine.npz",
        sounds=np.array(list("edcba")),
        first=np.arange(10.0).reshape(5, 2),
        **{"word.last": np.ones((5, 3, 4))},
    )
    picked = LayersParams(
        names=("conv1",), time_axis=-1, batch_size=2
    )  # of the trained network, not of these
    found = {
        model.name: model for model in models.beside(models.found(beside), sounds, picked, time_mean(PARAMS))
    }
    assert list(found) == ["mine", "twin"]
    np.testing.assert_array_equal(found["mine"].features["first"], np.arange(10.0).reshape(5, 2)[::-1])
    assert found["mine"].features["word.last"].shape == (5, 3)
    assert list(found["twin"].features) == [layer.name for layer in found["twin"].layers] == NAMES
    np.testing.assert_array_equal(found["twin"].features["conv1"], every[0].features["conv1"])
    (beside / "untrained.npz").write_bytes((beside / "mine.npz").read_bytes())
    with pytest.raises(LayersError, match=r"untrained.npz: the name 'untrained' is taken"):
        list(models.beside(models.found(beside), sounds, PARAMS, time_mean(PARAMS)))


def test_a_network_of_other_sounds_beside(folder, sounds, tmp_path):
    copy(folder, tmp_path / "other")
    short = Sounds(sounds.names, sounds.waveforms[:, :4000], {})
    with pytest.raises(
        LayersError, match=r"hears 1 s at 8000 Hz, 8000 samples, and these sounds have 4000.*other.npz"
    ):
        list(models.beside(models.found(tmp_path), short, PARAMS, time_mean(PARAMS)))
    with pytest.raises(
        LayersError, match=r"hears 1 s at 8000 Hz, 8000 samples, and these sounds have 4000.*other.npz"
    ):
        models.check(models.found(tmp_path), short)


def test_what_cannot_be_used_fails_before_any_network_runs(folder, sounds, tmp_path, monkeypatch):
    monkeypatch.setattr(models, "load_network", None)
    copy(folder, tmp_path / "twin")
    np.savez(tmp_path / "mine.npz", sounds=np.array(list("abcdef")), first=np.ones((6, 2)))
    models.check(models.found(tmp_path), sounds)
    with pytest.raises(StoredError, match=r"mine.npz lacks 1 of 6 sounds: g; it has a, b"):
        models.check(models.found(tmp_path), Sounds((*sounds.names, "g"), np.zeros((6, 8000), np.int16), {}))
    (tmp_path / "twin" / "config.json").write_text("{}")
    with pytest.raises(NetworkError, match=r"config.json is not of this version: 'sound'"):
        models.check(models.found(tmp_path), sounds)
    (tmp_path / "twin" / "weights.pt").unlink()
    with pytest.raises(NetworkError, match=r"weights.pt is missing"):
        models.check(models.found(tmp_path), sounds)


def test_what_is_found_beside_and_what_is_ignored(folder, tmp_path, caplog):
    beside = tmp_path / "beside"
    with pytest.raises(LayersError, match=r"beside is no folder. Make it, .*: mkdir .*beside"):
        models.found(beside)
    copy(folder, beside / "v1.2")
    quiet = ["README.md", ".gitignore", ".gitkeep", "._a.npz", "a.npz.dvc", "clips/a.npz"]
    for name in [*quiet, "a.npz", "B.NPZ", "c.h5", "d.hdf5"]:
        (beside / name).parent.mkdir(exist_ok=True)
        (beside / name).touch()
    assert [path.name for path in models.found(beside)] == ["B.NPZ", "a.npz", "c.h5", "d.hdf5", "v1.2"]
    assert not caplog.messages
    (beside / "before").mkdir()
    (beside / "folder.npz").mkdir()
    (beside / "plain.npy").touch()
    assert len(models.found(beside)) == 5
    assert "3 are ignored" in caplog.text
    assert caplog.messages[0].endswith(": before, folder.npz, plain.npy")
    (beside / "c.hdf5").touch()
    with pytest.raises(LayersError, match=r"c.hdf5: the name 'c' is taken"):
        models.found(beside)

"""The user's networks and activation files."""

import json
from dataclasses import replace

import numpy as np
import pytest

from heschl import pretrained
from heschl.activations import models, user_models
from heschl.activations.archives import ArchiveError
from heschl.activations.layers import LayersError
from heschl.activations.params import ActivationsParams
from heschl.activations.reductions import time_mean
from heschl.activations.sounds import Sounds
from heschl.network.saved import NetworkError
from tests.helpers.releases import ship

PARAMS = ActivationsParams(names=None, time_axis=-1, batch_size=2, trust_code=False)


def copy(folder, to):
    """Copy a network's folder, as users do."""
    to.mkdir(parents=True)
    for file in ("config.json", "weights.pt"):
        (to / file).write_bytes((folder / file).read_bytes())


def test_networks_and_files_are_read_with_all_of_their_layers(network_folder, sounds, layer_names, tmp_path):
    folder = tmp_path / "models"
    copy(network_folder, folder / "twin")
    (folder / "README.md").write_text("not a model")
    np.savez(
        folder / "mine.npz",
        sounds=np.array(list("edcba")),
        first=np.arange(10.0).reshape(5, 2),
        **{"word.last": np.ones((5, 3, 4))},
    )
    picked = ActivationsParams(
        names=("conv1",), time_axis=-1, batch_size=2, trust_code=False
    )  # of the trained network only
    read = user_models.read(user_models.find(folder), sounds, picked, time_mean(PARAMS), ["word"])
    found = {model.name: model for model in read}
    assert list(found) == ["mine", "twin"]
    np.testing.assert_array_equal(found["mine"].features["first"], np.arange(10.0).reshape(5, 2)[::-1])
    assert found["mine"].features["word.last"].shape == (5, 3)
    assert found["mine"].units == {"first": 2, "word.last": 12}
    assert found["mine"].layers == [("first", "", 0), ("word.last", "word", 1)]
    assert list(found["twin"].features) == [layer.name for layer in found["twin"].layers] == layer_names
    trained = next(models.networks(network_folder, sounds, PARAMS, time_mean(PARAMS), seed=1))
    np.testing.assert_array_equal(found["twin"].features["conv1"], trained.features["conv1"])


def test_the_code_of_a_network_from_elsewhere_is_not_run_unless_params_trust_it(
    network_folder, sounds, tmp_path
):
    copy(network_folder, tmp_path / "theirs")
    path = tmp_path / "theirs" / "config.json"
    theirs = {"module": "networks.absent:Net", "options": {}}
    path.write_text(json.dumps(json.loads(path.read_text()) | {"network": theirs}))
    found = user_models.find(tmp_path)
    message = r"config\.json: network\.module is 'networks\.absent:Net': code, which was not imported"
    with pytest.raises(NetworkError, match=message):
        user_models.check(found, sounds, PARAMS)
    with pytest.raises(NetworkError, match=message):
        next(user_models.read(found, sounds, PARAMS, time_mean(PARAMS)))
    trusting = replace(PARAMS, trust_code=True)
    user_models.check(found, sounds, trusting)
    with pytest.raises(NetworkError, match=r"'networks\.absent:Net' cannot be imported"):
        next(user_models.read(found, sounds, trusting, time_mean(PARAMS)))


def test_a_pretrained_network_stands_beside_by_its_name(network_folder, sounds, tmp_path, monkeypatch):
    monkeypatch.setattr(pretrained, "FOLDER", tmp_path / "pretrained")
    ship(network_folder, "first-words", pretrained.FOLDER)
    folder = tmp_path / "models"
    copy(network_folder, folder / "twin")
    (folder / "first-words.network").touch()
    found = user_models.find(folder)
    assert [path.name for path in found] == ["first-words", "twin"]
    user_models.check(found, sounds, PARAMS)
    one, twin = user_models.read(found, sounds, PARAMS, time_mean(PARAMS))
    assert one.name == "first-words"
    for layer, features in twin.features.items():
        np.testing.assert_array_equal(one.features[layer], features)
    (folder / "last-words.network").touch()
    with pytest.raises(
        LayersError,
        match=r"last-words\.network: There is no pretrained network.*Pretrained networks: first-words",
    ):
        user_models.find(folder)
    (folder / "last-words.network").rename(folder / "twin.network")
    ship(network_folder, "twin", pretrained.FOLDER)
    with pytest.raises(LayersError, match="the name 'twin' is already taken"):
        user_models.find(folder)


def test_a_network_in_a_folder_may_have_safetensors(network_folder, sounds, tmp_path):
    made = ship(network_folder, "words", tmp_path / "models")
    (found,) = user_models.find(tmp_path / "models")
    user_models.check([found], sounds, PARAMS)
    (made / "weights.safetensors").unlink()
    with pytest.raises(NetworkError, match=r"weights.pt is missing"):
        user_models.check([found], sounds, PARAMS)


def test_reserved_names_are_refused(tmp_path):
    (tmp_path / "untrained.npz").touch()
    with pytest.raises(LayersError, match=r"untrained.npz: the name 'untrained' is already taken"):
        user_models.find(tmp_path)


def test_a_network_for_other_sounds_is_an_error(network_folder, sounds, tmp_path):
    copy(network_folder, tmp_path / "other")
    short = Sounds(sounds.names, sounds.waveforms[:, :4000], {})
    message = r"expects clips of 1 s at 8000 Hz, 8000 samples, but these sounds have 4000.*other.npz"
    with pytest.raises(LayersError, match=message):
        list(user_models.read(user_models.find(tmp_path), short, PARAMS, time_mean(PARAMS)))
    with pytest.raises(LayersError, match=message):
        user_models.check(user_models.find(tmp_path), short, PARAMS)


def test_unusable_models_are_found_before_any_network_runs(network_folder, sounds, tmp_path, monkeypatch):
    monkeypatch.setattr(user_models, "load_network", None)
    copy(network_folder, tmp_path / "twin")
    np.savez(tmp_path / "mine.npz", sounds=np.array(list("abcdef")), first=np.ones((6, 2)))
    every = user_models.find(tmp_path)
    user_models.check(every, sounds, PARAMS)
    with pytest.raises(ArchiveError, match=r"mine.npz lacks 1 of 6 sounds: g; it has a, b"):
        user_models.check(every, Sounds((*sounds.names, "g"), np.zeros((6, 8000), np.int16), {}), PARAMS)
    (tmp_path / "twin" / "config.json").write_text("{}")
    with pytest.raises(
        NetworkError, match=r"config.json does not fit this version of Heschl: .*no section 'sound'"
    ):
        user_models.check(user_models.find(tmp_path), sounds, PARAMS)
    (tmp_path / "twin" / "weights.pt").unlink()
    with pytest.raises(NetworkError, match=r"weights.pt is missing"):
        user_models.check(user_models.find(tmp_path), sounds, PARAMS)


def test_what_is_found_and_what_is_ignored(network_folder, tmp_path, caplog):
    folder = tmp_path / "models"
    with pytest.raises(LayersError, match=r"models is not a folder. Make it, .*: mkdir .*models"):
        user_models.find(folder)
    copy(network_folder, folder / "v1.2")
    quiet = ["README.md", ".gitignore", ".gitkeep", "._a.npz", "a.npz.dvc", "clips/a.npz"]
    for name in [*quiet, "a.npz", "B.NPZ", "c.h5", "d.hdf5"]:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    assert [path.name for path in user_models.find(folder)] == ["B.NPZ", "a.npz", "c.h5", "d.hdf5", "v1.2"]
    assert not caplog.messages
    (folder / "before").mkdir()
    (folder / "folder.npz").mkdir()
    (folder / "plain.npy").touch()
    assert len(user_models.find(folder)) == 5
    assert "3 entries are ignored" in caplog.text
    assert caplog.messages[0].endswith(": before, folder.npz, plain.npy")
    (folder / "c.hdf5").touch()
    with pytest.raises(LayersError, match=r"c.hdf5: the name 'c' is already taken"):
        user_models.find(folder)

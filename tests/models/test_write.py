"""Files of activations, and the code of the stages that reads them."""

import json

import h5py
import numpy as np
import pytest
import torch

from heschl.activations import precomputed, user_models
from heschl.activations.params import ActivationsParams
from heschl.activations.reductions import Projection, time_mean
from heschl.activations.sounds import Sounds
from heschl.models import sounds
from heschl.models.model import ModelError, Ready
from heschl.models.write import write
from tests.helpers.models import small, write_sounds

PARAMS = ActivationsParams(names=None, time_axis=-1, batch_size=16, trust_code=False)
LENGTHS = (1.0, 1.0, 1.5, 0.5, 0.5, 0.5, 1.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_sounds(tmp_path_factory.mktemp("sounds"), LENGTHS)


@pytest.fixture(scope="module")
def even(tmp_path_factory):
    return write_sounds(tmp_path_factory.mktemp("even"), (1.0,) * 5)


def layers_of(path):
    with h5py.File(path) as file:
        return {name: file[name][()] for name in file["layer_list"].asstr()}


def only(source, place):
    """Return one of the sounds."""
    return source._replace(names=[source.names[place]], waveform=lambda _, rate: source.waveform(place, rate))


@pytest.mark.parametrize("name", ["wavlm", "whisper", "ast"])
def test_a_sound_is_heard_alike_alone_and_among_longer_ones(tmp_path, folder, name):
    source, model = sounds.of_folder(folder), small(name)
    write(tmp_path / "all.h5", name, model, source, batch_size=3)
    together = layers_of(tmp_path / "all.h5")
    for place in (0, 3, 5):
        write(tmp_path / "one.h5", name, model, only(source, place))
        for layer, values in layers_of(tmp_path / "one.h5").items():
            np.testing.assert_allclose(together[layer][place], values[0], atol=5e-6)


@pytest.mark.parametrize("size", [1, 2, 16])
def test_sounds_share_a_batch_if_their_lengths_are_equal(tmp_path, folder, size):
    seen = []

    def activations(waveforms):
        seen.append(waveforms.shape)
        return {"sum": torch.from_numpy(waveforms.sum(axis=1, keepdims=True))}

    source = sounds.of_folder(folder)
    model = Ready(16000, 1, None, activations, {"random": True})
    write(tmp_path / "sums.h5", "sums", model, source, batch_size=size)
    expected = [source.waveform(place, 16000).sum() for place in range(len(LENGTHS))]
    np.testing.assert_allclose(layers_of(tmp_path / "sums.h5")["sum"][:, 0], expected, atol=1e-4)
    assert len(seen) == {1: 7, 2: 5, 16: 4}[size]
    assert [samples for count, samples in seen for _ in range(count)] == [16000 * each for each in LENGTHS]


def test_the_stages_read_the_file(tmp_path, even):
    source, model = sounds.of_folder(even), small("ast")
    write(tmp_path / "ast-random.h5", "ast-random", model, source)
    (path,) = user_models.find(tmp_path)
    wanted = Sounds(("s3", "s1"), np.ones((2, 16000), np.int16), {})
    user_models.check([path], wanted, PARAMS)
    (found,) = user_models.read([path], wanted, PARAMS, time_mean(PARAMS), ["word", "genre"])
    assert found.name == "ast-random"
    assert [(layer.name, layer.branch, layer.depth) for layer in found.layers] == [
        ("embedding", "", 0), ("block1", "", 1), ("block2", "", 2)
    ]  # fmt: skip
    states = model.activations(np.stack([source.waveform(place, 16000) for place in (3, 1)]))
    for layer, features in found.features.items():  # encode: channel x frequency
        np.testing.assert_allclose(features, states[layer].numpy().mean(-1).reshape(2, -1), atol=2e-6)
    (reduced,) = user_models.read([path], wanted, PARAMS, Projection(7, 1))  # decode
    assert reduced.features["block2"].shape == (2, 7)


def test_time_is_the_last_axis_if_it_is_kept(tmp_path, even):
    source, model = sounds.of_folder(even), small("ast")
    write(tmp_path / "mean.h5", "mean", model, source)
    write(tmp_path / "time.h5", "time", model, source, keep_time=True)
    means, kept = layers_of(tmp_path / "mean.h5"), layers_of(tmp_path / "time.h5")
    assert kept["block1"].shape == (5, 24, 12, 9)  # channel, frequency, time: 98 frames of 10 ms
    names = tuple(source.names)
    read = precomputed.read(tmp_path / "time.h5", names, time_mean(PARAMS)).values  # as encode does
    for layer in means:
        np.testing.assert_allclose(read[layer], means[layer], atol=2e-6)


def test_attributes_say_what_the_weights_are(tmp_path, even):
    write(tmp_path / "x.h5", "whisper-random", small("whisper", 4), sounds.of_folder(even))
    with h5py.File(tmp_path / "x.h5") as file:
        found = dict(file.attrs)
    assert (found["model"], found["random"], found["seed"]) == ("whisper-random", True, 4)
    assert found["weights"] == "random, in the architecture of openai/whisper-base"
    assert (found["sample_rate"], found["time"]) == (16000, "averaged")
    assert json.loads(found["versions"])["torch"] == torch.__version__


def test_a_file_stays_as_it_was_after_an_error(tmp_path, folder):
    path, model = tmp_path / "x.h5", small("ast")
    path.write_bytes(b"earlier")
    with pytest.raises(ModelError, match=r"'embedding' has shape .* for the sound 's2', .* Leave --time out"):
        write(path, "ast", model, sounds.of_folder(folder), keep_time=True)
    assert path.read_bytes() == b"earlier"
    assert [each.name for each in tmp_path.iterdir()] == ["x.h5"]


@pytest.mark.parametrize(("limits", "text"), [
    ((20000, None), "'s0' is 1.000 s long; some hears 1.250 s or more"),
    ((1, 16000), "'s2' is 1.500 s long; some hears 0.000 to 1.000 s"),
])  # fmt: skip
def test_a_sound_of_a_length_that_the_model_cannot_hear(tmp_path, folder, limits, text):
    model = Ready(16000, *limits, lambda waveforms: {"x": torch.from_numpy(waveforms[:, :1])}, {})
    with pytest.raises(ModelError, match=f"{text}\\. Cut or pad it"):
        write(tmp_path / "x.h5", "some", model, sounds.of_folder(folder))
    assert list(tmp_path.iterdir()) == []


def test_activations_that_are_not_finite(tmp_path, folder):
    def activations(waveforms):
        values = waveforms[:, :1] / np.float32(len(waveforms) > 1)
        return {"x": torch.from_numpy(values)}

    model = Ready(16000, 1, None, activations, {})
    with np.errstate(all="ignore"), pytest.raises(ModelError, match=r"'x' is not finite for the sound 's2'"):
        write(tmp_path / "x.h5", "some", model, sounds.of_folder(folder))

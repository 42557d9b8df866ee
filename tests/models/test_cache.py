"""Weights from a folder, the local cache and a hub; files that must be refused."""

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from heschl.models import cache, published
from heschl.models.model import ModelError
from tests.helpers.hub import hub  # noqa: F401
from tests.helpers.models import noise, parts, save

COMMIT = "0123456789abcdef0123456789abcdef01234567"
WAV2VEC2 = published("wav2vec2")


@pytest.fixture
def cached(tmp_path, monkeypatch):
    """An empty cache of the hub."""
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


@pytest.fixture
def folder(tmp_path):
    save("wav2vec2", tmp_path / "mine")
    return tmp_path / "mine"


def load(weights=None, download=False):
    return WAV2VEC2.load(None if weights is None else str(weights), download, "cpu")


def into_cache(folder, cached):
    """Copy a model into a cache, in the layout that huggingface_hub documents."""
    repository = cached / "models--facebook--wav2vec2-base"
    shutil.copytree(folder, repository / "snapshots" / COMMIT)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)


def test_the_local_cache_is_used_without_the_network(folder, cached):
    into_cache(folder, cached)
    ready = load()
    assert ready.record["weights"] == "facebook/wav2vec2-base"
    assert ready.record["revision"] == COMMIT
    waveform = noise(0.5)[None]
    expected = load(folder).activations(waveform)["block2"]
    assert torch.equal(ready.activations(waveform)["block2"], expected)


def test_a_model_that_is_not_cached(cached):
    message = r"facebook/wav2vec2-base is not in the local cache, .*hub\. Add --download to fetch it, name a"
    with pytest.raises(ModelError, match=message):
        load()


def test_a_download_fills_the_cache(folder, cached, hub):  # noqa: F811
    hub.serve("facebook/wav2vec2-base", folder, COMMIT)
    first = load(download=True)
    assert first.record["revision"] == COMMIT
    hub.stop()
    waveform = noise(0.5)[None]
    assert torch.equal(load().activations(waveform)["block2"], first.activations(waveform)["block2"])


def test_a_download_prefers_safetensors(folder, cached, hub):  # noqa: F811
    (folder / cache.PICKLED).write_bytes(b"not to be fetched")
    hub.serve("facebook/wav2vec2-base", folder, COMMIT)
    load(download=True)
    assert cache.PICKLED not in hub.fetched
    assert cache.SAFE in hub.fetched


def test_a_download_of_weights_in_pytorch_s_format(folder, cached, hub):  # noqa: F811
    torch.save(load_file(folder / cache.SAFE), folder / cache.PICKLED)
    waveform = noise(0.5)[None]
    expected = load(folder).activations(waveform)["block2"]
    (folder / cache.SAFE).unlink()
    hub.serve("facebook/wav2vec2-base", folder, COMMIT)
    found = load(download=True).activations(waveform)["block2"]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_an_unknown_repository(cached, hub):  # noqa: F811
    with pytest.raises(
        ModelError, match=r"some/model .*(cannot be downloaded|local cache).*--weights FOLDER"
    ):
        load("some/model", download=True)


class Evil:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_nothing_is_unpickled(folder, tmp_path):
    (folder / cache.SAFE).unlink()
    ran = tmp_path / "ran"
    torch.save({"weight": Evil(ran)}, folder / cache.PICKLED)
    with pytest.raises(ModelError, match=r"cannot be loaded as Wav2Vec2Model .* Nothing in it was run"):
        load(folder)
    assert not ran.exists()
    pickle.loads(pickle.dumps(Evil(ran)))
    assert ran.exists()  # it would have run


@pytest.mark.parametrize(("name", "whole"), [
    ("wav2vec2", "Wav2Vec2ForPreTraining"), ("ast", "ASTForAudioClassification"),
    ("whisper", "WhisperForConditionalGeneration"), ("hubert", "HubertForCTC"),
])  # fmt: skip
def test_the_network_within_a_published_one_with_a_head(tmp_path, name, whole):
    """Published files have heads, and older names of tensors that are normalized."""
    config, extractor = parts(name)
    network = getattr(transformers, whole)(config).eval()
    network.save_pretrained(tmp_path)
    extractor.save_pretrained(tmp_path)
    older = {"parametrizations.weight.original0": "weight_g", "parametrizations.weight.original1": "weight_v"}
    tensors = load_file(tmp_path / cache.SAFE)
    for new, old in older.items():
        tensors = {key.replace(new, old): each for key, each in tensors.items()}
    save_file(tensors, tmp_path / cache.SAFE, metadata={"format": "pt"})
    waveform = noise(1.0)
    (inputs,) = extractor(waveform, sampling_rate=16000, return_tensors="pt").values()
    inner = network.model.encoder if name == "whisper" else network.base_model
    with torch.no_grad():
        expected = inner(inputs, output_hidden_states=True).hidden_states[-1]
    model = published(name)
    found = model.load(str(tmp_path), False, "cpu").activations(waveform[None])
    assert any("weight_g" in key for key in tensors) == (name in ("wav2vec2", "hubert"))
    np.testing.assert_allclose(
        found["block2"], model.in_time(expected, len(waveform), config, extractor), atol=2e-6
    )


def test_a_folder_that_lacks_files(folder):
    (folder / cache.EXTRACTOR).unlink()
    (folder / cache.SAFE).unlink()
    with pytest.raises(
        ModelError, match=r"mine lacks preprocessor_config\.json, model\.safetensors \(or pyto"
    ):
        load(folder)


def test_weights_that_are_neither_a_folder_nor_a_repository():
    with pytest.raises(
        ModelError, match=r"--weights is 'no folder'; expected a folder with config\.json, .* or"
    ):
        load("no folder")


def test_the_folder_of_another_model(folder):
    config = json.loads((folder / cache.CONFIG).read_text())
    (folder / cache.CONFIG).write_text(json.dumps(config | {"model_type": "hubert"}))
    with pytest.raises(ModelError, match=r"has model_type 'hubert'; expected 'wav2vec2'"):
        load(folder)


def test_a_tensor_that_is_missing_is_not_left_random(folder):
    tensors = load_file(folder / cache.SAFE)
    del tensors["encoder.layers.1.attention.k_proj.weight"]
    save_file(tensors, folder / cache.SAFE, metadata={"format": "pt"})
    with pytest.raises(
        ModelError, match=r"mine lacks 1 tensors .* 'encoder\.layers\.1\.attention\.k_proj\.we"
    ):
        load(folder)


def test_damaged_weights(folder):
    (folder / cache.SAFE).write_bytes(b"damaged")
    with pytest.raises(ModelError, match=r"mine cannot be loaded as Wav2Vec2Model"):
        load(folder)

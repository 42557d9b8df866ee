"""VGGish against its definition, written out with NumPy and torch's functions."""

import hashlib

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch.nn import functional

from heschl.models import vggish
from heschl.models.model import ModelError
from tests.helpers.models import noise

MODEL = vggish.MODEL


def log_mel(waveform):
    """The spectrogram of research/audioset/vggish/mel_features.py."""
    frames = np.lib.stride_tricks.sliding_window_view(waveform.astype(float), 400)[::160]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    magnitude = np.abs(np.fft.rfft(frames * window, 512))
    mel = 1127 * np.log1p(np.arange(257) * 8000 / 256 / 700)
    edges = np.linspace(1127 * np.log1p(125 / 700), 1127 * np.log1p(7500 / 700), 66)
    rising = (mel[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - mel[:, None]) / (edges[2:] - edges[1:-1])
    bands = np.maximum(0, np.minimum(rising, falling))
    bands[0] = 0
    return np.log(magnitude @ bands + 0.01)


def test_the_spectrogram_is_that_of_the_definition():
    waveform = noise(1.3)
    np.testing.assert_allclose(vggish.spectrogram(waveform), log_mel(waveform), atol=1e-4)


def forward(state, examples):
    """The layers of torchvggish, by the places of its tensors: what leaves each convolution, and the end."""
    found = []
    for place in (0, 3, 6, 8, 11, 13):
        weight, bias = (state[f"features.{place}.{kind}"] for kind in ("weight", "bias"))
        examples = functional.relu(functional.conv2d(examples, weight, bias, padding=1))
        found.append(examples)
        if place not in (6, 11):
            examples = functional.max_pool2d(examples, 2)
    examples = examples.transpose(1, 3).transpose(1, 2).reshape(len(examples), -1)
    for place in (0, 2, 4):
        weight, bias = (state[f"embeddings.{place}.{kind}"] for kind in ("weight", "bias"))
        examples = functional.relu(functional.linear(examples, weight, bias))
    return found, examples


@pytest.fixture(scope="module")
def state():
    torch.manual_seed(0)
    return vggish.Network().state_dict()


def test_a_file_of_weights_is_the_network_of_torchvggish(tmp_path, state):
    path = tmp_path / "vggish.safetensors"
    save_file(state, path)
    ready = MODEL.load(str(path), False, "cpu")
    waveforms = np.stack([noise(2.0), noise(2.0, seed=1)])  # two examples each, and 0.06 s that are not heard
    found = ready.activations(waveforms)
    examples = torch.from_numpy(np.stack([log_mel(each)[:192] for each in waveforms]).astype(np.float32))
    with torch.no_grad():
        convolutions, last = forward(state, examples.reshape(4, 1, 96, 64))
    names = ("conv1", "conv2", "conv3_1", "conv3_2", "conv4_1", "conv4_2")
    for name, expected in zip(names, convolutions, strict=True):
        joined = torch.stack([torch.cat([*pair], dim=1) for pair in expected.split(2)])  # examples in a row
        np.testing.assert_allclose(found[name], joined.transpose(2, 3), atol=1e-4)
    np.testing.assert_allclose(found["fc2"], last.reshape(2, 2, 128).transpose(1, 2), atol=1e-5)
    assert found["spectrogram"].shape == (2, 1, 64, 192)
    assert list(found) == ["spectrogram", "conv1", "pool1", "conv2", "pool2", "conv3_1", "conv3_2", "pool3",
                           "conv4_1", "conv4_2", "pool4", "fc1_1", "fc1_2", "fc2"]  # fmt: skip
    assert ready.record["random"] is False
    shortest = ready.activations(waveforms[:1, : ready.shortest])
    assert shortest["fc2"].shape == (1, 128, 1)


def test_weights_that_are_missing_or_not_vggish_s(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path))
    with pytest.raises(ModelError, match=r"vggish-10086976\.pth is missing\. Add --download to fetch https:"):
        MODEL.load(None, False, "cpu")
    path = tmp_path / "other.pth"
    torch.save({"features.0.weight": torch.zeros(1)}, path)
    with pytest.raises(ModelError, match=r"other\.pth does not hold the tensors of torchvggish"):
        MODEL.load(str(path), False, "cpu")


@pytest.fixture
def released(tmp_path, monkeypatch):
    """A file in place of the released one, with a network of one layer; returns its folder."""
    torch.save(torch.nn.Linear(2, 1).state_dict(), tmp_path / "x")
    digest = hashlib.sha256((tmp_path / "x").read_bytes()).hexdigest()
    name = f"vggish-{digest[:8]}.pth"
    (tmp_path / "x").rename(tmp_path / name)
    monkeypatch.setattr(vggish, "FILE", name)
    monkeypatch.setattr(vggish, "URL", (tmp_path / name).as_uri())
    monkeypatch.setattr(vggish, "Network", lambda: torch.nn.Linear(2, 1))
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path / "hub"))
    return tmp_path


def test_a_download_is_kept(released):
    with pytest.raises(ModelError, match="is missing"):
        MODEL.load(None, False, "cpu")
    first = MODEL.load(None, True, "cpu").record
    for file in released.glob("*.pth"):
        file.unlink()
    assert MODEL.load(None, False, "cpu").record == first


def test_a_download_with_another_digest_is_refused(released):
    (file,) = released.glob("*.pth")
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match=r"cannot be downloaded: invalid hash value"):
        MODEL.load(None, True, "cpu")
    assert not list((released / "hub").rglob("*.pth"))


class Evil:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return type(self.path).touch, (self.path,)


def test_nothing_is_unpickled(tmp_path):
    torch.save({"x": Evil(tmp_path / "ran")}, tmp_path / "x.pth")
    with pytest.raises(ModelError, match=r"UnpicklingError.*Nothing in it was run"):
        MODEL.load(str(tmp_path / "x.pth"), False, "cpu")
    assert not (tmp_path / "ran").exists()

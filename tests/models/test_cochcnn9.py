"""CochCNN9 of a few filters, with its ear, from a checkpoint with one head or several."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from heschl.exchange.cochdnn import LAYERS
from heschl.models import cochcnn9
from heschl.models.model import ModelError
from heschl.network.presets.cochcnn9 import COCHCNN9
from heschl.network.table import Linear
from tests.helpers.models import noise

NARROW = replace(
    COCHCNN9.network,
    width=0.02,
    layers=tuple(
        replace(layer, units=8) if isinstance(layer, Linear) else layer for layer in COCHCNN9.network.layers
    ),
)
TRUNK = ["cochleagram", "norm0", "conv1", "pool1", "norm1", "conv2", "pool2", "norm2", "conv3", "conv4",
         "conv5", "pool5", "fc6"]  # fmt: skip


@pytest.fixture(autouse=True)
def narrow(monkeypatch):
    monkeypatch.setattr(cochcnn9, "COCHCNN9", replace(COCHCNN9, network=NARROW))


def checkpoint(path, heads):
    """Write a network as a checkpoint with published names; return its tensors by our names."""
    torch.manual_seed(0)
    state = cochcnn9._hearing().network.state_dict()
    named = {}
    for theirs, ours in LAYERS.items():
        named |= {name.replace(ours, theirs): each for name, each in state.items() if name.startswith(ours)}
    for head in heads:
        named |= {f"classification{head}.{kind}": state[f"branches.word.readout.1.{kind}"]
                  for kind in ("weight", "bias")}  # fmt: skip
    torch.save({"model": {f"module.model.1.{name}": each for name, each in named.items()}}, path)
    return state


def test_the_layers_of_the_trunk_come_with_the_ear():
    ready = cochcnn9.MODEL.random(3, "cpu")
    torch.manual_seed(3)
    hearing = cochcnn9._hearing().eval()
    waveforms = np.stack([noise(2.0, 20000), noise(2.0, 20000, seed=1)])
    assert ready.shortest == ready.longest == waveforms.shape[1]
    found = ready.activations(waveforms)
    assert list(found) == TRUNK
    with torch.no_grad():
        image = hearing.ear(torch.from_numpy(waveforms))
        np.testing.assert_allclose(found["cochleagram"], image, atol=1e-6)
        image = image[:, None]
        for name, layer in hearing.network.trunk.named_children():
            image = layer(image)
            if name in found:
                np.testing.assert_allclose(found[name], image, atol=1e-5)


@pytest.mark.parametrize("heads", [[""], [".signal/word_int", ".signal/speaker_int"]])
def test_checkpoints_with_one_head_or_several(tmp_path, heads):
    path, waveforms = tmp_path / "released.pt", noise(2.0, 20000)[None]
    state = checkpoint(path, heads)
    found = cochcnn9.MODEL.load(str(path), False, "cpu").activations(waveforms)
    hearing = cochcnn9._hearing().eval()
    hearing.network.load_state_dict(state)
    (expected,) = hearing.activations(torch.from_numpy(waveforms), ["conv5"])
    np.testing.assert_allclose(found["conv5"], expected["conv5"], atol=1e-6)


def test_weights_must_be_named(tmp_path):
    with pytest.raises(ModelError, match=r"Download it as https://github\.com/jenellefeather/cochdnn"):
        cochcnn9.MODEL.load(None, True, "cpu")
    with pytest.raises(ModelError, match=r"none\.pt is missing\. Download it"):
        cochcnn9.MODEL.load(str(tmp_path / "none.pt"), False, "cpu")

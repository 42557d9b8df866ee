"""A network with its ear: activations of every layer, custom networks, saved configs."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from heschl.audio import Sound
from heschl.network.custom import NetworkSection, source_files
from heschl.network.hearing import Hearing, HearingParams, label_probabilities
from heschl.network.saved import NetworkError, config_of, load_network, save_network
from heschl.params import parse
from tests.helpers.device import OnDevice
from tests.helpers.trainings import EAR, LAYERS, network_of

LABELS = {"word": ["__genre__", "high", "low"], "genre": ["__speech__", "bass"]}
RECURRENT = {"module": "networks.recurrent:Recurrent", "options": {"units": 6}}


def hearing_of(network, sound):
    torch.manual_seed(0)
    return Hearing(HearingParams(sound, EAR, network), LABELS).eval()


@pytest.fixture
def hearing(sound):
    return hearing_of(network_of(*(layer["name"] for layer in LAYERS)), sound)


@pytest.fixture(scope="module")
def waveform():
    return torch.from_numpy(np.random.default_rng(0).integers(-3000, 3000, (5, 8000), dtype=np.int16))


def test_activations_are_what_the_layers_compute(hearing, waveform):
    """Worked out layer by layer, without hooks."""
    found = {
        name: torch.cat(parts) for name, parts in collect(hearing.activations(waveform, batch_size=2)).items()
    }
    ear = hearing.ear(waveform / 32768)
    conv, norm = hearing.network.trunk
    expected = {"cochleagram": ear, "conv1": conv(ear[:, None])}
    expected["norm1"] = norm(expected["conv1"])
    for task, branch in hearing.network.branches.items():
        pooled = branch.pool1(expected["norm1"])
        expected |= {
            f"{task}.pool1": pooled,
            f"{task}.drop1": pooled,
            f"{task}.readout": branch.readout(pooled),
        }
    assert list(found) == ["cochleagram", *hearing.layers]
    assert set(found) == set(expected)
    for name, values in expected.items():
        torch.testing.assert_close(found[name], values.detach(), rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(
        found["word.readout"], hearing(waveform)["word"].detach(), rtol=1e-5, atol=1e-6
    )


def collect(batches):
    found = {}
    for batch in batches:
        for name, values in batch.items():
            found.setdefault(name, []).append(values)
    return found


def test_activations_come_batch_by_batch_in_eval_mode_and_leave_no_hooks(hearing, waveform):
    hearing.train()
    statistics = hearing.network.trunk.norm1.running_mean.clone()
    batches = hearing.activations(waveform, ["word.drop1", "cochleagram"], batch_size=2)
    first = next(batches)
    assert list(first) == ["word.drop1", "cochleagram"]
    assert [len(values) for values in first.values()] == [2, 2]
    assert hearing.training
    assert not any(
        module._forward_hooks for module in hearing.modules()
    )  # also when the rest is never asked for
    assert [len(batch["word.drop1"]) for batch in batches] == [2, 1]
    torch.testing.assert_close(hearing.network.trunk.norm1.running_mean, statistics)
    again = next(hearing.activations(waveform, ["word.drop1"], batch_size=2))
    torch.testing.assert_close(again["word.drop1"], first["word.drop1"])  # no dropout
    assert not again["word.drop1"].requires_grad


def test_an_unknown_layer(hearing, waveform):
    with pytest.raises(
        ValueError, match=r"there is no layer 'conv9'; there are cochleagram, conv1, norm1, word\.pool1"
    ):
        hearing.activations(waveform, ["conv9"])


def test_a_custom_network_has_activations_and_is_saved_and_loaded(sound, waveform, tmp_path):
    params = parse("network", RECURRENT, NetworkSection)
    hearing = hearing_of(params, sound)
    (batch,) = hearing.activations(waveform, batch_size=8)
    assert set(batch) == {"cochleagram", "norm", "trunk", "readout.word", "readout.genre"}
    torch.testing.assert_close(batch["readout.word"], hearing(waveform)["word"].detach())
    assert batch["trunk"].shape == (5, hearing.ear.shape[1], 6)
    config = config_of({"sound": sound, "cochleagram": EAR, "network": params}, LABELS)
    save_network(tmp_path, hearing.network.state_dict(), config, [{"epoch": 1.0}], "run")
    torch.testing.assert_close(
        load_network(tmp_path, trust_code=True)(waveform)["genre"], hearing(waveform)["genre"]
    )
    assert source_files(params) == [
        Path(sys.modules[name].__file__) for name in ("networks", "networks.recurrent")
    ]


class Wrong(nn.Module):
    def __init__(self, classes, shape):
        super().__init__()

    def forward(self, cochleagram):
        return {"word": cochleagram[:, 0]}


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (
            RECURRENT | {"module": "networks.absent:Recurrent"},
            r"network\.module 'networks\.absent:Recurrent' cannot be imported",
        ),
        (RECURRENT | {"module": "networks.recurrent:Absent"}, "cannot be imported"),
        (RECURRENT | {"module": "networks.recurrent"}, "cannot be imported"),
        (
            RECURRENT | {"module": "os:system", "options": {"command": "touch harm"}},
            r"expected a class of torch\.nn\.Module",
        ),
        (
            RECURRENT | {"options": {"width": 3}},
            r"network\.options do not fit networks\.recurrent:Recurrent\(classes, shape, \*\*options\)",
        ),
        (
            {"module": "tests.network.test_hearing:Wrong", "options": {}},
            r"returns \{'word': \(2, \d+\)\} for 2 clips; expected a mapping with",
        ),
    ],
)
def test_a_custom_network_that_does_not_fit(sound, network, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        hearing_of(parse("network", network, NetworkSection), sound)
    assert not list(tmp_path.iterdir())


def test_a_config_that_names_no_network(sound, tmp_path, hearing):
    config = config_of(
        {"sound": sound, "cochleagram": EAR, "network": parse("network", RECURRENT, NetworkSection)}, LABELS
    )
    config["network"]["module"] = "subprocess:run"
    save_network(tmp_path, hearing.network.state_dict(), config, [{"epoch": 1.0}], "run")
    with pytest.raises(
        NetworkError, match=r"config\.json .*subprocess:run.*expected a class of torch\.nn\.Module"
    ):
        load_network(tmp_path, trust_code=True)


OLD_CONFIG = """{"tasks": ["word"], "labels": {"word": ["__genre__", "high", "low"]},
 "sound": {"sample_rate": 8000, "clip_s": 1.0},
 "cochleagram": {"program": "pycochleagram", "low_hz": 100.0, "high_hz": 4000.0, "filters": 10,
  "sample_factor": 1, "padding": 0, "envelope_hz": 50.0, "compression": 0.3, "rms": 0.1, "image": null,
  "oversampling": 1.0},
 "network": {"branch_after": "norm1", "width": 1.0, "layers": [
  {"kind": "conv", "name": "conv1", "filters": 4, "kernel": [3, 3], "stride": [2, 2]},
  {"kind": "batch_norm", "name": "norm1"},
  {"kind": "mean_pool", "name": "pool1", "kernel": [4, 8], "stride": [4, 8], "count_padding": false}]},
 "train": {"seed": 1, "epochs": 2}, "parameters": 164}"""


def test_a_config_of_an_earlier_version_gives_the_same_network(tmp_path, sound, waveform):
    """A config.json as trainings have always written it; keys that a network does not need are ignored."""
    config = json.loads(OLD_CONFIG)
    torch.manual_seed(3)
    old = Hearing.from_config(config)
    params = HearingParams(sound, EAR, network_of("conv1", "norm1", "pool1"))
    torch.manual_seed(3)
    new = Hearing(params, {"word": LABELS["word"]})
    sections = {name: getattr(params, name) for name in ("sound", "cochleagram", "network")}
    rebuilt = config_of(sections, {"word": LABELS["word"]})
    config["network"]["layers"][0]["bias"] = True  # what a convolution of then had
    config["sound"]["channels"], config["cochleagram"]["timing"] = 1, None  # and an ear
    assert rebuilt == {name: value for name, value in config.items() if name in rebuilt}
    del config["network"]["layers"][0]["bias"]
    save_network(tmp_path, old.network.state_dict(), config, [{"epoch": 1.0}], "run")
    torch.testing.assert_close(load_network(tmp_path)(waveform), new.eval()(waveform))


def test_probabilities_of_the_labels_that_name_something():
    """By hand: exponentials over their sum, in float64, without the null class unless asked for."""
    labels, logits = ["__genre__", "high", "low"], torch.tensor([[5.0, 1.0, 2.0], [0.0, -3.0, 0.5]])
    exponentials = np.exp(logits.numpy().astype(np.float64))
    found = label_probabilities(logits, labels)
    assert found.dtype == torch.float64
    np.testing.assert_allclose(
        found.numpy(), exponentials[:, 1:] / exponentials[:, 1:].sum(1, keepdims=True), rtol=1e-14
    )
    np.testing.assert_allclose(
        label_probabilities(logits, labels, nulls=True).numpy(),
        exponentials / exponentials.sum(1, keepdims=True),
        rtol=1e-14,
    )


def test_probabilities_are_computed_on_the_cpu():
    logits = torch.tensor([[0.0, 0.0]]).as_subclass(OnDevice)
    np.testing.assert_array_equal(label_probabilities(logits, ["high", "low"]).numpy(), [[0.5, 0.5]])


def test_float_waveforms_of_any_precision(hearing, waveform):
    expected = hearing(waveform)["word"]
    for dtype in (torch.float32, torch.float64):
        torch.testing.assert_close(
            hearing(waveform.to(dtype) / 32768)["word"], expected, rtol=1e-5, atol=1e-6
        )
    assert hearing.double()(waveform)["word"].dtype == torch.float64
    assert Sound(**hearing.sound.__dict__) == hearing.sound

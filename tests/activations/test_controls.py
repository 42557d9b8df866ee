"""The network before training, and with permuted weights."""

import json
import random

import numpy as np
import pytest
import torch
from torch import nn

from heschl.activations.controls import permuted, untrained
from heschl.network.branched import Network
from heschl.network.custom import NetworkSection
from heschl.network.hearing import CONFIG, Hearing
from heschl.network.saved import NetworkError, config_of, load_network, save_network
from heschl.params import parse
from heschl.train import fit as fitting
from tests.helpers.trainings import EAR, LAYERS, fit, network_of

LABELS = {"word": ["__genre__", "high", "low"], "genre": ["__speech__", "bass"]}


class Drawn(nn.Module):
    """A user's network that draws its weights from every generator and shares one tensor."""

    def __init__(self, classes, shape):
        super().__init__()
        weights = np.random.normal(size=shape[0]), [random.random() for _ in range(shape[0])]  # noqa: NPY002
        self.weights = nn.Parameter(torch.tensor(np.array(weights), dtype=torch.float32))
        self.again = self.weights
        self.readout = nn.ModuleDict({task: nn.Linear(2, count) for task, count in classes.items()})

    def forward(self, cochleagram):
        found = (self.weights @ cochleagram).mean(-1)
        return {task: readout(found) for task, readout in self.readout.items()}


def table():
    return network_of(*(layer["name"] for layer in LAYERS))


@pytest.fixture(params=["table", "own"])
def folder(request, sound, tmp_path):
    """The folder of a trained network, with tensors unlike those of any initialization."""
    own = parse("network", {"module": "tests.activations.test_controls:Drawn", "options": {}}, NetworkSection)
    config = config_of(
        {"sound": sound, "cochleagram": EAR, "network": own if request.param == "own" else table()}, LABELS
    )
    state = Hearing.from_config(config, trust_code=True).network.state_dict()
    generator = torch.Generator().manual_seed(5)
    state = {
        name: torch.rand(values.shape, generator=generator).to(values.dtype) for name, values in state.items()
    }
    save_network(tmp_path / "network", state, config, [{"epoch": 1.0}], "run")
    return tmp_path / "network"


def state_of(hearing):
    return {name: values.clone() for name, values in hearing.network.state_dict().items()}


def same(one, other):
    return {name: torch.equal(values, other[name]) for name, values in one.items()}


@pytest.fixture
def waveform():
    return torch.from_numpy(np.random.default_rng(0).integers(-3000, 3000, (2, 8000), dtype=np.int16))


def test_untrained_is_what_a_training_of_that_seed_begins_with(sections, shard_folder, tmp_path, monkeypatch):
    class Begun(Exception):
        pass

    def begin(hearing, *_):
        raise Begun(state_of(hearing), hearing.labels)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(fitting, "Learner", begin)
    with pytest.raises(Begun) as begun:
        fit(shard_folder, sections)
    state, labels = begun.value.args
    made = {name: value for name, value in sections.items() if name != "machine"}
    (tmp_path / CONFIG).write_text(json.dumps(config_of(made, labels)))
    assert all(same(state, untrained(tmp_path, sections["train"].seed).network.state_dict()).values())


def test_untrained_has_the_networks_shape_and_other_weights(folder, waveform):
    trained, control = load_network(folder, trust_code=True), untrained(folder, 1, trust_code=True)
    assert not control.training
    assert control.labels == trained.labels
    assert {name: values.shape for name, values in control(waveform).items()} == {
        "word": (2, 3),
        "genre": (2, 2),
    }
    assert not any(
        equal for name, equal in same(state_of(trained), state_of(control)).items() if "tracked" not in name
    )
    assert all(same(state_of(control), state_of(untrained(folder, 1, trust_code=True))).values())
    drawn = {
        name
        for name, equal in same(state_of(control), state_of(untrained(folder, 2, trust_code=True))).items()
        if not equal
    }
    assert drawn >= {name for name, values in control.network.named_parameters() if values.std() > 0}
    if isinstance(control.network, Network):
        norm = control.network.trunk.norm1
        assert (norm.running_mean == 0).all()
        assert (norm.running_var == 1).all()
        assert next(control.network.parameters()).is_contiguous(memory_format=torch.channels_last)


def test_untrained_leaves_every_generator_as_it_was(folder):
    def drawn():
        return torch.rand(3).tolist(), np.random.random(3).tolist(), random.random()  # noqa: NPY002

    def seeded():
        torch.manual_seed(7)
        np.random.seed(7)  # noqa: NPY002
        random.seed(7)

    seeded()
    expected = drawn()
    seeded()
    permuted(untrained(folder, 1, trust_code=True), 1)
    assert drawn() == expected


def test_permuted_has_the_same_values_elsewhere(folder, waveform):
    trained = load_network(folder, trust_code=True).train()
    before = state_of(trained)
    control = permuted(trained, 1)
    assert not control.training
    assert trained.training
    assert all(same(before, state_of(trained)).values())
    for name, weight in control.network.named_parameters():
        assert weight.numel() < 9 or not torch.equal(weight, before[name])  # a few values may stay by chance
        assert torch.equal(weight.flatten().sort().values, before[name].flatten().sort().values)
        assert weight.stride() == trained.network.get_parameter(name).stride()
    for name, statistic in control.network.named_buffers():
        assert torch.equal(statistic, before[name])
    assert not torch.allclose(control(waveform)["word"], trained.eval()(waveform)["word"])
    assert all(same(state_of(control), state_of(permuted(trained, 1))).values())
    other = same(state_of(control), state_of(permuted(trained, 2)))
    assert not any(other[name] for name, weight in control.network.named_parameters() if weight.numel() > 8)


def test_permuted_keeps_tensors_shared_and_does_not_repeat_an_order(folder):
    control = permuted(load_network(folder, trust_code=True), 1).network
    if not isinstance(control, Network):
        assert control.again is control.weights
        return
    orders = [
        np.argsort(np.argsort(values.detach().numpy())).tolist()
        for values in (control.trunk.norm1.weight, control.trunk.norm1.bias)
    ]
    assert orders[0] != orders[1]


def test_a_folder_without_a_network(tmp_path):
    with pytest.raises(
        NetworkError, match=r"config\.json is missing\. Train a network with: dvc repro train"
    ):
        untrained(tmp_path, 1)

"""A training that starts from layers that were trained before."""

from dataclasses import replace

import pytest
import torch

from heschl.network.branched import Network
from heschl.network.hearing import Hearing, HearingParams
from heschl.network.saved import config_of, save_network
from heschl.train.learner import Learner
from heschl.train.start import Start, StartError, take_trunk
from tests.helpers.trainings import EAR, TRAIN, network_of

LAYERS = ("conv1", "norm1", "pool1", "drop1")


@pytest.fixture
def hearing(sound):
    """Return a network of words and genres that part after conv1."""
    torch.manual_seed(1)
    params = HearingParams(sound, EAR, network_of(*LAYERS, branch_after="conv1"))
    return Hearing(params, {"word": ["a", "b"], "genre": ["x", "y"]})


@pytest.fixture
def folder(hearing, tmp_path):
    params = hearing.params
    sections = {"sound": params.sound, "cochleagram": EAR, "network": params.network, "train": TRAIN}
    config = config_of(sections, hearing.labels)
    save_network(tmp_path, hearing.network.state_dict(), config, [{"epoch": 0}], "0")
    return tmp_path


def new_network(hearing, after):
    torch.manual_seed(2)
    params = replace(hearing.params, network=network_of(*LAYERS, branch_after=after))
    return Hearing(params, {"where": ["000+00", "090+00"]})


@pytest.mark.parametrize("branch", ["word", "genre"])
def test_the_trunk_is_taken_and_deeper_layers_from_a_branch(hearing, folder, branch):
    new = new_network(hearing, "norm1").network
    assert take_trunk(new, Start(folder, branch)) is new.trunk
    old = hearing.network
    assert new.trunk.conv1.state_dict().keys() == old.trunk.conv1.state_dict().keys()
    for name, value in new.trunk.conv1.state_dict().items():
        assert value.equal(old.trunk.conv1.state_dict()[name])
    for name, value in new.trunk.norm1.state_dict().items():
        assert value.equal(old.branches[branch].norm1.state_dict()[name])
    assert not any(weight.requires_grad for weight in new.trunk.parameters())
    assert all(weight.requires_grad for weight in new.branches.parameters())


def test_layers_of_a_branch_come_before_those_of_the_trunk(hearing, tmp_path):
    # of three tasks two share norm1, and the third has one of its own
    after = {"word": "norm1", "genre": "norm1", "scene": "conv1"}
    params = replace(hearing.params, network=replace(hearing.params.network, branch_after=after))
    old = Hearing(params, hearing.labels | {"scene": ["rain", "wind"]})
    for number, weight in enumerate(old.network.parameters()):
        torch.nn.init.constant_(weight, number)
    sections = {"sound": params.sound, "cochleagram": EAR, "network": params.network, "train": TRAIN}
    save_network(tmp_path, old.network.state_dict(), config_of(sections, old.labels), [{"epoch": 0}], "0")
    own = {"word": old.network.trunk.norm1, "scene": old.network.branches["scene"].norm1}
    for branch, layer in own.items():
        new = new_network(hearing, "norm1").network
        take_trunk(new, Start(tmp_path, branch))
        assert new.trunk.norm1.weight.equal(layer.weight)
    assert not own["word"].weight.equal(own["scene"].weight)


def test_fixed_layers_stay_in_use_when_the_others_are_trained(hearing, folder):
    new = new_network(hearing, "drop1")
    learner = Learner(new, TRAIN, 10, [take_trunk(new.network, Start(folder, "word"))])
    learner.train()
    assert new.network.branches.training
    assert not any(layer.training for layer in new.network.trunk.modules())
    optimizer = learner.configure_optimizers()["optimizer"]
    trained = {id(weight) for group in optimizer.param_groups for weight in group["params"]}
    assert trained == {id(weight) for weight in new.network.branches.parameters()}


def test_other_layers_are_refused(hearing, folder):
    table = network_of(*LAYERS, branch_after="conv1")
    wider = replace(table, width=2.0)
    new = Network(wider, {"where": 3}, hearing.ear.shape)
    with pytest.raises(StartError, match="has no layer conv1 like that of the network"):
        take_trunk(new, Start(folder, "word"))

from dataclasses import replace

import pytest
import torch
from torch import nn

from heschl.metamers.descent import descend
from heschl.metamers.match import Response, distance
from heschl.metamers.params import Descent

ADAM = Descent("adam", 400, 0.05, 0)
PUBLISHED = Descent("published", 800, 1.0, 7)


@pytest.fixture
def natural():
    return torch.randn(3, 50, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def noise():
    return 1e-3 * torch.randn(3, 50, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("params", [ADAM, PUBLISHED])
def test_an_identity_layer_gives_the_sound_back(natural, noise, params):
    layer = nn.Identity()
    state = descend(Response(nn.Sequential(layer, nn.ReLU()), layer), natural, noise, params)
    assert distance(state.sounds, natural).max() < 1e-2
    assert (state.losses[-1] < state.losses[0] / 50).all()


def test_an_invertible_network_gives_the_sound_back(natural, noise):
    torch.manual_seed(3)
    rotate = nn.Linear(50, 50, bias=False)
    nn.init.orthogonal_(rotate.weight)
    network = nn.Sequential(rotate, nn.LeakyReLU(0.5), nn.Linear(50, 70))
    nn.init.orthogonal_(network[2].weight)
    state = descend(Response(network), network(natural).detach(), noise, replace(ADAM, steps=1500))
    assert distance(state.sounds, natural).max() < 1e-2


def test_a_layer_that_forgets_gives_another_sound(natural, noise):
    forget = nn.Linear(50, 5)
    state = descend(Response(forget), forget(natural).detach(), noise, ADAM)
    assert distance(forget(state.sounds), forget(natural)).max() < 1e-2
    assert distance(state.sounds, natural).min() > 0.5


def test_a_sound_does_not_depend_on_the_others(natural, noise):
    torch.manual_seed(3)
    layer = nn.Linear(50, 40).double()
    natural, noise = natural.double(), noise.double()
    wanted = layer(natural).detach()
    params = replace(ADAM, steps=20)
    together = descend(Response(layer), wanted, noise, params).sounds
    alone = descend(Response(layer), wanted[1:2], noise[1:2], params).sounds
    torch.testing.assert_close(alone, together[1:2])


@pytest.mark.parametrize("params", [replace(ADAM, steps=50), replace(PUBLISHED, steps=50)])
def test_an_interrupted_descent_goes_on_to_the_bit(tmp_path, natural, noise, params):
    torch.manual_seed(3)
    layer = nn.Sequential(nn.Linear(50, 40), nn.ReLU())
    wanted = layer(natural).detach()
    whole = descend(Response(layer, layer), wanted, noise, params)
    steps, respond = iter(range(33)), Response(layer, layer)

    def killed(sounds):
        if next(steps, None) is None:
            raise KeyboardInterrupt
        return respond(sounds)

    with pytest.raises(KeyboardInterrupt):
        descend(killed, wanted, noise, params, tmp_path / "state.pt", 10)
    resumed = descend(respond, wanted, noise, params, tmp_path / "state.pt", 10)
    assert torch.equal(resumed.sounds, whole.sounds)
    assert torch.equal(resumed.losses, whole.losses)
    with pytest.raises(ValueError, match=r"state\.pt is of other sounds or steps: remove it"):
        descend(respond, wanted[:2], noise[:2], params, tmp_path / "state.pt", 10)


def test_a_gradient_that_is_not_finite_is_an_error(natural, noise):
    with pytest.raises(ValueError, match="not finite after 0 steps"):
        descend(lambda sounds: sounds / 0, natural, noise, ADAM)

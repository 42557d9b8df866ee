import pytest
import torch
from torch import nn

from heschl.audio import Sound
from heschl.ear.cochleagram import Cochleagram
from heschl.metamers.match import PassedReLU, Response, distance, frozen, softened


def test_the_gradient_of_the_passed_relu():
    positive = torch.rand(3, 4, dtype=torch.float64) + 0.1
    assert torch.autograd.gradcheck(PassedReLU.apply, positive.requires_grad_())
    values = torch.tensor([-2.0, -0.5, 0.0, 3.0], requires_grad=True)
    (gradient,) = torch.autograd.grad(PassedReLU.apply(values) @ torch.arange(4.0), values)
    assert gradient.tolist() == [0, 1, 2, 3]
    assert PassedReLU.apply(values).tolist() == [0, 0, 0, 3]


class Counted(nn.Module):
    """Counts how often it runs."""

    runs = 0

    def forward(self, values):
        self.runs += 1
        return values


@pytest.fixture
def network():
    torch.manual_seed(1)
    layers = {
        "first": nn.Sequential(nn.Linear(6, 5), nn.ReLU()),
        "middle": nn.Sequential(nn.Linear(5, 4), nn.ReLU(inplace=True)),
        "last": Counted(),
    }
    return nn.Sequential(*layers.values())


def test_layers_after_the_one_that_is_matched_do_not_run(network):
    waveform = torch.randn(3, 6)
    found = Response(network, network[1])(waveform)
    torch.testing.assert_close(found, network[:2](waveform))
    assert network[2].runs == 0
    assert len(network[1]._forward_hooks) == 0
    torch.testing.assert_close(Response(network)(waveform), found)
    assert network[2].runs == 1


def test_only_the_relu_of_the_layer_that_is_matched_passes_negative_values(network):
    waveform = torch.randn(3, 6, requires_grad=True)
    wanted = torch.randn(3, 4)

    def gradient(respond):
        (found,) = torch.autograd.grad((respond(waveform) * wanted).sum(), waveform)
        return found

    passed = gradient(Response(network, network[1]))
    torch.testing.assert_close(passed, gradient(lambda x: network[1][0](network[0](x))))
    assert not torch.allclose(passed, gradient(network[:2]))
    torch.testing.assert_close(gradient(network[:2]), gradient(Response(network[:2])))


def test_a_layer_that_does_not_run_is_an_error(network):
    with pytest.raises(ValueError, match="it gave no response"):
        Response(network, nn.Identity())(torch.randn(3, 6))
    with pytest.raises(ValueError, match="it gave no response"):
        Response(lambda waveform: {"word": waveform})(torch.randn(3, 6))


def test_the_distance_is_relative():
    wanted = torch.tensor([[3.0, 4.0], [0.0, 2.0]])
    assert distance(2 * wanted, wanted).tolist() == [1, 1]
    assert distance(wanted, wanted).tolist() == [0, 0]
    assert torch.isfinite(distance(torch.ones(1, 2) * 1e-30, torch.zeros(1, 2))).all()


def test_a_frozen_network_is_as_it_was_afterwards(network):
    network[0][0].weight.requires_grad_(False)
    network.train()
    with frozen(network):
        assert not network.training
        assert not any(weight.requires_grad for weight in network.parameters())
    assert network.training
    assert [weight.requires_grad for weight in network.parameters()] == [False, True, True, True]


def test_a_softened_ear_computes_the_same_with_another_gradient():
    ear = Cochleagram.preset("kell2018", sound=Sound(8000, 0.5), low_hz=50.0, high_hz=4000.0, rms=0.1)
    waveform = torch.randn(1, 4000, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    waveform[:, 2000:] *= 1e-3
    found = []
    for slope in (1e9, 1.0):
        sound = waveform.clone().requires_grad_()
        with softened(ear, slope):
            heard = ear(sound)
            (gradient,) = torch.autograd.grad(heard.sum(), sound)
        found.append((heard.detach(), gradient[0, :2000].norm() / gradient[0, 2000:].norm()))
    torch.testing.assert_close(found[0][0], found[1][0])
    assert found[1][1] > 10 * found[0][1]  # of the loud half, as a share of that of the silent half
    assert ear.program.slope == 1000  # as before

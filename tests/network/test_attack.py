import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from heschl.network.attack import attack, noise_of_size, project, random_change, sizes

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    foolbox = pytest.importorskip("foolbox", reason="foolbox is not installed (test extra)")
NORMS = ["l2", "linf"]
both = pytest.mark.parametrize("norm", NORMS)


@pytest.fixture
def inputs():
    return torch.randn(6, 30, generator=torch.Generator().manual_seed(1))


def starts(inputs, norm, epsilon, count=1, seed=1):
    rng = np.random.default_rng(seed)
    return [
        torch.stack([random_change(inputs.shape[1:], norm, epsilon, rng) for _ in inputs])
        for _ in range(count)
    ]


@both
def test_a_linear_model_has_a_closed_form(inputs, norm):
    weight, epsilon = torch.randn(30, generator=torch.Generator().manual_seed(2)), 0.3
    found = attack(lambda x: x @ weight, inputs, norm, epsilon, 40, 0.05, starts(inputs, norm, epsilon))
    dual = weight.norm() if norm == "l2" else weight.abs().sum()
    torch.testing.assert_close(found @ weight, inputs @ weight + epsilon * dual, rtol=1e-3, atol=1e-3)
    assert (sizes(found - inputs, norm) <= epsilon * (1 + 1e-4)).all()


@both
def test_changes_stay_in_the_ball_and_the_bounds(inputs, norm):
    torch.manual_seed(3)
    model, labels = nn.Sequential(nn.Linear(30, 20), nn.ReLU(), nn.Linear(20, 4)), torch.arange(6) % 4

    def loss(x):
        return functional.cross_entropy(model(x), labels, reduction="none")

    clamped = inputs.clamp(-1, 1)
    found = attack(loss, clamped, norm, 0.5, 10, 0.1, starts(inputs, norm, 0.5, 3), (-1.0, 1.0))
    assert (sizes(found - clamped, norm) <= 0.5 * (1 + 1e-4)).all()
    assert found.abs().max() <= 1
    assert (loss(found) > loss(clamped)).all()


def test_restarts_never_lower_the_loss(inputs):
    torch.manual_seed(4)
    model, labels = nn.Sequential(nn.Linear(30, 20), nn.Tanh(), nn.Linear(20, 4)), torch.arange(6) % 4

    def loss(x):
        return functional.cross_entropy(model(x), labels, reduction="none")

    one, three = (
        loss(attack(loss, inputs, "l2", 2.0, 5, 1.0, starts(inputs, "l2", 2.0, count))) for count in (1, 3)
    )
    assert (three >= one).all()
    assert (three > one).any()


def test_a_change_that_helps_the_network_is_not_taken(inputs):
    found = attack(lambda x: -x.square().sum(1), inputs, "l2", 0.1, 0, 0.1, [torch.sign(inputs)])
    assert torch.equal(found, inputs)


@both
def test_random_changes_have_the_size_that_is_asked_for(norm):
    rng = np.random.default_rng(1)
    inside = torch.stack([random_change((2, 50), norm, 0.7, rng) for _ in range(20)])
    on = torch.stack([noise_of_size((2, 50), norm, 0.7, rng) for _ in range(20)])
    assert (sizes(inside, norm) <= 0.7 * (1 + 1e-6)).all()
    torch.testing.assert_close(sizes(on, norm), torch.full((20,), 0.7))
    torch.testing.assert_close(project(2 * on, norm, 0.7), on)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@both
def test_foolbox_agrees_on_a_small_network(inputs, norm):
    torch.manual_seed(5)
    model = nn.Sequential(nn.Linear(30, 40), nn.ReLU(), nn.Linear(40, 4)).eval()
    inputs = inputs.repeat(20, 1) + 0.3 * torch.randn(120, 30)
    labels, epsilon, steps = model(inputs).argmax(1), {"l2": 0.8, "linf": 0.15}[norm], 30
    kind = {"l2": foolbox.attacks.L2PGD, "linf": foolbox.attacks.LinfPGD}[norm]
    wrapped = foolbox.PyTorchModel(model, bounds=(-9, 9), device="cpu")
    _, theirs, _ = kind(abs_stepsize=epsilon / 5, steps=steps)(wrapped, inputs, labels, epsilons=epsilon)

    def loss(x):
        return functional.cross_entropy(model(x), labels, reduction="none")

    ours = attack(loss, inputs, norm, epsilon, steps, epsilon / 5, starts(inputs, norm, epsilon))
    shares = [(model(each).argmax(1) == labels).float().mean().item() for each in (ours, theirs)]
    assert 0.05 < shares[1] < 0.95
    assert shares[0] == pytest.approx(shares[1], abs=0.03)
    torch.testing.assert_close(loss(ours).mean(), loss(theirs).mean(), rtol=0.03, atol=0)

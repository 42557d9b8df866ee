import itertools
from dataclasses import replace

import pytest
import torch

from heschl.train.optimizer import make_optimizer, rate
from tests.helpers.trainings import OPTIMIZER


def rates(steps=100, **changes):
    return [rate(step, steps, replace(OPTIMIZER, **changes)) for step in range(steps)]


def test_a_rate_that_rises_then_falls_as_a_cosine():
    found = rates()
    assert found[:10] == [pytest.approx((n + 1) / 10) for n in range(10)]
    assert max(found) == 1
    assert found[55] == pytest.approx(0.5)
    assert all(b < a for a, b in itertools.pairwise(found[10:]))


def test_a_rate_that_falls_in_steps():
    """As cochdnn: a tenth after every third of the training."""
    found = rates(90, schedule="step", warmup=0.0, step_every=1 / 3)
    assert found == [pytest.approx(0.1 ** (n // 30)) for n in range(90)]
    assert rates(90, schedule="step", warmup=0.1, step_every=1 / 3)[:9] == [
        pytest.approx((n + 1) / 9) for n in range(9)
    ]


def test_a_rate_that_stays():
    assert set(rates(schedule="constant", warmup=0.0)) == {1.0}


@pytest.mark.parametrize(("name", "kind"), [("sgd", torch.optim.SGD), ("adamw", torch.optim.AdamW)])
def test_an_optimizer_has_the_values_of_the_params(name, kind):
    optimizer = make_optimizer(
        [torch.nn.Parameter(torch.zeros(2))],
        replace(OPTIMIZER, name=name, momentum=0.8, weight_decay=0.3),
        0.125,
        True,
    )
    assert type(optimizer) is kind
    (group,) = optimizer.param_groups
    assert (group["lr"], group["weight_decay"]) == (0.125, 0.3)
    assert group.get("momentum", group.get("betas", (0,))[0]) == 0.8

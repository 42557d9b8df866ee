"""The cost of a network, against counts by hand and the network's own weights."""

import pytest

from heschl.network.branched import Network
from heschl.network.table import NetworkParams
from heschl.params import load_all, parse
from heschl.search.cost import Cost, Judge, cost_of, misfit
from heschl.search.params import Budget


def table(*lines, branch_after="conv1"):
    return parse(
        "network", {"branch_after": branch_after, "width": 1.0, "layers": list(lines)}, NetworkParams
    )


CONV = "conv1 = conv(filters=4, kernel=[3, 5], stride=[2, 1], bias=true)"
CLASSES = {"word": 3, "genre": 2}


def test_a_convolution_and_readouts_by_hand():
    cost = cost_of(table(CONV), CLASSES, (10, 20))
    outputs = 4 * 5 * 20  # filters, half the frequencies, all times
    assert cost.parameters == (4 * 15 + 4) + (outputs * 3 + 3) + (outputs * 2 + 2)
    assert cost.macs == outputs * 15 + outputs * 5


def test_branches_are_counted_for_each_task():
    shared, apart = (
        cost_of(table(CONV, "fc = linear(units=7)", branch_after=point), CLASSES, (10, 20))
        for point in ("fc", "input")
    )
    outputs = 4 * 5 * 20
    assert apart.macs - shared.macs == outputs * 15 + outputs * 7
    assert apart.parameters - shared.parameters == (4 * 15 + 4) + (outputs * 7 + 7)


def test_parameters_are_those_of_the_network_itself():
    params = parse("network", load_all()["network"], NetworkParams)
    network = Network(params, CLASSES, (26, 400))
    expected = sum(weight.numel() for weight in network.parameters())
    assert cost_of(params, CLASSES, (26, 400)).parameters == expected


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([CONV], None),
        (
            ["conv1 = conv(filters=4, kernel=[11, 5], stride=[1, 1], bias=true)"],
            "conv1 has a kernel of 11 by 5",
        ),
        ([CONV, "pool1 = max_pool(kernel=[6, 1], stride=[6, 1])"], "pool1 has a kernel of 6 by 1 on 5 by 20"),
        ([CONV, "pool1 = max_pool(kernel=[5, 1], stride=[5, 1])"], None),
    ],
)
def test_a_kernel_larger_than_its_input_does_not_fit(lines, found):
    said = misfit(table(*lines), (10, 20))
    assert (said is None) if found is None else said.startswith(found)


def test_what_exceeds_the_budget_is_named():
    budget = Budget(parameters=1000, macs=5000)
    assert Cost(1000, 5000).beyond(budget) is None
    assert Cost(1001, 5000).beyond(budget) == "1,001 parameters, search.budget.parameters is 1,000"
    assert Cost(1000, 5001).beyond(budget) == "5,001 macs, search.budget.macs is 5,000"


def test_a_judge_of_the_default_network():
    values = load_all()
    labels = {"word": ["a", "b"], "genre": ["c"]}
    cost, wrong = Judge(labels, Budget(10**9, 10**12)).judge(values)
    assert wrong is None
    assert cost.parameters > 100_000
    _, wrong = Judge(labels, Budget(1000, 10**12)).judge(values)
    assert "search.budget.parameters is 1,000" in wrong

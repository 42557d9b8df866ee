"""What a trial draws becomes a table of layers that can be built."""

import numpy as np
import optuna
import pytest

from heschl.network.branched import Network
from heschl.network.notation import read_layer, write_layer
from heschl.network.table import NetworkParams
from heschl.params import load_all, parse
from heschl.search import space
from heschl.search.params import SearchParams
from heschl.search.samplers import Numbered, new_trial, value_at
from tests.helpers.searching import SECTIONS, params


@pytest.fixture(scope="module")
def default():
    """Return the params file and its section search."""
    values = load_all()
    return values, parse("search", values["search"], SearchParams)


def draws(values, search, count):
    """Return what the first trials draw: (trial, sections)."""
    names = space.names(search.space, values)
    for number in range(count):
        trial = new_trial(search, names, number, [], 1)
        yield trial, space.draw(trial, search.space, values)


def test_every_table_can_be_built(default):
    for trial, sections in draws(*default, 40):
        params = parse("network", sections["network"], NetworkParams)
        network = Network(params, {"word": 3, "genre": 2}, (26, 400))
        convolutions = [layer for layer in params.layers if layer.kind == "conv"]
        assert len(convolutions) == trial.params["blocks"]
        assert {"word.readout", "genre.readout"} <= set(network.layers)
        assert all(np.prod(layer.kernel) <= 64 and layer.filters <= 128 for layer in convolutions)


def test_lines_of_text_are_the_same_layers(default):
    for _, sections in draws(*default, 10):
        for layer in sections["network"]["layers"]:
            assert parse("layer", read_layer(write_layer(layer)), dict) == parse("layer", layer, dict)


def test_the_share_before_the_branches(default):
    points = {"input": 0, "some": 0, "all": 0}
    for trial, sections in draws(*default, 60):
        names = [layer["name"] for layer in sections["network"]["layers"]]
        point = sections["network"]["branch_after"]
        shared = (
            sum(name.startswith("conv") for name in names[: names.index(point) + 1]) if point in names else 0
        )
        assert shared == round(trial.params["blocks"] * trial.params["shared"])
        points["input" if not shared else "all" if shared == trial.params["blocks"] else "some"] += 1
    assert all(points.values())


def test_every_name_is_listed(default):
    values, search = default
    listed = set(space.names(search.space, values))
    drawn = {name for trial, _ in draws(values, search, 60) for name in trial.params}
    assert drawn == listed


def test_values_of_other_sections_are_drawn():
    rates = []
    for _, sections in draws(SECTIONS, params(), 30):
        rates.append(sections["train"]["optimizer"]["learning_rate"])
        assert sections["train"]["optimizer"]["weight_decay"] == 0.01
        assert sections["cochleagram"]["compression"] in (0.3, 1.0)
    assert 0.0001 <= min(rates) < 0.0005 < 0.002 < max(rates) <= 0.01  # over the logarithm
    assert SECTIONS["train"]["optimizer"]["learning_rate"] == 0.002


@pytest.mark.parametrize("sampler", ["random", "quasi_random"])
def test_a_draw_depends_on_the_number_of_the_trial_alone(sampler):
    search = params(sampler=sampler)
    names = space.names(search.space, SECTIONS)

    def drawn(number):
        trial = new_trial(search, names, number, [], 1)
        space.draw(trial, search.space, SECTIONS)
        return trial.params

    forward = [drawn(number) for number in range(8)]
    assert [drawn(number) for number in reversed(range(8))][::-1] == forward
    assert len({str(each) for each in forward}) == 8


def test_quasi_random_draws_are_those_of_scipy():
    from scipy.stats import qmc

    expected = qmc.Sobol(3, scramble=True, rng=np.random.default_rng(4)).random(8)
    found = [[Numbered(4, number, "abc")._share(name) for name in "abc"] for number in range(8)]
    np.testing.assert_array_equal(found, expected)
    assert sorted((expected * 8).astype(int)[:, 1]) == list(range(8))  # one in every eighth


@pytest.mark.parametrize(
    "kind",
    [
        optuna.distributions.IntDistribution(1, 9),
        optuna.distributions.IntDistribution(1, 64, log=True),
        optuna.distributions.FloatDistribution(0.25, 0.5),
        optuna.distributions.FloatDistribution(1e-4, 1e-1, log=True),
        optuna.distributions.CategoricalDistribution(["a", "b", "c"]),
    ],
)
def test_shares_span_a_distribution_evenly(kind):
    shares = np.linspace(0, 1, 9001)
    values = [value_at(share, kind) for share in shares]
    assert all(kind._contains(kind.to_internal_repr(value)) for value in values)
    if isinstance(kind, optuna.distributions.CategoricalDistribution):
        assert {name: round(values.count(name) / 9001, 3) for name in "abc"} == dict.fromkeys("abc", 0.333)
        return
    assert (values[0], values[-1]) == pytest.approx((kind.low, kind.high))
    if isinstance(kind, optuna.distributions.IntDistribution) and not kind.log:
        np.testing.assert_allclose([values.count(number) / 9001 for number in range(1, 10)], 1 / 9, atol=1e-3)
    half = 0.5 if isinstance(kind, optuna.distributions.IntDistribution) else 0.0  # a whole number's share
    low, high = kind.low - half, kind.high + half
    middle = np.sqrt(low * high) if kind.log else (low + high) / 2
    assert values[4500] == pytest.approx(middle, abs=half, rel=1e-9)

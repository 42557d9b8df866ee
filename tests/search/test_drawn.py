"""Layers are cut to what they are applied to, if the space says so."""

import pytest

from heschl.network.branched import Network
from heschl.network.table import NetworkParams
from heschl.params import load_all, parse
from heschl.presets import find, lay_over
from heschl.search import space
from heschl.search.cost import Judge, misfit
from heschl.search.drawn import cut, sections_of
from heschl.search.params import SearchParams
from heschl.search.samplers import new_trial

SHAPE = (9, 20)
LAYERS = [
    {"kind": "conv", "name": "conv1", "kernel": [12, 5], "stride": [1, 1]},
    {"kind": "max_pool", "name": "pool1", "kernel": [4, 6], "stride": [4, 6]},
    {"kind": "batch_norm", "name": "norm1"},
    {"kind": "conv", "name": "conv2", "kernel": [2, 9], "stride": [1, 1]},
    {"kind": "max_pool", "name": "pool2", "kernel": [8, 3], "stride": [8, 3]},
]


def test_kernels_and_strides_are_at_most_as_large_as_what_they_are_applied_to():
    found = cut(LAYERS, SHAPE)
    assert [layer.get("kernel") for layer in found] == [[9, 5], [4, 6], None, [2, 4], [3, 3]]
    assert [layer.get("stride") for layer in found] == [[1, 1], [4, 6], None, [1, 1], [3, 3]]
    assert cut(found, (2, *SHAPE)) == found
    assert LAYERS[0]["kernel"] == [12, 5]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Return the sections of the published ranges, laid over kell2018, and their search."""
    path = tmp_path_factory.mktemp("params") / "params.yaml"
    path.write_text(lay_over("params.yaml", find("kell2018"), find("search-published")))
    values = load_all(path)
    return values, parse("search", values["search"], SearchParams)


def test_networks_of_the_published_ranges_fit(published):
    values, search = published
    judge = Judge({"word": [""] * 3, "genre": [""] * 2}, search.budget)
    names = space.names(search.space, values)
    shape = judge.shape(values)
    for number in range(20):
        trial = new_trial(search, names, number, [], 1)
        sections = sections_of(trial, search.space, values, judge)
        params = parse("network", sections["network"], NetworkParams)
        assert misfit(params, shape) is None
        plain = space.draw(trial, search.space, values)["network"]
        assert sections["network"] == plain | {"layers": cut(plain["layers"], shape)}


def test_a_network_of_the_published_ranges_can_be_built(published):
    values, search = published
    judge = Judge({"word": [""] * 3, "genre": [""] * 2}, search.budget)
    names, built = space.names(search.space, values), 0
    for number in range(40):
        sections = sections_of(new_trial(search, names, number, [], 1), search.space, values, judge)
        cost, wrong = judge.judge(sections)
        if wrong is None:
            params = parse("network", sections["network"], NetworkParams)
            network = Network(params, {"word": 3, "genre": 2}, judge.shape(values))
            assert sum(weight.numel() for weight in network.parameters()) == cost.parameters
            built += 1
            break
    assert built

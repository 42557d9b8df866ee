"""Which layers are measured, and where they lie."""

import pytest

from heschl.activations import models
from heschl.activations.layers import LayersError, locate, locate_in, select
from heschl.activations.params import ActivationsParams
from heschl.activations.reductions import time_mean
from heschl.network.saved import load_network


def test_layers_are_selected_by_name_in_the_networks_order(network_folder):
    hearing = load_network(network_folder)
    assert select(hearing, ["norm1", "conv1"]) == ["conv1", "norm1"]
    assert select(hearing, ["word.drop1"]) == ["word.drop1"]
    message = r"the network has no layer 'conv7'\. Its layers are cochleagram, conv1"
    with pytest.raises(LayersError, match=message):
        select(hearing, ["conv7"])


def test_branches_continue_the_depth_of_the_trunk(layer_names):
    found = [(layer.branch, layer.depth) for layer in locate(layer_names, ["word", "genre"])]
    assert found == [("", 0), ("", 1), ("", 2), ("word", 3), ("word", 4), ("genre", 3), ("genre", 4)]
    assert [layer.branch for layer in locate(["a.b", "a.c"], [])] == ["", ""]


def test_a_branch_that_leaves_early_continues_the_depth_of_where_it_leaves(layer_names):
    names = [*layer_names[:3], "word.conv1", "word.norm1", "word.pool1", *layer_names[5:]]
    found = locate(names, ["word", "genre"], after={"word": layer_names[0], "genre": layer_names[2]})
    depths = [(layer.branch, layer.depth) for layer in found]
    assert depths == [
        ("", 0), ("", 1), ("", 2), ("word", 1), ("word", 2), ("word", 3), ("genre", 3), ("genre", 4),
    ]  # fmt: skip


def test_selected_layers_keep_their_depth(network_folder, sounds, layer_names):
    hearing = load_network(network_folder)
    assert locate_in(hearing, layer_names) == locate(layer_names, ["word", "genre"])
    every = ActivationsParams(names=None, time_axis=-1, batch_size=2, trust_code=False)
    picked = ActivationsParams(names=("conv1", "word.pool1"), time_axis=-1, batch_size=2, trust_code=False)
    of_all, of_some = (
        list(next(models.networks(network_folder, sounds, params, time_mean(params), seed=1)).layers)
        for params in (every, picked)
    )
    assert of_some == [layer for layer in of_all if layer.name in picked.names]
    assert of_some == [("conv1", "", 1), ("word.pool1", "word", 3)]


def test_dropout_adds_no_depth(network_folder):
    dropout = locate_in(load_network(network_folder), ["word.pool1", "word.drop1", "word.readout"])
    assert [layer.depth for layer in dropout] == [3, 3, 4]

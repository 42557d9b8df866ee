"""Layers as features of sounds."""

import numpy as np
import pytest
import torch

from heschl.activations.features import of_network
from heschl.activations.layers import LayersError
from heschl.activations.params import ActivationsParams
from heschl.activations.reductions import time_mean
from heschl.network.saved import load_network

PARAMS = ActivationsParams(names=None, time_axis=-1, batch_size=2, trust_code=False)


def test_features_are_the_activations_averaged_over_time(network_folder, sounds, layer_names):
    hearing = load_network(network_folder)
    found, units = of_network(hearing, sounds.waveforms, PARAMS, time_mean(PARAMS), "test")
    assert list(found) == layer_names  # no dropout
    full = next(hearing.activations(torch.from_numpy(sounds.waveforms)))
    assert units == {name: full[name][0].numel() for name in layer_names}
    np.testing.assert_allclose(found["conv1"], full["conv1"].mean(-1).flatten(1), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found["word.readout"], full["word.readout"], rtol=1e-4, atol=1e-6)
    second = ActivationsParams(names=None, time_axis=2, batch_size=2, trust_code=False)
    reduced = time_mean(second)("x", full["conv1"].numpy())
    np.testing.assert_allclose(reduced, full["conv1"].mean(2).flatten(1), rtol=1e-5)


def test_a_time_axis_that_a_layer_lacks_is_an_error(network_folder, sounds):
    params = ActivationsParams(names=("conv1",), time_axis=5, batch_size=2, trust_code=False)
    message = r"activations.time_axis is 5, but layer 'conv1' has shape \(2, 4, 6, 25\)"
    with pytest.raises(LayersError, match=message):
        of_network(load_network(network_folder), sounds.waveforms, params, time_mean(params), "test")


def test_a_network_that_diverged_is_an_error(network_folder, sounds):
    hearing = load_network(network_folder)
    with torch.no_grad():
        hearing.network.layers["conv1"][1].weight.fill_(np.nan)
    with pytest.raises(LayersError, match=r"Layer 'conv1' is not finite for 5 of 5 sounds"):
        of_network(hearing, sounds.waveforms, PARAMS, time_mean(PARAMS), "test")

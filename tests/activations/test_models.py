"""The trained network, its controls and the modulation filter bank."""

import numpy as np

from heschl.activations import models, modulation
from heschl.activations.modulation import ModulationFilters, ModulationParams
from heschl.activations.params import ActivationsParams
from heschl.activations.reductions import time_mean
from heschl.network.saved import load_network

PARAMS = ActivationsParams(names=None, time_axis=-1, batch_size=2, trust_code=False)


def test_the_network_and_its_controls(network_folder, sounds):
    every = list(models.networks(network_folder, sounds, PARAMS, time_mean(PARAMS), seed=1))
    assert [model.name for model in every] == ["network", "untrained", "permuted"]
    assert len({model.features["word.pool1"].tobytes() for model in every}) == 3
    ears = [model.features["cochleagram"] for model in every]
    assert all(np.array_equal(ear, ears[0]) for ear in ears)


def test_the_filter_bank(network_folder, sounds):
    params = ModulationParams(envelope_hz=100.0, channels_per_octave=6, rates_hz=(4.0,), scales=(1.0,))
    bank = ModulationFilters(params, load_network(network_folder).sound)
    (filters,) = models.filter_bank(sounds, bank, 2)
    expected = modulation.features(bank.power(sounds.waveforms, 2))
    np.testing.assert_array_equal(filters.features["modulation"], expected)
    assert filters.layers == [("modulation", "", 0)]
    assert filters.units == {"modulation": expected.shape[1]}

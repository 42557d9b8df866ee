"""Simulated responses: errors. Their statistics are tested with the whole comparison."""

from dataclasses import replace

import numpy as np
import pytest

from heschl.activations.layers import LayersError
from heschl.encode.params import SimulatedParams
from heschl.encode.simulated import simulate

SIMULATED = SimulatedParams(
    participants=1, voxels=2, repeats=3, reliability=0.7, dimensions=1, regions={"low": "conv1"}
)


def test_a_layer_that_does_not_exist_is_an_error():
    features = {name: np.eye(2) for name in ("cochleagram", "conv1")}
    with pytest.raises(
        LayersError,
        match=r"regions.low: the layer 'conv9' is not among those measured, cochleagram, conv1",
    ):
        simulate(features, ("a", "b"), replace(SIMULATED, regions={"low": "conv9"}), seed=0)


def test_a_layer_that_does_not_vary_is_an_error():
    with pytest.raises(LayersError, match=r"layer 'conv1' is the same for all sounds and cannot drive"):
        simulate({"conv1": np.ones((3, 4))}, ("a", "b", "c"), SIMULATED, seed=0)

"""The mean over time, and random projections."""

import numpy as np
import pytest

from heschl.activations.layers import LayersError
from heschl.activations.params import ActivationsParams
from heschl.activations.reductions import Projection, time_mean


def test_a_time_axis_that_a_layer_lacks_is_an_error():
    params = ActivationsParams(names=("conv1",), time_axis=5, batch_size=2, trust_code=False)
    message = r"activations.time_axis is 5, but layer 'conv1' has shape \(2, 4, 6, 25\)"
    with pytest.raises(LayersError, match=message):
        time_mean(params)("conv1", np.zeros((2, 4, 6, 25)))


def test_projection_keeps_distances_and_is_fixed():
    rng = np.random.default_rng(0)
    values = rng.standard_normal((12, 30, 20, 10)).astype(np.float32)
    one, other = Projection(1000, 1)("x", values), Projection(1000, 1)("y", values)
    np.testing.assert_array_equal(one, other)
    assert one.shape == (12, 1000)
    flat = values.reshape(12, -1)
    true, kept = (
        np.linalg.norm(each[:, None] - each, axis=-1)[np.triu_indices(12, 1)] for each in (flat, one)
    )
    np.testing.assert_allclose(kept / true, 1, atol=0.12)
    np.testing.assert_array_equal(Projection(6000, 1)("x", values), flat)
    assert not np.array_equal(Projection(1000, 2)("x", values), one)


def test_large_layers_are_projected():
    activation = np.random.default_rng(0).standard_normal((3, 4, 5, 6)).astype(np.float32)
    assert Projection(64, 1)("conv1", activation).shape == (3, 64)

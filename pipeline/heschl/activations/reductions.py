"""Reductions of a layer's activations to features: the mean over time, or a random projection."""

from collections.abc import Callable

import numpy as np
from sklearn.random_projection import SparseRandomProjection

from heschl.activations.layers import LayersError
from heschl.activations.params import ActivationsParams

Reduction = Callable[[str, np.ndarray], np.ndarray]  # (layer, activations (batch, ...)) -> (batch, features)


def time_mean(params: ActivationsParams) -> Reduction:
    """Return the reduction (batch, channel, frequency, time) -> (batch, channel x frequency): mean over time.

    raises : LayersError, when it is called, if activations.time_axis is not an axis of the layer
    """

    def reduce(name: str, activation: np.ndarray) -> np.ndarray:
        if activation.ndim > 2:
            if not -activation.ndim < params.time_axis < activation.ndim or params.time_axis == 0:
                raise LayersError(
                    f"activations.time_axis is {params.time_axis}, but layer {name!r} has shape "
                    f"{activation.shape} (sounds first). Set it to the axis of time."
                )
            activation = activation.mean(axis=params.time_axis)
        return activation.reshape(len(activation), -1).astype(np.float32)

    return reduce


class Projection:
    """The reduction to at most `dimensions` features by a fixed sparse random projection.

    Layers with fewer units stay as they are. Distances between sounds, on which ridge and logistic readouts
    depend, are preserved to within about 1 / sqrt(dimensions): Li, Hastie & Church 2006, "Very sparse random
    projections".
    """

    def __init__(self, dimensions: int, seed: int):
        self.dimensions, self.seed = dimensions, seed
        self._matrices: dict[
            int, SparseRandomProjection
        ] = {}  # by number of units, which determines the matrix

    def __call__(self, name: str, activation: np.ndarray) -> np.ndarray:
        """Return (batch, at most `dimensions`) float32."""
        flat = activation.reshape(len(activation), -1)
        units = flat.shape[1]
        if units <= self.dimensions:
            return flat.astype(np.float32)
        if units not in self._matrices:
            matrix = SparseRandomProjection(self.dimensions, random_state=self.seed)
            self._matrices[units] = matrix.fit(np.zeros((1, units), np.float32))
        return self._matrices[units].transform(flat).astype(np.float32)

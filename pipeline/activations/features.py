"""The layers of a network as features of sounds: (sounds, units) each, a batch of sounds in memory at a time."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from sklearn.random_projection import SparseRandomProjection
from torch import nn

from pipeline.network.hearing import Hearing
from pipeline.parallel import progress
from pipeline.params import Count, section

EAR = "cochleagram"  # the first layer of every network
Reduce = Callable[[str, np.ndarray], np.ndarray]  # (layer, its activations (batch, ...)) -> (batch, units)


class LayersError(ValueError):
    """Layers that cannot be had, or used as features; names them and the remedy."""


@section
class LayersParams:
    """Params section `layers`."""

    names: tuple[str, ...] | None  # null: every one but dropout
    time_axis: int  # of activations of three axes or more
    batch_size: Count


class Layer(NamedTuple):
    """Where a layer is."""

    name: str
    branch: str  # "" in the trunk, else the task
    depth: int  # layers between it and the sound; a branch counts on from the trunk


def paths(names: Sequence[str], tasks: Sequence[str], idle: Collection[str] = ()) -> list[Layer]:
    """Return where the layers are: one whose name begins with a task and a dot is of its branch.

    names : of all layers, from the sound up
    idle  : those that add no depth, but have that of the layer before
    """
    counts: dict[str, int] = {}
    out = []
    for name in names:
        branch = name.split(".")[0] if "." in name and name.split(".")[0] in tasks else ""
        depth = counts.get(branch, counts.get("", 0))
        if name in idle:
            depth -= 1
        else:
            counts[branch] = depth + 1
        out.append(Layer(name, branch, depth))
    return out


def placed(hearing: Hearing, names: Collection[str]) -> list[Layer]:
    """Return where some layers of a network are among all of its layers, in its order; dropout adds no depth."""
    every = paths([EAR, *hearing.layers], list(hearing.labels), _idle(hearing))
    return [layer for layer in every if layer.name in names]


def chosen(hearing: Hearing, names: Sequence[str] | None) -> list[str]:
    """Return the layers that are wanted, in the network's order: by default every one but dropout, which evaluation passes through.

    raises : LayersError naming a layer that there is not, and those that there are
    """
    every = [EAR, *hearing.layers]
    missing = [name for name in names or () if name not in every]
    if missing:
        raise LayersError(
            f"activations.names: there is no layer {missing[0]!r}; there are {', '.join(every)}."
        )
    idle = _idle(hearing)
    return (
        [name for name in every if name in names]
        if names is not None
        else [name for name in every if name not in idle]
    )


def _idle(hearing: Hearing) -> set[str]:
    """Return the layers that evaluation passes through."""
    return {
        name for name, module in hearing.layers.items() if isinstance(module, nn.modules.dropout._DropoutNd)
    }


def of_network(
    hearing: Hearing, waveforms: np.ndarray, params: LayersParams, reduce: Reduce, what: str
) -> dict[str, np.ndarray]:
    """Return each layer's features of the sounds, (sounds, units) float32.

    waveforms : (sounds, samples) int16
    reduce    : what is kept of a batch of activations: `time_mean`, or a `Projection`
    what      : for the progress bar
    raises    : LayersError naming a layer whose activations are not finite
    """
    names = chosen(hearing, params.names)
    batches = -(-len(waveforms) // params.batch_size)
    found: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for batch in progress(
        hearing.activations(torch.from_numpy(waveforms), names, params.batch_size), batches, what
    ):
        for name in names:
            found[name].append(reduce(name, batch.pop(name).float().numpy()))
    return {name: finite(name, np.concatenate(parts)) for name, parts in found.items()}


def finite(name: str, features: np.ndarray) -> np.ndarray:
    """Return features of a layer; LayersError where some are not finite."""
    if not np.isfinite(features).all():
        rows = int((~np.isfinite(features).all(axis=1)).sum())
        raise LayersError(
            f"layer {name!r} is not finite for {rows} of {len(features)} sounds: has the training diverged?"
        )
    return features


def time_mean(params: LayersParams) -> Reduce:
    """Return the reduction that averages over time: (batch, channel, frequency, time) -> (batch, channel x frequency)."""

    def reduce(name: str, activation: np.ndarray) -> np.ndarray:
        if activation.ndim > 2:
            if not -activation.ndim < params.time_axis < activation.ndim or params.time_axis == 0:
                raise LayersError(
                    f"layers.time_axis is {params.time_axis}, and layer {name!r} has the axes {activation.shape}, sounds first."
                )
            activation = activation.mean(axis=params.time_axis)
        return activation.reshape(len(activation), -1).astype(np.float32)

    return reduce


class Projection:
    """The reduction that keeps whole activations, by a fixed sparse random projection where they have more units than `dimensions`.

    Distances between sounds, all that a ridge or logistic readout sees, are kept to about 1 / sqrt(dimensions) of themselves:
    Li, Hastie & Church 2006, "Very sparse random projections".
    """

    def __init__(self, dimensions: int, seed: int):
        self.dimensions, self.seed = dimensions, seed
        self.made: dict[int, SparseRandomProjection] = {}  # by units

    def __call__(self, name: str, activation: np.ndarray) -> np.ndarray:
        """Return (batch, at most `dimensions`) float32."""
        flat = activation.reshape(len(activation), -1)
        units = flat.shape[1]
        if units <= self.dimensions:
            return flat.astype(np.float32)
        if units not in self.made:
            matrix = SparseRandomProjection(self.dimensions, random_state=self.seed)
            self.made[units] = matrix.fit(np.zeros((1, units), np.float32))
        return self.made[units].transform(flat).astype(np.float32)


def widths(features: Mapping[str, np.ndarray]) -> dict[str, int]:
    """Return the number of units of each layer."""
    return {name: each.shape[1] for name, each in features.items()}

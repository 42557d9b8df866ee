"""Features of sounds in every layer of a network, computed one batch of sounds at a time."""

from typing import NamedTuple

import numpy as np
import torch

from heschl.activations.layers import LayersError, select
from heschl.activations.params import ActivationsParams
from heschl.activations.reductions import Reduction
from heschl.network.hearing import Hearing
from heschl.parallel import progress


class Features(NamedTuple):
    """Features of one set of sounds, by layer."""

    values: dict[str, np.ndarray]  # (sounds, features) float32 each
    units: dict[str, int]  # of the layer, before its reduction to features


def of_network(
    hearing: Hearing, waveforms: np.ndarray, params: ActivationsParams, reduce: Reduction, title: str
) -> Features:
    """Return the features of sounds in the selected layers of a network.

    waveforms : (sounds, samples) int16
    reduce    : `reductions.time_mean` or a `reductions.Projection`
    title     : of the progress bar
    raises    : LayersError naming a layer whose activations are not finite
    """
    names = select(hearing, params.names)
    batches = -(-len(waveforms) // params.batch_size)
    parts: dict[str, list[np.ndarray]] = {name: [] for name in names}
    units: dict[str, int] = {}
    activations = hearing.activations(torch.from_numpy(waveforms), names, params.batch_size)
    for batch in progress(activations, batches, title):
        for name in names:
            activation = batch.pop(name).float().numpy()
            units[name] = activation[0].size
            parts[name].append(reduce(name, activation))
    return Features({name: _finite(name, np.concatenate(each)) for name, each in parts.items()}, units)


def _finite(name: str, features: np.ndarray) -> np.ndarray:
    """Return the features; LayersError where some are not finite."""
    if not np.isfinite(features).all():
        rows = int((~np.isfinite(features).all(axis=1)).sum())
        raise LayersError(
            f"Layer {name!r} is not finite for {rows} of {len(features)} sounds. The training has probably "
            "diverged: look at its loss, and train again with a lower learning rate."
        )
    return features

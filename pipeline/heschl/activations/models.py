"""The models that are compared: the trained network, its controls and the modulation filter bank."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from heschl.activations import controls, modulation
from heschl.activations.features import of_network
from heschl.activations.layers import Layer, locate, locate_in
from heschl.activations.names import MODULATION, NETWORK, PERMUTED, UNTRAINED
from heschl.activations.params import ActivationsParams
from heschl.activations.reductions import Reduction
from heschl.activations.sounds import Sounds
from heschl.network.hearing import Hearing
from heschl.network.saved import load_network


@dataclass(frozen=True, eq=False)
class Model:
    """Features of one set of sounds in every layer of a model.

    layers   : where each layer lies, from the sound upward
    features : layer -> (sounds, features) float32
    units    : layer -> number of its units, before they were reduced to features
    """

    name: str
    layers: Sequence[Layer]
    features: Mapping[str, np.ndarray]
    units: Mapping[str, int]


def networks(
    folder: Path, sounds: Sounds, params: ActivationsParams, reduce: Reduction, seed: int, device: str = "cpu"
) -> Iterator[Model]:
    """Yield the network in a folder, the same untrained, and with permuted weights, one at a time."""
    hearing = load_network(folder, device, trust_code=True)  # trained in this project
    yield network(NETWORK, hearing, sounds, params, reduce)
    yield network(
        UNTRAINED, controls.untrained(folder, seed, device, trust_code=True), sounds, params, reduce
    )
    yield network(PERMUTED, controls.permuted(hearing, seed), sounds, params, reduce)


def network(
    name: str, hearing: Hearing, sounds: Sounds, params: ActivationsParams, reduce: Reduction
) -> Model:
    """Return the features of sounds in a network."""
    features, units = of_network(hearing, sounds.waveforms, params, reduce, name)
    return Model(name, locate_in(hearing, features), features, units)


def filter_bank(sounds: Sounds, bank: modulation.ModulationFilters, batch_size: int) -> Iterator[Model]:
    """Yield the modulation filter bank: one layer, the mean power of each filter at each frequency."""
    features = modulation.features(bank.power(sounds.waveforms, batch_size))
    yield Model(MODULATION, locate([MODULATION], []), {MODULATION: features}, {MODULATION: features.shape[1]})

"""What is compared: the trained network, its controls, and whatever the user puts beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pipeline.hearing import CONFIG, Hearing, load_network
from pipeline.layers import controls, modulation, stored
from pipeline.layers.features import Layer, LayersError, LayersParams, Reduce, of_network, paths
from pipeline.layers.sounds import Sounds

NETWORK, UNTRAINED, PERMUTED, MODULATION = "network", "untrained", "permuted", "modulation"
RESERVED = (NETWORK, UNTRAINED, PERMUTED, MODULATION)


@dataclass(frozen=True, eq=False)
class Model:
    """Features of one set of sounds.

    layers   : where each layer is, from the sound up
    features : layer -> (sounds, units) float32
    """

    name: str
    layers: Sequence[Layer]
    features: dict[str, np.ndarray]


def networks(folder: Path, sounds: Sounds, params: LayersParams, reduce: Reduce, seed: int, device: str = "cpu") -> Iterator[Model]:
    """Yield the trained network of a folder, then the same one untrained, and with its weights permuted; one at a time in memory."""
    hearing = load_network(folder, device)
    yield _of(NETWORK, hearing, sounds, params, reduce)
    yield _of(UNTRAINED, controls.untrained(folder, seed, device), sounds, params, reduce)
    yield _of(PERMUTED, controls.permuted(hearing, seed), sounds, params, reduce)


def filter_bank(sounds: Sounds, bank: modulation.ModulationFilters, batch_size: int) -> Iterator[Model]:
    """Yield the modulation filter bank, whose one layer is the power of its filters at each frequency, averaged over time."""
    features = {MODULATION: modulation.features(bank.power(sounds.waveforms, batch_size))}
    yield Model(MODULATION, paths([MODULATION], []), features)


def beside(
    folder: Path, sounds: Sounds, params: LayersParams, reduce: Reduce, tasks: Sequence[str] = (), device: str = "cpu"
) -> Iterator[Model]:
    """Yield what stands in a folder beside the trained network: networks (folders), and activations (.npz, .h5), by name.

    All their layers are taken: `layers.names` speaks of the trained network.
    tasks  : of the trained network: activations called "word.conv4" are then of a branch too
    raises : LayersError or StoredError naming what cannot be used, and the remedy
    """
    for path in found(folder):
        if path.is_dir():
            hearing = load_network(path, device)
            _check_sound(path, hearing, sounds)
            yield _of(path.name, hearing, sounds, replace(params, names=None), reduce)
        else:
            features = stored.read(path, sounds.names, reduce)
            yield Model(path.stem, paths(list(features), tasks), features)


def found(folder: Path) -> list[Path]:
    """Return the networks and activations in a folder, by name.

    raises : LayersError where two have one name, or a reserved one
    """
    every = [path for path in sorted(folder.iterdir()) if (path / CONFIG).is_file() or path.suffix in (".npz", ".h5")]
    names = [path.name if path.is_dir() else path.stem for path in every]
    for place, name in enumerate(names):
        if name in RESERVED or name in names[:place]:
            raise LayersError(f"{every[place]}: the name {name!r} is taken by another model, or by Heschl; rename it.")
    return every


def _of(name: str, hearing: Hearing, sounds: Sounds, params: LayersParams, reduce: Reduce) -> Model:
    features = of_network(hearing, sounds.waveforms, params, reduce, name)
    return Model(name, paths(list(features), list(hearing.labels)), features)


def _check_sound(path: Path, hearing: Hearing, sounds: Sounds) -> None:
    if hearing.sound.samples != sounds.waveforms.shape[1]:
        raise LayersError(
            f"{path / CONFIG}: it hears {hearing.sound.clip_s:g} s at {hearing.sound.sample_rate} Hz, {hearing.sound.samples} samples, and "
            f"these sounds have {sounds.waveforms.shape[1]}. Put its activations beside the network instead: {path.name}.npz."
        )

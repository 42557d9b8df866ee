"""What is compared: the trained network, its controls, and whatever the user puts beside it."""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pipeline.activations import controls, modulation, stored
from pipeline.activations.archives import ENDINGS
from pipeline.activations.features import Layer, LayersError, LayersParams, Reduce, of_network, paths, placed
from pipeline.activations.sounds import Sounds
from pipeline.audio import Sound
from pipeline.network.hearing import CONFIG, WEIGHTS, Hearing, NetworkError, load_network
from pipeline.params import ParamsError, parse

log = logging.getLogger(__name__)

NETWORK, UNTRAINED, PERMUTED, MODULATION = "network", "untrained", "permuted", "modulation"
RESERVED = (NETWORK, UNTRAINED, PERMUTED, MODULATION)
NO_MODELS = (
    "README.md",
    "clips",
)  # beside: nothing is said of them; clips holds activations of clips, which `decode` reads


@dataclass(frozen=True, eq=False)
class Model:
    """Features of one set of sounds.

    layers   : where each layer is, from the sound up
    features : layer -> (sounds, units) float32
    """

    name: str
    layers: Sequence[Layer]
    features: dict[str, np.ndarray]


def networks(
    folder: Path, sounds: Sounds, params: LayersParams, reduce: Reduce, seed: int, device: str = "cpu"
) -> Iterator[Model]:
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
    every: Sequence[Path],
    sounds: Sounds,
    params: LayersParams,
    reduce: Reduce,
    tasks: Sequence[str] = (),
    device: str = "cpu",
) -> Iterator[Model]:
    """Yield what stands beside the trained network: networks (folders) and activations (files), as `found`.

    All their layers are taken: `layers.names` speaks of the trained network.
    tasks  : of the trained network: activations called "word.conv4" are then of a branch too
    raises : LayersError, StoredError or NetworkError naming what cannot be used, and the remedy
    """
    for path in every:
        if path.is_dir():
            hearing = load_network(path, device)
            _check_sound(path, hearing.sound, sounds)
            yield _of(path.name, hearing, sounds, replace(params, names=None), reduce)
        else:
            features = stored.read(path, sounds.names, reduce)
            yield Model(path.stem, paths(list(features), tasks), features)


def check(every: Sequence[Path], sounds: Sounds) -> None:
    """Raise what `beside` would, as far as names, configs and folders tell it: seconds, before any network runs."""
    for path in every:
        if not path.is_dir():
            stored.check(path, sounds.names)
        elif not (path / WEIGHTS).is_file():
            raise NetworkError(f"{path / WEIGHTS} is missing. Copy the network's whole folder.")
        else:
            _check_sound(path, _sound(path), sounds)


def found(folder: Path) -> list[Path]:
    """Return the networks (folders with config.json) and activations (.npz, .h5, .hdf5) in a folder, by name; what else is there is logged.

    raises : LayersError where there is no such folder, or two have one name, or a reserved one
    """
    if not folder.is_dir():
        raise LayersError(
            f"{folder} is no folder. Make it, for models that stand beside the network, or none: mkdir {folder}"
        )
    there = [
        path for path in sorted(folder.iterdir()) if not path.name.startswith(".")
    ]  # macOS adds ._mine.npz to mine.npz
    every = [
        path
        for path in there
        if (path / CONFIG).is_file() or (path.is_file() and path.suffix.lower() in ENDINGS)
    ]
    idle = [
        path.name
        for path in there
        if path not in every and path.name not in NO_MODELS and path.suffix != ".dvc"
    ]
    if idle:
        what = f"folders with {CONFIG}, and {', '.join(ENDINGS)}"
        log.warning(
            "%s: %d are ignored, for they are no models (%s): %s", folder, len(idle), what, ", ".join(idle)
        )
    return distinct(every)


def distinct(every: list[Path]) -> list[Path]:
    """Return the models; LayersError where two have one name, or a reserved one."""
    names = [path.name if path.is_dir() else path.stem for path in every]
    for place, name in enumerate(names):
        if name in RESERVED or name in names[:place]:
            raise LayersError(
                f"{every[place]}: the name {name!r} is taken by another model, or by Heschl; rename it."
            )
    return every


def _of(name: str, hearing: Hearing, sounds: Sounds, params: LayersParams, reduce: Reduce) -> Model:
    features = of_network(hearing, sounds.waveforms, params, reduce, name)
    return Model(name, placed(hearing, features), features)


def _sound(path: Path) -> Sound:
    """Return the sound that a network's folder was trained on; nothing else of it is built."""
    try:
        return parse(
            "sound", json.loads((path / CONFIG).read_text(encoding="utf-8"))["sound"], Sound, path / CONFIG
        )
    except (ParamsError, ValueError, KeyError, TypeError) as error:
        raise NetworkError(
            f"{path / CONFIG} is not of this version: {error}. Train that network again."
        ) from None


def _check_sound(path: Path, sound: Sound, sounds: Sounds) -> None:
    samples = sounds.waveforms.shape[1]
    if sound.samples != samples:
        raise LayersError(
            f"{path / CONFIG}: it hears {sound.clip_s:g} s at {sound.sample_rate} Hz, {sound.samples} samples, and "
            f"these sounds have {samples}. Put its activations beside the network instead: {path.name}.npz."
        )

"""Write the activations of a model as a file that `decode` and `encode` read, whole or not at all."""

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

from heschl.activations.archives import ORDER, SOUNDS
from heschl.activations.params import ActivationsParams
from heschl.activations.reductions import time_mean
from heschl.models.model import ModelError, Ready
from heschl.models.sounds import Source
from heschl.parallel import progress
from heschl.work import replacing

LIBRARIES = ("heschl", "torch", "torchaudio", "transformers", "numpy", "scipy")
LAST = ActivationsParams(names=None, time_axis=-1, batch_size=1, trust_code=False)  # time is the last axis


class Written(NamedTuple):
    """What a file holds: the shape of a sound's activations in each layer, and the number of sounds."""

    layers: dict[str, tuple[int, ...]]
    sounds: int


def write(
    path: Path, name: str, model: Ready, source: Source, keep_time: bool = False, batch_size: int = 16
) -> Written:
    """Write the activations of all sounds in every layer, float32.

    keep_time  : (sounds, ..., time); else their mean over time, (sounds, features), as `encode` averages
    batch_size : sounds that the model hears at once; only sounds of one length share a batch
    raises     : ModelError naming the sound or layer and the remedy. The file is then as it was
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    shapes: dict[str, tuple[int, ...]] = {}
    with replacing(path) as part, h5py.File(part.name, "w", track_order=True, locking=False) as file:
        file.attrs.update(_attributes(name, model, source, keep_time))
        file[SOUNDS] = source.names
        for start, waveforms in _batches(_heard(name, model, source), batch_size):
            for layer, values in _features(model, waveforms, keep_time).items():
                if layer not in shapes:
                    shapes[layer] = values.shape[1:]
                    file.create_dataset(layer, (len(source.names), *shapes[layer]), np.float32)
                _check(layer, values, shapes[layer], source.names[start : start + len(values)])
                file[layer][start : start + len(values)] = values
        file[ORDER] = list(shapes)
    return Written(shapes, len(source.names))


def _heard(name: str, model: Ready, source: Source) -> Iterator[np.ndarray]:
    """Yield the waveforms with a progress bar; raises ModelError for a length that the model cannot hear."""
    waveforms = (source.waveform(place, model.rate) for place in range(len(source.names)))
    for sound, waveform in zip(source.names, progress(waveforms, len(source.names), name), strict=True):
        most = np.inf if model.longest is None else model.longest
        if not model.shortest <= len(waveform) <= most:
            limits = f"{model.shortest / model.rate:.3f} s or more"
            if model.longest is not None:
                limits = f"{model.shortest / model.rate:.3f} to {model.longest / model.rate:.3f} s"
            raise ModelError(
                f"The sound {sound!r} is {len(waveform) / model.rate:.3f} s long; {name} hears {limits}. Cut "
                "or pad it to such a length yourself, or remove it."
            )
        yield waveform


def _batches(waveforms: Iterable[np.ndarray], size: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the place of the first of up to `size` neighbors of one length, and them, (batch, samples)."""
    start, batch = 0, []
    for place, waveform in enumerate(waveforms):
        if batch and (len(batch) == size or len(waveform) != len(batch[0])):
            yield start, np.stack(batch)
            batch = []
        start = start if batch else place
        batch.append(waveform)
    yield start, np.stack(batch)


def _features(model: Ready, waveforms: np.ndarray, keep_time: bool) -> dict[str, np.ndarray]:
    average = time_mean(LAST)
    found = model.activations(waveforms)
    values = {layer: each.detach().float().cpu().numpy() for layer, each in found.items()}
    return values if keep_time else {layer: average(layer, each) for layer, each in values.items()}


def _check(layer: str, values: np.ndarray, shape: tuple[int, ...], names: list[str]) -> None:
    if values.shape[1:] != shape:
        raise ModelError(
            f"Layer {layer!r} has shape {values.shape[1:]} for the sound {names[0]!r}, {shape} before: "
            "sounds of different lengths cannot keep their time. Leave --time out, or cut them alike."
        )
    lost = ~np.isfinite(values).reshape(len(values), -1).all(axis=1)
    if lost.any():
        raise ModelError(
            f"Layer {layer!r} is not finite for the sound {names[int(np.argmax(lost))]!r}. The weights are "
            "probably damaged: download them again."
        )


def _attributes(name: str, model: Ready, source: Source, keep_time: bool) -> Mapping[str, str | int | bool]:
    versions = {each: metadata.version(each) for each in LIBRARIES if _installed(each)}
    return {
        "model": name,
        **model.record,
        "versions": json.dumps(versions),
        "sample_rate": model.rate,
        "sounds_from": source.text,
        "time": "kept" if keep_time else "averaged",
    }


def _installed(library: str) -> bool:
    try:
        return bool(metadata.version(library))
    except metadata.PackageNotFoundError:
        return False

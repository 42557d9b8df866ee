"""Activations that another program computed and a file holds, as features of sounds."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np

from heschl.activations.archives import ArchiveError, open_archive
from heschl.activations.features import Features
from heschl.activations.names import listed, stem
from heschl.activations.reductions import Reduction

BATCH = 2**26  # approximate bytes of activations that are reduced at a time
Layer = np.ndarray | h5py.Dataset


def read(path: str | Path, sounds: Sequence[str], reduce: Reduction) -> Features:
    """Read the layers of an .npz, .h5 or .hdf5 file, in its order, as features of the named sounds.

    The array `sounds` names the rows; every other array is a layer, with sounds on its first axis
    (inputs/models/README.md). The file may hold further sounds and any order of rows.
    reduce : is given float32, a few rows at a time: of an h5 only these are in memory, of an npz a whole
             layer
    raises : ArchiveError naming the file, the layer or sound, and the remedy
    """
    path = Path(path)
    values, units = {}, {}
    with open_archive(path) as archive:
        rows = _rows(path, archive.sounds, sounds)
        for name, load in archive.layers.items():
            array = load()
            values[name] = _features(path, name, array, archive.sounds, rows, reduce)
            units[name] = array.size // len(array)
    return Features(values, units)


def check(path: str | Path, sounds: Sequence[str]) -> None:
    """Raise ArchiveError where a file lacks the names of its sounds or one of `sounds`, or repeats a name."""
    path = Path(path)
    with open_archive(path) as archive:
        _rows(path, archive.sounds, sounds)


def _rows(path: Path, available: Sequence[str], wanted: Sequence[str]) -> np.ndarray:
    """Return the place of each row among the wanted sounds, -1 where it is not one of them."""
    names = [stem(name) for name in available]
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise ArchiveError(
            f"{path} names {len(repeated)} sounds more than once: {listed(repeated)}. Keep one row of each."
        )
    missing = sorted(set(wanted) - set(names))
    if missing:
        raise ArchiveError(
            f"{path} lacks {len(missing)} of {len(wanted)} sounds: {listed(missing)}; it has "
            f"{listed(names)}. Add their activations under the names of the sound files."
        )
    places = {name: place for place, name in enumerate(wanted)}
    return np.array([places.get(name, -1) for name in names])


def _features(
    path: Path, name: str, array: Layer, sounds: Sequence[str], rows: np.ndarray, reduce: Reduction
) -> np.ndarray:
    _check_layer(path, name, array, len(rows))
    step = max(1, BATCH // (4 * (array.size // len(array))))
    features: np.ndarray | None = None
    for start in range(0, len(rows), step):
        places = rows[start : start + step]
        wanted = places >= 0
        if wanted.any():
            block = reduce(name, _block(path, name, array, start, sounds, wanted))
            if features is None:
                features = np.empty((int((rows >= 0).sum()), block.shape[1]), np.float32)
            features[places[wanted]] = block
    return features


def _check_layer(path: Path, name: str, array: Layer, rows: int) -> None:
    if array.dtype.kind not in "fiub":
        raise ArchiveError(
            f"{path}: layer {name!r} has type {array.dtype}; expected real numbers. Save it as float32 or "
            "remove it."
        )
    if array.ndim == 0 or len(array) != rows or array.size == 0:
        raise ArchiveError(
            f"{path}: layer {name!r} has shape {array.shape}; expected one row for each of the {rows} "
            "sounds. Save it with sounds on its first axis."
        )


def _block(
    path: Path, name: str, array: Layer, start: int, sounds: Sequence[str], wanted: np.ndarray
) -> np.ndarray:
    """Return the wanted ones among the rows from `start` on, (batch, ...) float32, finite."""
    try:
        with np.errstate(over="ignore"):  # overflow to infinity is reported below
            block = np.asarray(array[start : start + len(wanted)])[wanted].astype(np.float32)
    except OSError as error:
        raise ArchiveError(
            f"{path}: layer {name!r} cannot be read ({error}). The file is probably incomplete: write it "
            "again."
        ) from None
    lost = ~np.isfinite(block).reshape(len(block), -1).all(axis=1)
    if lost.any():
        sound = sounds[start + np.flatnonzero(wanted)[np.argmax(lost)]]
        raise ArchiveError(
            f"{path}: layer {name!r} is not finite for sound {sound!r}. Compute it again or remove the layer."
        )
    return block

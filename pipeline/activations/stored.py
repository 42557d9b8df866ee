"""Activations of any model that stand in a file beside the network, as features of the sounds."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import h5py
import numpy as np

from pipeline.activations.archives import StoredError, opened
from pipeline.activations.names import listed, stem

BATCH = 2**26  # bytes of activations that are reduced at once, about
Reduce = Callable[[str, np.ndarray], np.ndarray]  # (layer, its activations (batch, ...)) -> (batch, units)


def read(path: str | Path, sounds: Sequence[str], reduce: Reduce) -> dict[str, np.ndarray]:
    """Read the layers of an .npz, .h5 or .hdf5 as features of the sounds, by name; the file may have others, in any order.

    The array `sounds` names the rows; every other array is a layer, sounds first (inputs/models/README.md).
    reduce  : as of `features.of_network`; is given float32, a few rows at a time. Of an h5 no more is in memory, of an npz one layer
    returns : layer -> (sounds, units) float32, in the file's order
    raises  : StoredError naming the file, the layer or sound, and the remedy
    """
    path = Path(path)
    with opened(path) as archive:
        rows = _rows(path, archive.sounds, sounds)
        return {
            name: _features(path, name, load(), archive.sounds, rows, reduce)
            for name, load in archive.layers.items()
        }


def check(path: str | Path, sounds: Sequence[str]) -> None:
    """Raise StoredError where a file does not name the sounds, lacks some or has some twice: `read` without the activations."""
    path = Path(path)
    with opened(path) as archive:
        _rows(path, archive.sounds, sounds)


def _rows(path: Path, there: Sequence[str], wanted: Sequence[str]) -> np.ndarray:
    """Return the place of each row among the wanted sounds, -1 for one that is not wanted."""
    names = [stem(name) for name in there]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise StoredError(
            f"{path}: {len(twice)} sounds are named more than once: {listed(twice)}. Keep one row of each."
        )
    missing = sorted(set(wanted) - set(names))
    if missing:
        raise StoredError(
            f"{path} lacks {len(missing)} of {len(wanted)} sounds: {listed(missing)}; it has {listed(names)}. "
            f"Add their activations, by the names of the sound files."
        )
    places = {name: place for place, name in enumerate(wanted)}
    return np.array([places.get(name, -1) for name in names])


def _features(
    path: Path,
    name: str,
    array: np.ndarray | h5py.Dataset,
    sounds: Sequence[str],
    rows: np.ndarray,
    reduce: Reduce,
) -> np.ndarray:
    if array.dtype.kind not in "fiub":
        raise StoredError(
            f"{path}: layer {name!r} has type {array.dtype}; expected real numbers. Save it as float32, or take it out."
        )
    if array.ndim == 0 or len(array) != len(rows) or array.size == 0:
        raise StoredError(
            f"{path}: layer {name!r} has shape {array.shape}; expected one row for each of the {len(rows)} sounds."
        )
    step = max(1, BATCH // (4 * (array.size // len(array))))
    features: np.ndarray | None = None
    for start in range(0, len(rows), step):
        places = rows[start : start + step]
        wanted = places >= 0
        if wanted.any():
            block = reduce(name, _block(path, name, array, start, sounds, wanted))
            features = (
                np.empty((int((rows >= 0).sum()), block.shape[1]), np.float32)
                if features is None
                else features
            )
            features[places[wanted]] = block
    return features


def _block(
    path: Path,
    name: str,
    array: np.ndarray | h5py.Dataset,
    start: int,
    sounds: Sequence[str],
    wanted: np.ndarray,
) -> np.ndarray:
    """Return the wanted ones of some rows, (batch, ...) float32, finite."""
    try:
        with np.errstate(over="ignore"):  # what is too large for float32 is told below
            block = np.asarray(array[start : start + len(wanted)])[wanted].astype(np.float32)
    except OSError as error:
        raise StoredError(
            f"{path}: layer {name!r} cannot be read ({error}): was the file cut off? Write it again."
        ) from None
    lost = ~np.isfinite(block).reshape(len(block), -1).all(axis=1)
    if lost.any():
        sound = sounds[start + np.flatnonzero(wanted)[np.argmax(lost)]]
        raise StoredError(
            f"{path}: layer {name!r} is not finite for sound {sound!r}. Compute it again, or take the layer out."
        )
    return block

"""Files of named arrays, .npz and .h5, opened so that nothing in them is unpickled and nothing outside of them is read."""

import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

SOUNDS, ORDER = (
    "sounds",
    "layer_list",
)  # arrays that are no layers: names of the rows; of the layers, where it is there
BROKEN = (
    OSError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    RuntimeError,
)  # what files that are cut off raise
NPZ = "numpy.savez(path, sounds=numpy.array(names), **layers)"
H5 = 'with h5py.File(path, "a") as file: file["sounds"] = [str(name) for name in names]'  # h5py writes no numpy.str_
ENDINGS = {".npz": NPZ, ".h5": H5, ".hdf5": H5}  # in lower or upper case; how such a file is written


class StoredError(ValueError):
    """Stored activations that cannot be used; names the file, the layer or sound, and the remedy."""


class Archive(NamedTuple):
    """What a file holds."""

    sounds: list[str]
    layers: dict[
        str, Callable[[], np.ndarray | h5py.Dataset]
    ]  # in their order; an array of an npz, a dataset of an h5


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open a file for as long as its layers are read.

    raises : StoredError where it cannot be opened, holds Python objects, points outside of itself, or does not name its sounds
    """
    try:
        file = np.load(path, allow_pickle=False) if path.suffix.lower() == ".npz" else h5py.File(path, "r")
    except (ValueError, *BROKEN):
        raise StoredError(
            f"{path} is no {path.suffix} file, or is cut off. Write it again: {_remedy(path)}."
        ) from None
    if not isinstance(file, h5py.File | np.lib.npyio.NpzFile):
        raise StoredError(f"{path} holds one array without a name; expected an archive of them: {NPZ}.")
    with file:
        yield _archive(path, _datasets(path, file) if isinstance(file, h5py.File) else _members(path, file))


def _remedy(path: Path) -> str:
    return ENDINGS[path.suffix.lower()]


def _archive(path: Path, arrays: Mapping[str, Callable]) -> Archive:
    if SOUNDS not in arrays:
        raise StoredError(
            f"{path} has no array {SOUNDS!r}, the names of the sounds in the order of the rows. Add it: {_remedy(path)}."
        )
    order = _texts(path, ORDER, arrays[ORDER]()) if ORDER in arrays else []
    layers = {name: load for name, load in arrays.items() if name not in (SOUNDS, ORDER)}
    unknown = [name for name in order if name not in layers]
    if unknown:
        raise StoredError(
            f"{path}: {ORDER} names {unknown[0]!r}, which there is not. Take it out of that list, or add the layer."
        )
    if not layers:
        raise StoredError(f"{path} has no layers. Add an array for each: {NPZ}.")
    return Archive(
        _texts(path, SOUNDS, arrays[SOUNDS]()),
        {name: layers[name] for name in [*dict.fromkeys(order), *layers]},
    )


def _texts(path: Path, name: str, array: np.ndarray | h5py.Dataset) -> list[str]:
    """Return an array of texts, or bytes, as texts."""
    if isinstance(array, h5py.Dataset) and h5py.check_string_dtype(array.dtype):
        array = np.asarray(array.asstr(errors="replace")[()], dtype=str)
    if array.dtype.kind not in "SU" or array.ndim != 1:
        raise StoredError(
            f"{path}: {name!r} has type {array.dtype} and shape {array.shape}; expected names: {_remedy(path)}."
        )
    return (np.char.decode(array, "utf-8", "replace") if array.dtype.kind == "S" else array).tolist()


def _members(path: Path, file: np.lib.npyio.NpzFile) -> dict[str, Callable]:
    """Return what loads each array of an npz."""
    twice = [name for name, count in Counter(file.files).items() if count > 1]
    if twice:
        raise StoredError(f"{path} holds {twice[0]!r} more than once. Write it again: {NPZ}.")
    return {name: partial(_member, path, file, name) for name in file.files}


def _member(path: Path, file: np.lib.npyio.NpzFile, name: str) -> np.ndarray:
    try:
        array = file[name]
    except (ValueError, *BROKEN) as error:
        if "allow_pickle" in str(error):
            raise StoredError(
                f"{path}: {name!r} holds Python objects; Heschl unpickles nothing. Save plain ones: {NPZ}."
            ) from None
        raise StoredError(
            f"{path}: {name!r} cannot be read ({error}): was the file cut off? Write it again."
        ) from None
    if not isinstance(array, np.ndarray):
        raise StoredError(f"{path}: {name!r} is no array. Write it again: {NPZ}.")
    return array


def _datasets(path: Path, file: h5py.File) -> dict[str, Callable]:
    """Return what loads each dataset of an h5, by its path in the file, in the file's order."""
    try:
        return {
            name: partial(lambda dataset: dataset, dataset) for name, dataset in _walk(path, file, "", set())
        }
    except BROKEN as error:
        raise StoredError(f"{path} cannot be read ({error}): was it cut off? Write it again.") from None


def _walk(path: Path, group: h5py.Group, prefix: str, seen: set[int]) -> Iterator[tuple[str, h5py.Dataset]]:
    address = h5py.h5o.get_info(group.id).addr
    if address in seen:
        raise StoredError(
            f"{path}: group {prefix!r} is there twice, or within itself. Copy what it holds instead of linking it."
        )
    seen.add(address)
    for name in group:
        whole = prefix + name
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise StoredError(
                f"{path}: {whole!r} is a link, which may lead out of the file. Copy the dataset into its place."
            )
        item = group[name]
        if isinstance(item, h5py.Group):
            yield from _walk(path, item, f"{whole}/", seen)
        elif isinstance(item, h5py.Dataset):
            if item.is_virtual or item.external:
                raise StoredError(
                    f"{path}: the values of {whole!r} lie in another file. Copy them into this one."
                )
            yield whole, item

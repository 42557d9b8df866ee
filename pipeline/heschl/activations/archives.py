"""Files of named arrays, .npz and .h5: nothing in them is unpickled, and nothing outside them is read."""

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
)  # arrays that are not layers: names of the rows; optional, of the layers
BROKEN = (OSError, EOFError, zipfile.BadZipFile, zlib.error, KeyError, RuntimeError)  # from incomplete files
NPZ = "numpy.savez(path, sounds=numpy.array(names), **layers)"
H5 = (
    'with h5py.File(path, "a") as file: file["sounds"] = [str(name) for name in names]'  # h5py: no numpy.str_
)
ENDINGS = {".npz": NPZ, ".h5": H5, ".hdf5": H5}  # in lower or upper case; how such a file is written

Array = np.ndarray | h5py.Dataset


class ArchiveError(ValueError):
    """A file of activations that cannot be used; names the file, the layer or sound, and the remedy."""


class Archive(NamedTuple):
    """What a file holds."""

    sounds: list[str]
    layers: dict[str, Callable[[], Array]]  # in order; each returns an array of an npz or a dataset of an h5


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open a file while its layers are read.

    raises : ArchiveError where it cannot be opened, holds Python objects, refers to other files or does not
             name its sounds
    """
    try:
        file = np.load(path, allow_pickle=False) if path.suffix.lower() == ".npz" else h5py.File(path, "r")
    except (ValueError, *BROKEN):
        raise ArchiveError(
            f"{path} is not a valid {path.suffix} file or is incomplete. Write it again: {_remedy(path)}."
        ) from None
    if not isinstance(file, h5py.File | np.lib.npyio.NpzFile):
        raise ArchiveError(f"{path} holds a single unnamed array; expected an archive: {NPZ}.")
    with file:
        yield _archive(path, _datasets(path, file) if isinstance(file, h5py.File) else _members(path, file))


def _remedy(path: Path) -> str:
    return ENDINGS[path.suffix.lower()]


def _archive(path: Path, arrays: Mapping[str, Callable[[], Array]]) -> Archive:
    if SOUNDS not in arrays:
        raise ArchiveError(
            f"{path} has no array {SOUNDS!r} with the names of the sounds in the order of the rows. "
            f"Add it: {_remedy(path)}."
        )
    order = _texts(path, ORDER, arrays[ORDER]()) if ORDER in arrays else []
    layers = {name: load for name, load in arrays.items() if name not in (SOUNDS, ORDER)}
    unknown = [name for name in order if name not in layers]
    if unknown:
        raise ArchiveError(
            f"{path}: {ORDER} names {unknown[0]!r}, but the file has no such array. Add the layer, or remove "
            "its name."
        )
    if not layers:
        raise ArchiveError(f"{path} has no layers. Add one array for each: {NPZ}.")
    ordered = {name: layers[name] for name in [*dict.fromkeys(order), *layers]}
    return Archive(_texts(path, SOUNDS, arrays[SOUNDS]()), ordered)


def _texts(path: Path, name: str, array: Array) -> list[str]:
    """Return an array of texts or bytes as a list of texts."""
    if isinstance(array, h5py.Dataset) and h5py.check_string_dtype(array.dtype):
        array = np.asarray(array.asstr(errors="replace")[()], dtype=str)
    if array.dtype.kind not in "SU" or array.ndim != 1:
        raise ArchiveError(
            f"{path}: {name!r} has type {array.dtype} and shape {array.shape}; expected names: "
            f"{_remedy(path)}."
        )
    return (np.char.decode(array, "utf-8", "replace") if array.dtype.kind == "S" else array).tolist()


def _members(path: Path, file: np.lib.npyio.NpzFile) -> dict[str, Callable[[], Array]]:
    """Return a function that loads the array for each name in an npz."""
    repeated = [name for name, count in Counter(file.files).items() if count > 1]
    if repeated:
        raise ArchiveError(f"{path} holds {repeated[0]!r} more than once. Write it again: {NPZ}.")
    return {name: partial(_member, path, file, name) for name in file.files}


def _member(path: Path, file: np.lib.npyio.NpzFile, name: str) -> np.ndarray:
    try:
        array = file[name]
    except (ValueError, *BROKEN) as error:
        if "allow_pickle" in str(error):
            raise ArchiveError(
                f"{path}: {name!r} holds Python objects, which Heschl does not unpickle. Save plain arrays: "
                f"{NPZ}."
            ) from None
        raise ArchiveError(
            f"{path}: {name!r} cannot be read ({error}). The file is probably incomplete: write it again."
        ) from None
    if not isinstance(array, np.ndarray):
        raise ArchiveError(f"{path}: {name!r} is not an array. Write the file again: {NPZ}.")
    return array


def _datasets(path: Path, file: h5py.File) -> dict[str, Callable[[], Array]]:
    """Return a function that returns the dataset for each path in an h5, in the file's order."""
    try:
        datasets = list(_walk(path, file, "", set()))
    except BROKEN as error:
        raise ArchiveError(
            f"{path} cannot be read ({error}). It is probably incomplete: write it again."
        ) from None
    return {name: partial(lambda dataset: dataset, dataset) for name, dataset in datasets}


def _walk(path: Path, group: h5py.Group, prefix: str, seen: set[int]) -> Iterator[tuple[str, h5py.Dataset]]:
    address = h5py.h5o.get_info(group.id).addr
    if address in seen:
        raise ArchiveError(
            f"{path}: group {prefix!r} occurs twice or within itself. Copy its datasets instead of linking "
            "to it."
        )
    seen.add(address)
    for name in group:
        full_name = prefix + name
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ArchiveError(
                f"{path}: {full_name!r} is a link, which may point outside the file. Copy the dataset to its "
                "place."
            )
        entry = group[name]
        if isinstance(entry, h5py.Group):
            yield from _walk(path, entry, f"{full_name}/", seen)
        elif isinstance(entry, h5py.Dataset):
            if entry.is_virtual or entry.external:
                raise ArchiveError(
                    f"{path}: the values of {full_name!r} are stored in another file. Copy them into this "
                    "one."
                )
            yield full_name, entry

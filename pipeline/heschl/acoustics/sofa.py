"""Heads from SOFA files (AES69), the format of public sets of head-related impulse responses.

A SOFA file is an HDF5 file. Only arrays and attributes within the file are read.
"""

from pathlib import Path

import h5py
import numpy as np

from heschl.acoustics import directions
from heschl.acoustics.delays import advanced
from heschl.acoustics.head import Head, HeadError

CONVENTIONS = ("SimpleFreeFieldHRIR", "FreeFieldHRIR")
MOST = 2**28  # numbers in a set of responses, 2 GB
IR, RATE, DELAY = "Data.IR", "Data.SamplingRate", "Data.Delay"
SOURCE, EAR, VIEW, UP = "SourcePosition", "ReceiverPosition", "ListenerView", "ListenerUp"
METERS = ("metre", "metres", "meter", "meters")


def read_sofa(path: str | Path) -> Head:
    """Read a head from a SOFA file with impulse responses in a free field.

    raises : HeadError naming the file and the array or attribute at fault
    """
    path = Path(path)
    try:
        with h5py.File(path, "r") as file:
            return _head(path, file)
    except FileNotFoundError:
        raise HeadError(f"{path} does not exist.") from None
    except HeadError:
        raise
    except (OSError, KeyError, RuntimeError, ValueError, TypeError) as error:  # of a damaged file
        raise HeadError(f"{path} is not a SOFA file or is incomplete ({error}). Download it again.") from None


def _head(path: Path, file: h5py.File) -> Head:
    found = _attribute(file, "SOFAConventions")
    if found not in CONVENTIONS or _attribute(file, "DataType") != "FIR":
        raise HeadError(
            f"{path} has SOFA conventions {found or 'none'!r} with data of type "
            f"{_attribute(file, 'DataType') or 'none'!r}; expected {' or '.join(CONVENTIONS)} with 'FIR': "
            "impulse responses of a head in a free field."
        )
    responses = _array(path, file, IR, 3)
    count, ears, _ = responses.shape
    if ears != 2:
        raise HeadError(f"{path}: {IR} has {ears} receivers; expected two ears.")
    silent = np.flatnonzero(~responses.any(axis=2).all(axis=1))
    if len(silent):
        raise HeadError(f"{path}: {IR}: measurement {silent[0]} is silent. Remove it from the file.")
    positions = _positions(path, file, SOURCE)
    if len(positions) != count:
        raise HeadError(f"{path}: {SOURCE} has {len(positions)} rows, {IR} has {count} measurements.")
    radii = np.linalg.norm(positions, axis=1)
    if not (radii > 0).all():
        raise HeadError(f"{path}: {SOURCE}: measurement {radii.argmin()} is at the center of the head.")
    vectors = positions / radii[:, None]
    _check_pose(path, file)
    if DELAY in file:
        responses = _delayed(path, responses, _array(path, file, DELAY, 2))
    if _reversed(path, file):
        responses = responses[:, ::-1]
    names = [_attribute(file, name) for name in ("DatabaseName", "ListenerShortName")]
    name = " ".join(each for each in names if each) or path.stem
    citation = _attribute(file, "References") or _attribute(file, "Title") or name
    return Head(name, vectors, responses, _rate(path, file), float(np.median(radii)), citation)


def _delayed(path: Path, responses: np.ndarray, delays: np.ndarray) -> np.ndarray:
    """Return responses that begin later by a number of samples, (measurements or 1, ears)."""
    if delays.shape not in ((1, 2), responses.shape[:2]):
        raise HeadError(
            f"{path}: {DELAY} has shape {delays.shape}; expected {responses.shape[:2]} or one row for all."
        )
    if not delays.any():
        return responses
    if delays.min() < 0 or delays.max() > 2**14:
        raise HeadError(
            f"{path}: {DELAY} is {delays.min():g} to {delays.max():g} samples; expected 0 to 16384."
        )
    room = int(np.ceil(delays.max())) + 16
    longer = np.pad(responses, ((0, 0), (0, 0), (0, room)))
    return advanced(longer, -np.broadcast_to(delays, longer.shape[:2]))


def _rate(path: Path, file: h5py.File) -> int:
    values = _array(path, file, RATE, 1)
    if len(set(values.tolist())) != 1 or values[0] != round(values[0]) or values[0] <= 0:
        raise HeadError(f"{path}: {RATE} is {values[:3].tolist()}; expected one whole number of hertz.")
    return int(values[0])


def _reversed(path: Path, file: h5py.File) -> bool:
    """Return whether the first receiver is the right ear."""
    ears = _positions(path, file, EAR)
    if len(ears) != 2 or ears[0, 1] == ears[1, 1]:
        raise HeadError(
            f"{path}: {EAR} does not say which receiver is the left ear; expected y of opposite sign."
        )
    return bool(ears[0, 1] < ears[1, 1])


def _check_pose(path: Path, file: h5py.File) -> None:
    for name, wanted in ((VIEW, [1, 0, 0]), (UP, [0, 0, 1])):
        if name in file:
            rows = _positions(path, file, name, VIEW if VIEW in file else name)
            if not (np.abs(rows - np.linalg.norm(rows, axis=1, keepdims=True) * wanted) < 1e-6).all():
                raise HeadError(
                    f"{path}: {name} is {rows[0].tolist()}; expected a head that looks along x, z up."
                )


def _positions(path: Path, file: h5py.File, name: str, typed: str | None = None) -> np.ndarray:
    """Return positions in m, cartesian, (rows, 3).

    typed : name of the array whose attributes say how they are given, if it is another
    """
    array = _array(path, file, name, None)
    array = array[..., 0] if array.ndim == 3 else array
    if array.ndim != 2 or array.shape[1] != 3:
        raise HeadError(f"{path}: {name} has shape {array.shape}; expected (rows, 3).")
    kind = _attribute(file[typed or name], "Type").lower()
    units = [each.strip().lower() for each in _attribute(file[typed or name], "Units").split(",")]
    if kind == "cartesian" and units[0] in METERS:
        return array
    if kind == "spherical" and units[0].startswith("degree") and units[-1] in METERS:
        return directions.vectors(array[:, 0], array[:, 1]) * array[:, 2:]
    raise HeadError(
        f"{path}: {name} is {kind or 'of no type'} in {', '.join(units) or 'no units'}; expected "
        "cartesian in metre, or spherical in degree, degree, metre."
    )


def _array(path: Path, file: h5py.File, name: str, dimensions: int | None) -> np.ndarray:
    link = file.get(name, getlink=True) if name in file else None
    found = file[name] if isinstance(link, h5py.HardLink) else None
    if not isinstance(found, h5py.Dataset) or found.external or found.is_virtual:
        raise HeadError(f"{path} has no array {name} of its own. Download the file again.")
    if found.dtype.kind not in "fiu" or found.size == 0 or found.size > MOST:
        raise HeadError(f"{path}: {name} has type {found.dtype} and shape {found.shape}; expected numbers.")
    values = np.asarray(found[()], float)
    if dimensions is not None and values.ndim != dimensions:
        raise HeadError(f"{path}: {name} has shape {values.shape}; expected {dimensions} dimensions.")
    if not np.isfinite(values).all():
        row = np.argwhere(~np.isfinite(values))[0].tolist()
        raise HeadError(f"{path}: {name} is not a finite number at {row}. Remove that measurement.")
    return values


def _attribute(place: h5py.File | h5py.Dataset, name: str) -> str:
    """Return an attribute as text; empty if it is missing."""
    value = place.attrs.get(name, b"")
    if isinstance(value, np.ndarray):
        value = value.flat[0] if value.size else b""
    return (
        value.decode(errors="replace")
        if isinstance(value, bytes)
        else value
        if isinstance(value, str)
        else ""
    )

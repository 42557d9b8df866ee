"""Read .npy and .mat files as plain arrays: nothing in them is unpickled or run."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.io import loadmat

from heschl.encode.responses import ResponsesError


def file_in(folder: Path, name: str) -> Path:
    """Return the path of a file in a folder; ResponsesError where it is missing."""
    if not (folder / name).is_file():
        raise ResponsesError(
            f"{folder / name} is missing: inputs/brain/README.md lists the files. encode.folder is "
            f"{str(folder)!r}."
        )
    return folder / name


def read_npy(path: Path) -> np.ndarray:
    """Return the array of a .npy file; ResponsesError where it contains objects or cannot be read."""
    try:
        array = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError, MemoryError) as error:
        if any(word in str(error) for word in ("Object arrays", "pickled")):
            raise ResponsesError(
                f"{path} contains Python objects, which Heschl does not unpickle, or is not a .npy file. "
                "Save plain arrays with numpy.save."
            ) from None
        raise ResponsesError(
            f"{path} cannot be read ({error}). It is probably incomplete: get it again."
        ) from None
    if not isinstance(array, np.ndarray):
        raise ResponsesError(
            f"{path} is an archive of arrays (npz); expected a single array. Save it with numpy.save."
        )
    return array


def read_mat(path: Path, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return variables of a MATLAB file, up to version 7.

    raises : ResponsesError naming a variable that is missing, or why the file cannot be read
    """
    try:
        variables = loadmat(path, appendmat=False, variable_names=names)
    except NotImplementedError:
        raise ResponsesError(
            f"{path} is a MATLAB file of version 7.3. Save it again in MATLAB: save(file, ..., '-v7')."
        ) from None
    except Exception as error:  # the parser raises anything on bytes of another format
        raise ResponsesError(f"{path} cannot be read as a MATLAB file ({error}). Get it again.") from None
    missing = [name for name in names if name not in variables]
    if missing:
        raise ResponsesError(
            f"{path} has no variable {missing[0]!r}; expected {', '.join(names)}. It is probably incomplete: "
            "get it again."
        )
    return {name: variables[name] for name in names}


def text(value: object) -> str:
    """Return an identifier as text: "12" for 12, 12.0 and b"12", "" for a missing value."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, float):
        value = "" if np.isnan(value) else int(value) if value.is_integer() else value
    return "" if value is None or value is pd.NA else str(value).strip()


def texts(cell: np.ndarray, path: Path, name: str) -> list[str]:
    """Return the texts of a MATLAB cell array; ResponsesError names the file, the array and the entry."""
    out: list[str] = []
    for entry in np.asarray(cell).ravel():
        while isinstance(entry, np.ndarray) and entry.size == 1:
            entry = entry.ravel()[0]
        if not isinstance(entry, str) or not entry.strip():
            raise ResponsesError(
                f"{path}: {name} {len(out) + 1} is {str(entry)!r}; expected a cell array of texts."
            )
        out.append(str(entry).strip())
    return out

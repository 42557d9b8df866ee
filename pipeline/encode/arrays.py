"""Files of the field as plain arrays: npy and mat, of which nothing is ever unpickled or run."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.io import loadmat

from pipeline.encode.responses import ResponsesError


def there(folder: Path, name: str) -> Path:
    """Return a file of a folder; ResponsesError where it is not there."""
    if not (folder / name).is_file():
        raise ResponsesError(
            f"{folder / name} is missing: inputs/brain/README.md says what lies where. encode.folder is {str(folder)!r}."
        )
    return folder / name


def npy(path: Path) -> np.ndarray:
    """Return the array of a .npy file; ResponsesError where it holds objects, or cannot be read."""
    try:
        array = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError, MemoryError) as error:
        if any(word in str(error) for word in ("Object arrays", "pickled")):
            raise ResponsesError(
                f"{path} holds Python objects, or is no .npy; Heschl unpickles nothing. Save it again with numpy.save of plain arrays."
            ) from None
        raise ResponsesError(f"{path} cannot be read ({error}): was it cut off? Get it again.") from None
    if not isinstance(array, np.ndarray):
        raise ResponsesError(
            f"{path} is an archive of arrays (npz); expected one array. Save it again with numpy.save."
        )
    return array


def mat(path: Path, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return variables of a MATLAB file up to version 7; ResponsesError naming one that is missing, or why it cannot be read."""
    try:
        found = loadmat(path, appendmat=False, variable_names=names)
    except NotImplementedError:
        raise ResponsesError(
            f"{path} is a MATLAB file of version 7.3. Save it again in MATLAB: save(file, ..., '-v7')."
        ) from None
    except Exception as error:  # whatever the parser meets in bytes that are something else
        raise ResponsesError(f"{path} cannot be read as a MATLAB file ({error}). Get it again.") from None
    missing = [name for name in names if name not in found]
    if missing:
        raise ResponsesError(
            f"{path} has no variable {missing[0]!r}; expected {', '.join(names)}. Was it cut off?"
        )
    return {name: found[name] for name in names}


def text(value: object) -> str:
    """Return an id as text: 12 for 12, 12.0 and b"12"; nothing for what is missing."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, float):
        value = "" if np.isnan(value) else int(value) if value.is_integer() else value
    return "" if value is None or value is pd.NA else str(value).strip()


def texts(cell: Any, path: Path, what: str) -> list[str]:
    """Return the texts of a MATLAB cell array."""
    found = []
    for item in np.asarray(cell).ravel():
        while isinstance(item, np.ndarray) and item.size == 1:
            item = item.ravel()[0]
        if not isinstance(item, str) or not item.strip():
            raise ResponsesError(
                f"{path}: {what} {len(found) + 1} is {str(item)!r}; expected a cell array of texts."
            )
        found.append(str(item).strip())
    return found

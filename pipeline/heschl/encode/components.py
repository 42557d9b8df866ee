"""The six components of natsound165, whose weighted sums are the voxels' responses.

Norman-Haignere et al. 2015, Neuron 88, 1281.
"""

from pathlib import Path

import numpy as np

from heschl.encode.arrays import file_in, read_mat, texts
from heschl.encode.responses import Responses, ResponsesError, clean

FILE = "components.mat"
RESPONSES, SOUNDS, NAMES = "R", "stim_names", "component_names"


def read(folder: Path) -> Responses:
    """Read components.mat: one repeat, no participants, and each component's name as its region.

    raises : ResponsesError where the file cannot be read or lacks a variable, or the variables' sizes
             disagree
    """
    path = file_in(folder, FILE)
    variables = read_mat(path, (RESPONSES, SOUNDS, NAMES))
    values, sounds = variables[RESPONSES], texts(variables[SOUNDS], path, f"{SOUNDS}:")
    names = texts(variables[NAMES], path, f"{NAMES}:")
    if values.dtype.kind not in "fiu" or values.shape != (len(sounds), len(names)):
        raise ResponsesError(
            f"{path}: {RESPONSES} has shape {values.shape} and type {values.dtype}; expected numbers, "
            f"({len(sounds)}, {len(names)}), the lengths of {SOUNDS} and {NAMES}. Get the file again."
        )
    return clean(sounds, values[..., None], names, np.full(len(names), ""), np.array(names), "components")

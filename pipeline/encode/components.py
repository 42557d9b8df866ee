"""The six components of natsound165: what the responses of voxels are sums of (Norman-Haignere et al. 2015, Neuron 88)."""

from pathlib import Path

import numpy as np

from pipeline.encode.arrays import mat, texts, there
from pipeline.encode.responses import Responses, ResponsesError, clean

FILE = "components.mat"
RESPONSES, SOUNDS, NAMES = "R", "stim_names", "component_names"


def read(folder: Path) -> Responses:
    """Read components.mat: one repeat, no participants, the component's own name as its region.

    raises : ResponsesError where it cannot be read, lacks a variable, or their sizes disagree
    """
    path = there(folder, FILE)
    found = mat(path, (RESPONSES, SOUNDS, NAMES))
    values, sounds = found[RESPONSES], texts(found[SOUNDS], path, f"{SOUNDS}:")
    names = texts(found[NAMES], path, f"{NAMES}:")
    if values.dtype.kind not in "fiu" or values.shape != (len(sounds), len(names)):
        raise ResponsesError(
            f"{path}: {RESPONSES} has shape {values.shape} and type {values.dtype}; expected numbers, ({len(sounds)}, {len(names)}) as "
            f"{SOUNDS} and {NAMES} have it: sounds by components."
        )
    return clean(sounds, values[..., None], names, np.full(len(names), ""), np.array(names), "components")

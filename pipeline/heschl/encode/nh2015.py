"""Voxels of Norman-Haignere et al. 2015, 8 participants, as published with Tuckute, Feather et al. 2023."""

from pathlib import Path

import numpy as np

from heschl.encode.arrays import file_in, read_npy
from heschl.encode.responses import Responses, ResponsesError, clean
from heschl.encode.voxels import META, RUNS, SOUNDS, read_ids, read_rois, read_sounds, read_values


def read(folder: Path) -> Responses:
    """Read the voxels with three runs; the others are listed in `excluded`.

    raises : ResponsesError, or SpreadsheetError of rois.csv, naming the file and the remedy
    """
    sounds = read_sounds(file_in(folder, SOUNDS))
    path = file_in(folder, META)
    meta = read_npy(path)
    if meta.ndim != 1 or not {"voxel_id", "n_reps"} <= set(meta.dtype.names or ()):
        raise ResponsesError(
            f"{path} has type {meta.dtype} and shape {meta.shape}; expected one record for each voxel, with "
            "voxel_id and n_reps. Get it again."
        )
    names = read_ids(meta["voxel_id"], path)
    values = read_values(folder, len(names), len(sounds), SOUNDS)
    participants = read_ids(meta["subj_idx"], path) if "subj_idx" in meta.dtype.names else None
    participants, regions = read_rois(folder, names, participants)
    used = meta["n_reps"] == RUNS
    excluded = [
        (names[n], participants[n], regions[n], f"{meta['n_reps'][n]} runs; {RUNS} are used")
        for n in np.flatnonzero(~used)
    ]
    if not used.any():
        raise ResponsesError(f"{path}: no voxel has n_reps {RUNS}. Is this the file of these arrays?")
    names = [name for name, use in zip(names, used, strict=True) if use]
    return clean(sounds, values[:, used], names, participants[used], regions[used], "nh2015", excluded)

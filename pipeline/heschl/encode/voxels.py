"""Files of both voxel data sets, as published with Tuckute, Feather et al. 2023, PLoS Biol 21, e3002366.

Their "runs" are repeats of each sound.
"""

import logging
from pathlib import Path

import numpy as np

from heschl.activations.names import stem
from heschl.encode.arrays import file_in, read_npy, text
from heschl.encode.responses import ResponsesError
from heschl.spreadsheets import read_rows

log = logging.getLogger(__name__)

ARRAY, META, SOUNDS = "voxel_features_array.npy", "voxel_features_meta.npy", "neural_stim_meta.npy"
ROIS, COLUMNS = "rois.csv", ("voxel_id", "participant", "region")
RUNS = 3  # of each voxel that is used


def read_sounds(path: Path) -> list[str]:
    """Return the names of the sounds in neural_stim_meta.npy: its field `filename`, else its first one."""
    meta = read_npy(path)
    fields = meta.dtype.names or ()
    names = meta["filename" if "filename" in fields else fields[0]] if fields else meta
    if names.ndim != 1 or names.dtype.kind not in "SU":
        raise ResponsesError(
            f"{path} has type {meta.dtype} and shape {meta.shape}; expected one record for each sound, its "
            "file name first. Get it again."
        )
    decoded = np.char.decode(names, "utf-8", "replace") if names.dtype.kind == "S" else names
    return [stem(name) for name in decoded.tolist()]


def read_values(folder: Path, voxels: int, sounds: int, stimuli: str, longer: bool = False) -> np.ndarray:
    """Return voxel_features_array.npy, (sounds, voxels, runs).

    stimuli : the file that names the sounds, for messages
    longer  : whether the array may have further sounds
    raises  : ResponsesError where type or shape do not fit
    """
    path = file_in(folder, ARRAY)
    values = read_npy(path)
    fits = (
        values.ndim == 3
        and (values.shape[0] == sounds or (longer and values.shape[0] > sounds))
        and values.shape[1] == voxels
    )
    if not fits or values.dtype.kind not in "fiu":
        more = " or more" if longer else ""
        raise ResponsesError(
            f"{path} has shape {values.shape} and type {values.dtype}; expected numbers, ({sounds}{more}, "
            f"{voxels}, {RUNS}): the sounds of {stimuli}, the voxels of {META}, runs. Do these files belong "
            "together?"
        )
    if values.shape[2] != RUNS:
        raise ResponsesError(f"{path} has {values.shape[2]} runs; expected {RUNS}.")
    return values


def read_ids(values: np.ndarray, path: Path) -> list[str]:
    """Return ids of voxels or participants, numbers or texts, as texts; ResponsesError names the file."""
    if values.ndim > 2 or values.size != max(values.shape, default=0) or values.dtype.kind not in "iufSU":
        raise ResponsesError(
            f"{path}: ids have shape {values.shape} and type {values.dtype}; expected one number for each "
            "voxel."
        )
    return [text(value) for value in values.ravel().tolist()]


def read_rois(
    folder: Path, names: list[str], participants: list[str] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the participant and the regions of each voxel from rois.csv, (voxels,) str each.

    participants : of each voxel, if the arrays have them; rois.csv must agree
    returns      : without the file the given participants, "" if unknown, and no regions
    raises       : ResponsesError or SpreadsheetError naming the row and the remedy
    """
    people = np.array(participants or [""] * len(names), dtype=object)
    regions = np.full(len(names), "", dtype=object)
    path = folder / ROIS
    if not path.is_file():
        log.warning(
            "%s is missing: the voxels have no region%s", path, "" if participants else " and no participant"
        )
        return people.astype(str), regions.astype(str)
    places = {name: place for place, name in enumerate(names)}
    seen: dict[str, int] = {}
    for row, cells in read_rows(path, COLUMNS):
        # a column of numbers with gaps is saved as floats
        voxel, participant = (cells[column].removesuffix(".0") for column in COLUMNS[:2])
        _check_voxel(path, row, voxel, places, seen)
        place, seen[voxel] = places[voxel], row
        if participants and participant and participant != participants[place]:
            raise ResponsesError(
                f"{path}, row {row}: voxel {voxel} has participant {participant!r}, but subj_idx in {META} "
                f"is {participants[place]!r}. Write subj_idx there, or leave the cell empty."
            )
        people[place], regions[place] = participant or people[place], cells["region"]
    return people.astype(str), regions.astype(str)


def _check_voxel(path: Path, row: int, voxel: str, places: dict[str, int], seen: dict[str, int]) -> None:
    if voxel not in places:
        raise ResponsesError(
            f"{path}, row {row}: {META} has no voxel {voxel!r}. Was rois.csv written for other arrays?"
        )
    if voxel in seen:
        raise ResponsesError(
            f"{path}, row {row}: voxel {voxel} already has row {seen[voxel]}. Join its regions with '|' in "
            "one row."
        )

"""Voxels as published with Tuckute, Feather et al. 2023 (PLoS Biol 21): nh2015, 8 participants, and b2021, 20 participants."""

import logging
from pathlib import Path

import numpy as np

from pipeline import spreadsheets
from pipeline.activations.names import stem
from pipeline.encode.arrays import mat, npy, text, texts, there
from pipeline.encode.responses import Responses, ResponsesError, clean

log = logging.getLogger(__name__)

ARRAY, META, SOUNDS = "voxel_features_array.npy", "voxel_features_meta.npy", "neural_stim_meta.npy"
SOUNDS_B2021, INFO, NAMES = "stim_info_v4.mat", "stim_info", "stim_names"
ROIS, COLUMNS = "rois.csv", ("voxel_id", "participant", "region")
RUNS = 3  # of a voxel that is used
COMMON = 165  # sounds: the first of b2021 are those of nh2015


def nh2015(folder: Path) -> Responses:
    """Read the voxels of Norman-Haignere et al. 2015 that have three runs; the others are excluded, and said so.

    raises : ResponsesError, or RowsError of rois.csv, naming the file and the remedy
    """
    sounds = _sounds(there(folder, SOUNDS))
    path = there(folder, META)
    meta = npy(path)
    if meta.ndim != 1 or not {"voxel_id", "n_reps"} <= set(meta.dtype.names or ()):
        raise ResponsesError(
            f"{path} has type {meta.dtype} and shape {meta.shape}; expected one record a voxel, with voxel_id and n_reps."
        )
    names = _numbers(meta["voxel_id"], path)
    values = _values(folder, len(sounds), len(names))
    people = _numbers(meta["subj_idx"], path) if "subj_idx" in meta.dtype.names else None
    participants, regions = _rois(folder, names, people)
    used = meta["n_reps"] == RUNS
    short = [
        (names[n], participants[n], regions[n], f"{meta['n_reps'][n]} runs; {RUNS} are used")
        for n in np.flatnonzero(~used)
    ]
    if not used.any():
        raise ResponsesError(f"{path}: no voxel has n_reps {RUNS}.")
    names = [name for name, use in zip(names, used, strict=True) if use]
    return clean(sounds, values[:, used], names, participants[used], regions[used], "nh2015", short)


def b2021(folder: Path) -> Responses:
    """Read the voxels of Boebinger et al. 2021, for the 165 sounds that nh2015 has too: the first ones.

    raises : ResponsesError, or RowsError of rois.csv, naming the file and the remedy
    """
    path = there(folder, SOUNDS_B2021)
    sounds = [stem(name) for name in _names_b2021(path)][:COMMON]
    if (folder / SOUNDS).is_file():
        _check_order(folder, sounds)
    path = there(folder, META)
    meta = npy(path)
    fields = meta.dtype.names or ()  # as published it has none: the voxels' ids alone
    if fields and "voxel_id" not in fields:
        raise ResponsesError(f"{path} has the fields {', '.join(fields)}; expected voxel_id.")
    people = _numbers(meta["subj_idx"], path) if "subj_idx" in fields else None
    names = _numbers(meta["voxel_id"] if fields else meta, path)
    values = _values(folder, len(sounds), len(names), longer=True)
    return clean(sounds, values[: len(sounds)], names, *_rois(folder, names, people), "b2021")


def _sounds(path: Path) -> list[str]:
    """Return the names in neural_stim_meta.npy: its field filename, or else its first."""
    meta = npy(path)
    fields = meta.dtype.names or ()
    names = meta["filename" if "filename" in fields else fields[0]] if fields else meta
    if names.ndim != 1 or names.dtype.kind not in "SU":
        raise ResponsesError(
            f"{path} has type {meta.dtype} and shape {meta.shape}; expected one record a sound, its file name first."
        )
    return [
        stem(name)
        for name in (np.char.decode(names, "utf-8", "replace") if names.dtype.kind == "S" else names).tolist()
    ]


def _names_b2021(path: Path) -> list[str]:
    info = mat(path, (INFO,))[INFO]
    if NAMES not in (info.dtype.names or ()) or info.size != 1:
        raise ResponsesError(
            f"{path}: {INFO} has no field {NAMES!r}; expected one struct, with the names of the sounds."
        )
    return texts(info[NAMES].ravel()[0], path, f"{INFO}.{NAMES}:")


def _check_order(folder: Path, sounds: list[str]) -> None:
    others = _sounds(folder / SOUNDS)[:COMMON]
    for place, (name, other) in enumerate(zip(sounds, others, strict=False)):
        if name != other:
            raise ResponsesError(
                f"{folder}: sound {place + 1} is {name!r} in {SOUNDS_B2021} and {other!r} in {SOUNDS}. Get both again."
            )
    if len(sounds) != len(others):
        raise ResponsesError(
            f"{folder}: {SOUNDS_B2021} has {len(sounds)} sounds and {SOUNDS} {len(others)}. Get both again."
        )


def _values(folder: Path, sounds: int, voxels: int, longer: bool = False) -> np.ndarray:
    """Return the array (sounds or more, voxels, runs)."""
    path = there(folder, ARRAY)
    values = npy(path)
    fits = (
        values.ndim == 3
        and (values.shape[0] == sounds or (longer and values.shape[0] > sounds))
        and values.shape[1] == voxels
    )
    if not fits or values.dtype.kind not in "fiu":
        more = " or more" if longer else ""
        raise ResponsesError(
            f"{path} has shape {values.shape} and type {values.dtype}; expected numbers, ({sounds}{more}, {voxels}, {RUNS}): the sounds of "
            f"{SOUNDS_B2021 if longer else SOUNDS}, the voxels of {META}, runs."
        )
    if values.shape[2] != RUNS:
        raise ResponsesError(f"{path} has {values.shape[2]} runs; expected {RUNS}.")
    return values


def _rois(folder: Path, names: list[str], people: list[str] | None) -> tuple[np.ndarray, np.ndarray]:
    """Return participant and region of each voxel from rois.csv; without it the participants `people`, if known, and no regions."""
    participants, regions = (
        np.array(people or [""] * len(names), dtype=object),
        np.full(len(names), "", dtype=object),
    )
    path = folder / ROIS
    if not path.is_file():
        log.warning(
            "%s is missing: the voxels are of no region%s", path, "" if people else ", and of no participant"
        )
    else:
        places, seen = {name: place for place, name in enumerate(names)}, {}
        for row, cells in spreadsheets.read(path, COLUMNS):
            voxel, participant = (
                cells[column].removesuffix(".0") for column in COLUMNS[:2]
            )  # ids of a column with gaps are floats
            if voxel not in places:
                raise ResponsesError(
                    f"{path}, row {row}: there is no voxel {voxel!r} in {META}. Was it written for these arrays?"
                )
            if voxel in seen:
                raise ResponsesError(
                    f"{path}, row {row}: voxel {voxel} stands in row {seen[voxel]} already; join its regions by '|'."
                )
            seen[voxel], place = row, places[voxel]
            if people and participant and participant != people[place]:
                raise ResponsesError(
                    f"{path}, row {row}: voxel {voxel} is of participant {participant!r}; subj_idx in {META} is {people[place]!r}. "
                    f"Write subj_idx there, or leave it empty."
                )
            participants[place], regions[place] = participant or participants[place], cells["region"]
    return participants.astype(str), regions.astype(str)


def _numbers(values: np.ndarray, path: Path) -> list[str]:
    """Return whole numbers, or texts, as texts."""
    if values.ndim > 2 or values.size != max(values.shape, default=0) or values.dtype.kind not in "iufSU":
        raise ResponsesError(
            f"{path}: ids of shape {values.shape} and type {values.dtype}; expected one number a voxel."
        )
    return [text(value) for value in values.ravel().tolist()]

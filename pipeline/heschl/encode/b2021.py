"""The voxels of Boebinger et al. 2021, 20 participants, as published with Tuckute, Feather et al. 2023."""

from pathlib import Path

from heschl.activations.names import stem
from heschl.encode.arrays import file_in, read_mat, read_npy, texts
from heschl.encode.responses import Responses, ResponsesError, clean
from heschl.encode.voxels import META, SOUNDS, read_ids, read_rois, read_sounds, read_values

STIMULI, INFO, NAMES = "stim_info_v4.mat", "stim_info", "stim_names"
COMMON = 165  # the first sounds, which are those of nh2015


def read(folder: Path) -> Responses:
    """Read the voxels' responses to the 165 sounds that nh2015 has too.

    raises : ResponsesError, or SpreadsheetError of rois.csv, naming the file and the remedy
    """
    path = file_in(folder, STIMULI)
    sounds = [stem(name) for name in _names(path)][:COMMON]
    if (folder / SOUNDS).is_file():
        _check_order(folder, sounds)
    path = file_in(folder, META)
    meta = read_npy(path)
    fields = meta.dtype.names or ()  # the published file has none: it contains only the voxels' ids
    if fields and "voxel_id" not in fields:
        raise ResponsesError(f"{path} has the fields {', '.join(fields)}; expected voxel_id.")
    participants = read_ids(meta["subj_idx"], path) if "subj_idx" in fields else None
    names = read_ids(meta["voxel_id"] if fields else meta, path)
    values = read_values(folder, len(names), len(sounds), STIMULI, longer=True)
    return clean(sounds, values[: len(sounds)], names, *read_rois(folder, names, participants), "b2021")


def _names(path: Path) -> list[str]:
    info = read_mat(path, (INFO,))[INFO]
    if NAMES not in (info.dtype.names or ()) or info.size != 1:
        raise ResponsesError(
            f"{path}: {INFO} has no field {NAMES!r}; expected one struct with the names of the sounds."
        )
    return texts(info[NAMES].ravel()[0], path, f"{INFO}.{NAMES}:")


def _check_order(folder: Path, sounds: list[str]) -> None:
    """Raise ResponsesError where the files of the two data sets name the sounds in different orders."""
    others = read_sounds(folder / SOUNDS)[:COMMON]
    for place, (name, other) in enumerate(zip(sounds, others, strict=False)):
        if name != other:
            raise ResponsesError(
                f"{folder}: sound {place + 1} is {name!r} in {STIMULI} and {other!r} in {SOUNDS}. Get both "
                "again."
            )
    if len(sounds) != len(others):
        raise ResponsesError(
            f"{folder}: {STIMULI} has {len(sounds)} sounds and {SOUNDS} {len(others)}. Get both again."
        )

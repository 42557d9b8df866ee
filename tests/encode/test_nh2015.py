"""Voxels of Norman-Haignere et al. 2015: which are used, their regions, and errors."""

import logging
import pickle

import numpy as np
import pytest

from heschl.encode.nh2015 import read
from heschl.encode.responses import ResponsesError
from heschl.encode.voxels import read_rois
from heschl.spreadsheets import SpreadsheetError
from tests.helpers.voxels import META, SOUNDS, STIMULI, VALUES, nh2015, rois

__all__ = ["nh2015"]  # a fixture


def test_voxels_with_three_runs_are_kept_and_the_others_listed(nh2015, caplog):
    with caplog.at_level(logging.WARNING):
        found = read(nh2015)
    assert found.sounds == SOUNDS
    assert found.names == ("10", "12", "13", "17")
    assert found.participants.tolist() == ["1", "2", "2", "2"]
    assert found.regions.tolist() == [""] * 4
    assert found.repeats == 3
    assert found.source == "nh2015"
    np.testing.assert_array_equal(found.values, VALUES[:, [0, 2, 3, 4]])
    assert found.excluded.to_numpy().tolist() == [["11", "1", "", "2 runs; 3 are used"]]
    assert "rois.csv is missing: the voxels have no region\n" in caplog.text


def test_regions_come_from_rois_csv(nh2015):
    rois(nh2015, "12,2,Primary|tonotopic", "10.0,1.0,", "11,,pitch")
    found = read(nh2015)
    assert found.regions.tolist() == ["", "Primary|tonotopic", "", ""]
    assert found.excluded["region"].tolist() == ["pitch"]


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        (["12,2,A", "99,2,A"], ResponsesError, "row 3: voxel_features_meta.npy has no voxel '99'"),
        (["12,2,A", "12,2,B"], ResponsesError, r"row 3: voxel 12 already has row 2. Join its regions"),
        (
            ["12,1,A"],
            ResponsesError,
            "row 2: voxel 12 has participant '1', but subj_idx in voxel_features_meta.npy is '2'",
        ),
        (["12,2"], SpreadsheetError, "row 2: 2 values for 3 columns"),
        (["12,2,all"], ResponsesError, "response 12 is in region 'all'"),
    ],
)
def test_rois_that_do_not_fit_name_their_row(nh2015, rows, error, message):
    rois(nh2015, *rows)
    with pytest.raises(error, match=message):
        read(nh2015)


@pytest.mark.parametrize(
    ("file", "array", "message"),
    [
        (
            "voxel_features_array.npy",
            VALUES[:3],
            r"has shape \(3, 5, 3\) and type float64; expected numbers, \(4, 5, 3\)",
        ),
        ("voxel_features_array.npy", VALUES[:, :4], r"shape \(4, 4, 3\)"),
        ("voxel_features_array.npy", VALUES[..., 0], r"shape \(4, 5\)"),
        ("voxel_features_array.npy", VALUES[..., :2], "has 2 runs; expected 3"),
        ("voxel_features_array.npy", VALUES.astype("S8"), "type |S8"),
        (
            "voxel_features_meta.npy",
            np.arange(5),
            "expected one record for each voxel, with voxel_id and n_reps",
        ),
        ("voxel_features_meta.npy", META[["hemi", "n_reps"]], "with voxel_id and n_reps"),
        (
            "voxel_features_meta.npy",
            np.array([(1, 1)] * 5, [("voxel_id", int), ("n_reps", int)]),
            "no voxel has n_reps 3",
        ),
        (
            "voxel_features_meta.npy",
            np.array([(1, 3)] * 5, [("voxel_id", int), ("n_reps", int)]),
            "1 response names occur more than once",
        ),
        ("neural_stim_meta.npy", np.arange(4), "expected one record for each sound, its file name first"),
        ("neural_stim_meta.npy", STIMULI[[0, 1, 2, 2]], "1 sound names occur more than once: stim1_x"),
    ],
)
def test_arrays_that_disagree_are_errors(nh2015, file, array, message):
    np.save(nh2015 / file, array)
    with pytest.raises(ResponsesError, match=message):
        read(nh2015)


def test_nothing_is_unpickled(nh2015):
    path = nh2015 / "voxel_features_meta.npy"
    np.save(path, np.array([{"voxel_id": 1}], object))
    with pytest.raises(
        ResponsesError,
        match=r"contains Python objects, which Heschl does not unpickle.*Save plain arrays with numpy.save",
    ):
        read(nh2015)
    path.write_bytes(pickle.dumps(print))
    with pytest.raises(ResponsesError, match="does not unpickle"):
        read(nh2015)
    np.save(path, META)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(ResponsesError, match=r"cannot be read .*It is probably incomplete"):
        read(nh2015)
    with open(path, "wb") as file:
        np.savez(file, META)
    with pytest.raises(ResponsesError, match="is an archive of arrays"):
        read(nh2015)


def test_ids_and_regions_that_look_like_numbers_or_gaps_stay_as_they_are(tmp_path):
    names = ["007", "7", "null", "NA", "no", "1e5"]
    rois(tmp_path, *(f"{name},{name},{name}" for name in names))
    participants, regions = read_rois(tmp_path, names, None)
    assert participants.tolist() == regions.tolist() == names

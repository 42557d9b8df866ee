import logging
import pickle

import numpy as np
import pytest
from scipy.io import savemat

from pipeline.encode.responses import ResponsesError, read
from pipeline.spreadsheets import RowsError

RNG = np.random.default_rng(0)
VALUES = RNG.standard_normal((4, 5, 3))  # sounds, voxels, runs: all of it synthetic
FILES = [b"stim5_alarm_clock.wav", b"stim7_applause.wav", b"stim1_x.wav", b"stim2_y.wav"]
SOUNDS = ("stim5_alarm_clock", "stim7_applause", "stim1_x", "stim2_y")
META = np.array(
    [(1, b"rh", 10, 3), (1, b"lh", 11, 2), (2, b"lh", 12, 3), (2, b"lh", 13, 3), (2, b"rh", 17, 3)],
    dtype=[("subj_idx", "<i8"), ("hemi", "S2"), ("voxel_id", "<i8"), ("n_reps", "<i8")],
)
STIMULI = np.array([(name, 9) for name in FILES], dtype=[("filename", "S40"), ("id", "<i8")])


@pytest.fixture
def nh2015(tmp_path):
    values = VALUES.copy()
    values[:, 1, 2] = np.nan  # it has two runs
    np.save(tmp_path / "voxel_features_array.npy", values)
    np.save(tmp_path / "voxel_features_meta.npy", META)
    np.save(tmp_path / "neural_stim_meta.npy", STIMULI)
    return tmp_path


@pytest.fixture
def b2021(tmp_path):
    np.save(tmp_path / "voxel_features_array.npy", RNG.standard_normal((192, 5, 3)))
    np.save(tmp_path / "voxel_features_meta.npy", np.arange(5))
    stimuli(tmp_path, [f"stim{n}" for n in range(192)])
    return tmp_path


def stimuli(folder, names):
    cell = np.empty((len(names), 1), object)
    cell[:, 0] = names
    savemat(folder / "stim_info_v4.mat", {"stim_info": {"categories": 1.0, "stim_names": cell}})


def rois(folder, *rows, header="voxel_id,participant,region"):
    (folder / "rois.csv").write_text("\n".join([header, *rows]) + "\n")


def test_nh2015_keeps_voxels_of_three_runs_and_says_which_are_left_out(nh2015, caplog):
    with caplog.at_level(logging.WARNING):
        found = read("nh2015", nh2015)
    assert found.sounds == SOUNDS
    assert found.names == ("10", "12", "13", "17")
    assert found.participants.tolist() == ["1", "2", "2", "2"]
    assert found.regions.tolist() == [""] * 4
    assert found.repeats == 3
    assert found.source == "nh2015"
    np.testing.assert_array_equal(found.values, VALUES[:, [0, 2, 3, 4]])
    assert found.excluded.to_numpy().tolist() == [["11", "1", "", "2 runs; 3 are used"]]
    assert "rois.csv is missing: the voxels are of no region\n" in caplog.text


def test_regions_come_from_rois_csv(nh2015):
    rois(nh2015, "12,2,Primary|tonotopic", "10.0,1.0,", "11,,pitch")
    found = read("nh2015", nh2015)
    assert found.regions.tolist() == ["", "Primary|tonotopic", "", ""]
    assert found.excluded["region"].tolist() == ["pitch"]


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        (["12,2,A", "99,2,A"], ResponsesError, "row 3: there is no voxel '99'"),
        (["12,2,A", "12,2,B"], ResponsesError, r"row 3: voxel 12 stands in row 2 already; join its regions"),
        (
            ["12,1,A"],
            ResponsesError,
            "row 2: voxel 12 is of participant '1'; subj_idx in voxel_features_meta.npy is '2'",
        ),
        (["12,2"], RowsError, "row 2: 2 values for 3 columns"),
        (["12,2,all"], ResponsesError, "response 12 is in region 'all'"),
    ],
)
def test_rois_that_do_not_fit_name_their_row(nh2015, rows, error, message):
    rois(nh2015, *rows)
    with pytest.raises(error, match=message):
        read("nh2015", nh2015)


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
        ("voxel_features_meta.npy", np.arange(5), "expected one record a voxel, with voxel_id and n_reps"),
        ("voxel_features_meta.npy", META[["hemi", "n_reps"]], "with voxel_id and n_reps"),
        (
            "voxel_features_meta.npy",
            np.array([(1, 1)] * 5, [("voxel_id", int), ("n_reps", int)]),
            "no voxel has n_reps 3",
        ),
        (
            "voxel_features_meta.npy",
            np.array([(1, 3)] * 5, [("voxel_id", int), ("n_reps", int)]),
            "1 responses are there more than",
        ),
        ("neural_stim_meta.npy", np.arange(4), "expected one record a sound, its file name first"),
        ("neural_stim_meta.npy", STIMULI[[0, 1, 2, 2]], "1 sounds are there more than once: stim1_x"),
    ],
)
def test_arrays_that_disagree_are_named(nh2015, file, array, message):
    np.save(nh2015 / file, array)
    with pytest.raises(ResponsesError, match=message):
        read("nh2015", nh2015)


def test_nothing_is_unpickled(nh2015):
    path = nh2015 / "voxel_features_meta.npy"
    np.save(path, np.array([{"voxel_id": 1}], object))
    with pytest.raises(
        ResponsesError,
        match=r"holds Python objects, .* unpickles nothing. Save it again with numpy.save of plain arrays",
    ):
        read("nh2015", nh2015)
    path.write_bytes(pickle.dumps(print))
    with pytest.raises(ResponsesError, match="unpickles nothing"):
        read("nh2015", nh2015)
    np.save(path, META)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(ResponsesError, match=r"cannot be read .*: was it cut off"):
        read("nh2015", nh2015)
    with open(path, "wb") as file:
        np.savez(file, META)
    with pytest.raises(ResponsesError, match="is an archive of arrays"):
        read("nh2015", nh2015)


def test_b2021_keeps_the_sounds_that_both_have(b2021, caplog):
    with caplog.at_level(logging.WARNING):
        found = read("b2021", b2021)
    assert found.sounds == tuple(f"stim{n}" for n in range(165))
    assert found.names == ("0", "1", "2", "3", "4")
    np.testing.assert_array_equal(found.values, np.load(b2021 / "voxel_features_array.npy")[:165])
    assert set(found.participants) == {""}
    assert "of no region, and of no participant" in caplog.text


def test_participants_of_b2021_come_from_rois_csv_all_or_none(b2021):
    rois(b2021, *(f"{n},{n // 2},{'Primary' if n else ''}" for n in range(5)))
    found = read("b2021", b2021)
    assert found.participants.tolist() == ["0", "0", "1", "1", "2"]
    assert found.regions.tolist() == ["", *["Primary"] * 4]
    rois(b2021, "0,1,Primary")
    with pytest.raises(ResponsesError, match="4 of 5 responses have no participant, the first 1"):
        read("b2021", b2021)


def test_the_order_of_sounds_must_be_that_of_nh2015(b2021):
    names = [f"stim{n}.wav" for n in range(165)]
    np.save(b2021 / "neural_stim_meta.npy", np.array(names).astype("S"))
    assert len(read("b2021", b2021).sounds) == 165
    names[7:9] = names[8], names[7]
    np.save(b2021 / "neural_stim_meta.npy", np.array(names).astype("S"))
    with pytest.raises(
        ResponsesError, match=r"sound 8 is 'stim7' in stim_info_v4.mat and 'stim8' in neural_stim_meta.npy"
    ):
        read("b2021", b2021)
    np.save(b2021 / "neural_stim_meta.npy", np.array([f"stim{n}" for n in range(9)]))
    with pytest.raises(ResponsesError, match=r"has 165 sounds and neural_stim_meta.npy 9"):
        read("b2021", b2021)


def test_files_of_b2021_that_disagree_are_named(b2021):
    np.save(b2021 / "voxel_features_meta.npy", np.zeros(5, [("x", int)]))
    with pytest.raises(ResponsesError, match="has the fields x; expected voxel_id"):
        read("b2021", b2021)
    np.save(b2021 / "voxel_features_meta.npy", np.zeros((5, 2)))
    with pytest.raises(ResponsesError, match=r"ids of shape \(5, 2\)"):
        read("b2021", b2021)
    np.save(b2021 / "voxel_features_meta.npy", np.arange(5.0)[:, None])
    assert read("b2021", b2021).names[:2] == ("0", "1")
    np.save(b2021 / "voxel_features_array.npy", VALUES)
    with pytest.raises(ResponsesError, match=r"expected numbers, \(165 or more, 5, 3\)"):
        read("b2021", b2021)
    savemat(b2021 / "stim_info_v4.mat", {"stim_info": 1.0})
    with pytest.raises(ResponsesError, match="stim_info has no field 'stim_names'"):
        read("b2021", b2021)

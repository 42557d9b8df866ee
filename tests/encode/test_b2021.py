"""Voxels of Boebinger et al. 2021: which sounds are used, their participants, and errors."""

import logging

import numpy as np
import pytest
from scipy.io import savemat

from heschl.encode.b2021 import read
from heschl.encode.responses import ResponsesError
from tests.helpers.voxels import VALUES, b2021, rois

__all__ = ["b2021"]  # a fixture


def test_the_sounds_that_both_data_sets_have_are_kept(b2021, caplog):
    with caplog.at_level(logging.WARNING):
        found = read(b2021)
    assert found.sounds == tuple(f"stim{n}" for n in range(165))
    assert found.names == ("0", "1", "2", "3", "4")
    np.testing.assert_array_equal(found.values, np.load(b2021 / "voxel_features_array.npy")[:165])
    assert set(found.participants) == {""}
    assert "have no region and no participant" in caplog.text


def test_participants_come_from_rois_csv_for_all_voxels_or_none(b2021):
    rois(b2021, *(f"{n},{n // 2},{'Primary' if n else ''}" for n in range(5)))
    found = read(b2021)
    assert found.participants.tolist() == ["0", "0", "1", "1", "2"]
    assert found.regions.tolist() == ["", *["Primary"] * 4]
    rois(b2021, "0,1,Primary")
    with pytest.raises(ResponsesError, match="4 of 5 responses have no participant, the first is 1"):
        read(b2021)


def test_the_order_of_sounds_must_be_that_of_nh2015(b2021):
    names = [f"stim{n}.wav" for n in range(165)]
    np.save(b2021 / "neural_stim_meta.npy", np.array(names).astype("S"))
    assert len(read(b2021).sounds) == 165
    names[7:9] = names[8], names[7]
    np.save(b2021 / "neural_stim_meta.npy", np.array(names).astype("S"))
    with pytest.raises(
        ResponsesError, match=r"sound 8 is 'stim7' in stim_info_v4.mat and 'stim8' in neural_stim_meta.npy"
    ):
        read(b2021)
    np.save(b2021 / "neural_stim_meta.npy", np.array([f"stim{n}" for n in range(9)]))
    with pytest.raises(ResponsesError, match=r"has 165 sounds and neural_stim_meta.npy 9"):
        read(b2021)


def test_files_that_disagree_are_errors(b2021):
    np.save(b2021 / "voxel_features_meta.npy", np.zeros(5, [("x", int)]))
    with pytest.raises(ResponsesError, match="has the fields x; expected voxel_id"):
        read(b2021)
    np.save(b2021 / "voxel_features_meta.npy", np.zeros((5, 2)))
    with pytest.raises(ResponsesError, match=r"ids have shape \(5, 2\)"):
        read(b2021)
    np.save(b2021 / "voxel_features_meta.npy", np.arange(5.0)[:, None])
    assert read(b2021).names[:2] == ("0", "1")
    np.save(b2021 / "voxel_features_array.npy", VALUES)
    with pytest.raises(ResponsesError, match=r"expected numbers, \(165 or more, 5, 3\)"):
        read(b2021)
    savemat(b2021 / "stim_info_v4.mat", {"stim_info": 1.0})
    with pytest.raises(ResponsesError, match="stim_info has no field 'stim_names'"):
        read(b2021)

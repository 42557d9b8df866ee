"""MATLAB files that cannot be read. Arrays in .npy are tested with the voxels."""

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from heschl.encode.arrays import read_mat
from heschl.encode.responses import ResponsesError

NAMES = ("R", "stim_names", "component_names")


def test_files_that_are_not_mat_up_to_version_7_are_errors(tmp_path):
    path = tmp_path / "components.mat"
    savemat(path, {"R": np.eye(2)})
    message = "has no variable 'stim_names'; expected R, stim_names, component_names"
    with pytest.raises(ResponsesError, match=message):
        read_mat(path, NAMES)
    savemat(path, dict.fromkeys(NAMES, np.eye(9)))
    complete = path.read_bytes()
    for broken in (b"no such thing" * 50, b"", complete[:200]):
        path.write_bytes(broken)
        with pytest.raises(ResponsesError, match="cannot be read as a MATLAB file"):
            read_mat(path, NAMES)
    with h5py.File(path, "w", userblock_size=512) as file:
        file["R"] = np.eye(2)
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\0\2IM")
    message = r"version 7\.3\. Save it again in MATLAB: save\(file, \.\.\., '-v7'\)"
    with pytest.raises(ResponsesError, match=message):
        read_mat(path, NAMES)

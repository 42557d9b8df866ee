"""SYNTHETIC files in the form of the published voxels."""

import numpy as np
import pytest
from scipy.io import savemat

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
    values[:, 1, 2] = np.nan  # its third run is missing
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

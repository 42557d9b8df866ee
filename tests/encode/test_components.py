"""The file of components, made up and real."""

import os
from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from heschl.encode.components import read
from heschl.encode.responses import ResponsesError

REAL = (
    Path(os.environ.get("HESCHL_RECORDINGS", Path(__file__).parents[3] / "shared" / "data")) / "natsound165"
)


def write(folder, **changed):
    cells = {
        "stim_names": np.array([["stim2_b.wav", "stim1_a"]], object),
        "component_names": np.array([["low"], ["speech"]], object),
    }
    savemat(
        folder / "components.mat",
        {"R": np.array([[1.0, 2], [3, 5]]), "W": np.zeros((2, 9))} | cells | changed,
    )
    return folder


def test_names_come_from_the_file(tmp_path):
    found = read(write(tmp_path))
    assert found.names == ("low", "speech")
    assert found.sounds == ("stim2_b", "stim1_a")
    assert found.repeats == 1
    assert found.regions.tolist() == ["low", "speech"]
    assert found.participants.tolist() == ["", ""]
    assert found.values[..., 0].tolist() == [[1, 2], [3, 5]]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"R": np.zeros((3, 2))}, r"R has shape \(3, 2\) and type float64; expected numbers, \(2, 2\)"),
        ({"R": np.zeros((2, 2), complex)}, "type complex128"),
        (
            {"stim_names": np.array([["a", 3.0]], object)},
            "stim_names: 2 is '3.0'; expected a cell array of texts",
        ),
    ],
)
def test_variables_that_disagree_are_errors(tmp_path, changed, message):
    with pytest.raises(ResponsesError, match=message):
        read(write(tmp_path, **changed))


def test_the_real_components():
    if not REAL.is_dir():
        pytest.skip(f"{REAL} is missing")
    found, file = read(REAL), loadmat(REAL / "components.mat")
    assert found.names == ("lowfreq", "highfreq", "envsounds", "pitch", "speech", "music")
    assert found.values.shape == (165, 6, 1)
    np.testing.assert_array_equal(found.values[..., 0], file["R"])
    assert found.sounds[:2] == ("stim28_big_band_music", "stim33_bluegrass")
    assert not len(found.excluded)
    speech = found.sounds.index("stim232_man_speaking")
    assert (
        found.values[speech, found.names.index("speech")] > found.values[speech, found.names.index("music")]
    )

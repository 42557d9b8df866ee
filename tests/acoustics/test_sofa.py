from contextlib import suppress

import h5py
import numpy as np
import pytest

from heschl.acoustics import directions
from heschl.acoustics.delays import onsets
from heschl.acoustics.head import HeadError
from heschl.acoustics.sofa import read_sofa
from heschl.acoustics.sphere import sphere

RATE = 16000
HEAD = sphere(RATE, step=30)


def write(path, change=None, **arrays):
    """Write the sphere as a SOFA file.

    change : what is done to the file at the end
    arrays : other values, as name: (values, type, units)
    """
    azimuth, elevation = directions.angles(HEAD.vectors)
    positions = np.stack([azimuth, elevation, np.full(len(azimuth), 1.2)], axis=1)
    whole = {
        "Data.IR": (HEAD.responses, None, None),
        "Data.SamplingRate": (np.array([float(RATE)]), None, "hertz"),
        "Data.Delay": (np.zeros((1, 2)), None, None),
        "SourcePosition": (positions, "spherical", "degree, degree, metre"),
        "ReceiverPosition": (np.array([[[0], [0.09], [0]], [[0], [-0.09], [0]]]), "cartesian", "metre"),
        "ListenerView": (np.array([[1.0, 0, 0]]), "cartesian", "metre"),
        "ListenerUp": (np.array([[0.0, 0, 1]]), None, None),
    }
    with h5py.File(path, "w") as file:
        attributes = {"SOFAConventions": "SimpleFreeFieldHRIR", "DataType": "FIR", "DatabaseName": "theory"}
        for name, value in attributes.items():
            file.attrs[name] = np.bytes_(value)
        for name, (values, kind, units) in (whole | arrays).items():
            file[name] = values
            for key, value in (("Type", kind), ("Units", units)):
                if value:
                    file[name].attrs[key] = np.bytes_(value)
        if change:
            change(file)
    return path


def test_a_head_is_read_as_it_was_written(tmp_path):
    head = read_sofa(write(tmp_path / "head.sofa"))
    np.testing.assert_array_equal(head.responses, HEAD.responses)
    np.testing.assert_allclose(head.vectors, HEAD.vectors, atol=1e-12)
    assert (head.name, head.rate, head.distance_m) == ("theory", RATE, pytest.approx(1.2))


def test_positions_may_be_cartesian(tmp_path):
    file = write(tmp_path / "head.sofa", SourcePosition=(2 * HEAD.vectors, "cartesian", "metre"))
    head = read_sofa(file)
    np.testing.assert_allclose(head.vectors, HEAD.vectors, atol=1e-12)
    assert head.distance_m == pytest.approx(2)


def test_the_ear_with_positive_y_is_the_left_one_whatever_its_place(tmp_path):
    ears = np.array([[[0], [-0.09], [0]], [[0], [0.09], [0]]])
    file = write(
        tmp_path / "head.sofa",
        **{"Data.IR": (HEAD.responses[:, ::-1], None, None)},
        ReceiverPosition=(ears, "cartesian", "metre"),
    )
    np.testing.assert_array_equal(read_sofa(file).responses, HEAD.responses)


def test_delays_beside_the_responses_are_put_into_them(tmp_path):
    delays = np.tile([2.0, 7.5], (len(HEAD.vectors), 1))
    head = read_sofa(write(tmp_path / "head.sofa", **{"Data.Delay": (delays, None, None)}))
    np.testing.assert_allclose(onsets(head.responses) - onsets(HEAD.responses), delays, atol=0.13)


def _external(file):
    del file["Data.IR"]
    file["Data.IR"] = h5py.ExternalLink("other.h5", "/secret")


def _without(name):
    return lambda file: file.__delitem__(name)


def _attribute(name, value):
    return lambda file: file.attrs.__setitem__(name, np.bytes_(value))


NAN, SILENT = HEAD.responses.copy(), HEAD.responses.copy()
NAN[3, 1, 5] = np.nan
SILENT[4, 0] = 0
BAD = {
    "conventions": ({}, _attribute("SOFAConventions", "SingleRoomSRIR"), "conventions 'SingleRoomSRIR'"),
    "type": ({}, _attribute("DataType", "TF"), "data of type 'TF'"),
    "missing": ({}, _without("SourcePosition"), "no array SourcePosition of its own"),
    "external": ({}, _external, "no array Data.IR of its own"),
    "ears": ({"Data.IR": (HEAD.responses[:, :1], None, None)}, None, "Data.IR has 1 receivers"),
    "shape": ({"Data.IR": (HEAD.responses[0], None, None)}, None, "Data.IR has shape"),
    "nan": ({"Data.IR": (NAN, None, None)}, None, r"Data.IR is not a finite number at \[3, 1, 5\]"),
    "silent": ({"Data.IR": (SILENT, None, None)}, None, "measurement 4 is silent"),
    "rate": ({"Data.SamplingRate": (np.array([44100.5]), None, None)}, None, "Data.SamplingRate is"),
    "rows": ({"SourcePosition": (np.ones((2, 3)), "cartesian", "metre")}, None, "SourcePosition has 2 rows"),
    "center": ({"SourcePosition": (0 * HEAD.vectors, "cartesian", "metre")}, None, "center of the head"),
    "units": ({"SourcePosition": (HEAD.vectors, "cartesian", "inch")}, None, "cartesian in inch"),
    "view": ({"ListenerView": (np.array([[0.0, 1, 0]]), "cartesian", "metre")}, None, "ListenerView is"),
    "delay": ({"Data.Delay": (-np.ones((1, 2)), None, None)}, None, "Data.Delay is -1"),
    "delays": ({"Data.Delay": (np.ones((3, 2)), None, None)}, None, "Data.Delay has shape"),
}  # fmt: skip


@pytest.mark.parametrize(("arrays", "change", "message"), BAD.values(), ids=BAD)
def test_a_bad_file_is_an_error_that_names_it_and_the_array(tmp_path, arrays, change, message):
    path = write(tmp_path / "bad.sofa", change, **arrays)
    with pytest.raises(HeadError, match=message) as error:
        read_sofa(path)
    assert str(path) in str(error.value)


def test_what_is_no_sofa_file_is_named(tmp_path):
    path = tmp_path / "head.sofa"
    with pytest.raises(HeadError, match="does not exist"):
        read_sofa(path)
    path.write_bytes(b"RIFF")
    with pytest.raises(HeadError, match="not a SOFA file or is incomplete"):
        read_sofa(path)
    whole = write(tmp_path / "whole.sofa").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(HeadError, match="not a SOFA file or is incomplete"):
        read_sofa(path)


def test_a_damaged_file_is_read_or_refused_as_one(tmp_path):
    whole, path = write(tmp_path / "whole.sofa").read_bytes(), tmp_path / "damaged.sofa"
    rng = np.random.default_rng(0)
    for _ in range(60):
        damaged = bytearray(whole)
        for place in rng.integers(0, 12000, 6):  # where the structure is
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged)
        with suppress(HeadError):  # any other error fails; some damage is not seen
            read_sofa(path)

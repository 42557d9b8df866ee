import logging
import os
from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.io import loadmat, savemat

from pipeline.activations.sounds import Sounds
from pipeline.encode.responses import ResponsesError, clean, read

REAL = (
    Path(os.environ.get("HESCHL_RECORDINGS", Path(__file__).parents[3] / "shared" / "data")) / "natsound165"
)
RNG = np.random.default_rng(0)
VALUES = RNG.standard_normal((4, 3, 2))  # sounds, responses, repeats: all of it synthetic
SOUNDS, NAMES = ("a", "b", "c", "d"), ("v1", "v2", "v3")
NOBODY, NOWHERE = np.full(3, ""), np.full(3, "")


def cleaned(values=VALUES, sounds=SOUNDS, names=NAMES, participants=NOBODY, regions=NOWHERE):
    return clean(sounds, values, names, participants, regions, "made")


def test_what_cannot_be_used_is_left_out_with_the_reason():
    values = RNG.standard_normal((5, 7, 2))
    values[1, 0, 0] = np.nan
    values[2:4, 1] = np.inf, -np.inf
    values[:, 2] = 0.1
    values[:, 3, 1] = 7
    values[:, 4, 1] = 3 - values[:, 4, 0]
    found = clean(
        "abcde",
        values,
        [f"v{n}" for n in range(7)],
        np.array(["p"] * 7),
        np.array(["A"] * 5 + [" A | B||A", "B"]),
        "made",
    )
    assert found.names == ("v5", "v6")
    assert found.regions.tolist() == ["A|B", "B"]
    assert found.participants.tolist() == ["p", "p"]
    np.testing.assert_array_equal(found.values, values[:, 5:])
    assert found.repeats == 2
    assert found.source == "made"
    assert (
        clean(
            "ab", np.eye(2, dtype=np.float32)[..., None], "vw", NOBODY[:2], NOWHERE[:2], "made"
        ).values.dtype
        == np.float64
    )
    assert found.excluded.to_numpy().tolist() == [
        ["v0", "p", "A", "not finite in 1 of 5 sounds"], ["v1", "p", "A", "not finite in 2 of 5 sounds"],
        ["v2", "p", "A", "the mean is constant"], ["v3", "p", "A", "run 2 is constant"], ["v4", "p", "A", "the mean is constant"],
    ]  # fmt: skip


def test_one_repeat_is_enough_and_nothing_need_be_left_out():
    found = cleaned(VALUES[..., :1])
    assert found.repeats == 1
    assert not len(found.excluded)
    assert list(found.excluded) == ["response", "participant", "region", "reason"]
    with pytest.raises(
        ResponsesError, match="none of the 3 responses can be used; the first is v1, constant"
    ):
        cleaned(np.ones((4, 3, 1)))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"values": VALUES[0]}, r"values of shape \(3, 2\); expected \(sounds, responses, repeats\)"),
        ({"values": VALUES[:3]}, "4 sounds, 3 responses"),
        ({"values": VALUES[..., :0]}, "none of them 0"),
        ({"regions": NOWHERE[:2]}, "2 regions"),
        ({"sounds": ("a", "b", "a.wav", "d")}, "1 sounds are there more than once: a"),
        ({"names": ("v1", "v2", "v1")}, "1 responses are there more than once: v1"),
        ({"participants": np.array(["p", "", "p"])}, "1 of 3 responses have no participant, the first v2"),
        ({"regions": np.array(["A", "A|all", ""])}, "response v2 is in region 'all'"),
    ],
)
def test_what_disagrees_is_an_error(changed, message):
    with pytest.raises(ResponsesError, match=message):
        cleaned(**changed)


def sounds_of(names):
    return Sounds(
        tuple(names), np.arange(len(names), dtype=np.int16)[:, None], {"category": np.array([*names])}
    )


def test_sounds_follow_the_responses_and_those_without_are_told(caplog):
    with caplog.at_level(logging.WARNING):
        aligned = cleaned().align(sounds_of("edcba"))
    assert aligned.names == SOUNDS
    assert aligned.waveforms[:, 0].tolist() == [4, 3, 2, 1]
    assert aligned.labels["category"].tolist() == [*"abcd"]
    assert "1 of 5 sounds have no responses and are left out: e" in caplog.text
    with pytest.raises(
        ResponsesError, match="2 of 4 sounds with responses have no sound file: b, d; the files are a, c"
    ):
        cleaned().align(sounds_of("ac"))


def test_unknown_sources_and_missing_files_are_named(tmp_path):
    with pytest.raises(
        ResponsesError,
        match=r"encode.source is 'fmri'; expected components, nh2015, b2021, table, or simulated",
    ):
        read("fmri", tmp_path)
    for source, file in {
        "components": "components.mat",
        "nh2015": "neural_stim_meta.npy",
        "b2021": "stim_info_v4.mat",
    }.items():
        with pytest.raises(ResponsesError, match=f"{file} is missing: inputs/brain/README.md"):
            read(source, tmp_path)


def components(folder, **changed):
    cells = {
        "stim_names": np.array([["stim2_b.wav", "stim1_a"]], object),
        "component_names": np.array([["low"], ["speech"]], object),
    }
    savemat(
        folder / "components.mat",
        {"R": np.array([[1.0, 2], [3, 5]]), "W": np.zeros((2, 9))} | cells | changed,
    )
    return folder


def test_components_take_their_names_from_the_file(tmp_path):
    found = read("components", components(tmp_path))
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
def test_components_that_disagree_are_an_error(tmp_path, changed, message):
    with pytest.raises(ResponsesError, match=message):
        read("components", components(tmp_path, **changed))


def test_files_that_are_no_mat_of_version_5_are_named(tmp_path):
    path = tmp_path / "components.mat"
    savemat(path, {"R": np.eye(2)})
    with pytest.raises(
        ResponsesError, match="has no variable 'stim_names'; expected R, stim_names, component_names"
    ):
        read("components", tmp_path)
    whole = components(tmp_path).joinpath("components.mat").read_bytes()
    for broken in (b"no such thing" * 50, b"", whole[:200]):
        path.write_bytes(broken)
        with pytest.raises(ResponsesError, match="cannot be read as a MATLAB file"):
            read("components", tmp_path)
    with h5py.File(path, "w", userblock_size=512) as file:
        file["R"] = np.eye(2)
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\0\2IM")
    with pytest.raises(
        ResponsesError, match=r"version 7\.3\. Save it again in MATLAB: save\(file, \.\.\., '-v7'\)"
    ):
        read("components", tmp_path)


def test_the_real_components():
    if not REAL.is_dir():
        pytest.skip(f"{REAL} is not there")
    found, file = read("components", REAL), loadmat(REAL / "components.mat")
    assert found.names == ("lowfreq", "highfreq", "envsounds", "pitch", "speech", "music")
    assert found.values.shape == (165, 6, 1)
    np.testing.assert_array_equal(found.values[..., 0], file["R"])
    assert found.sounds[:2] == ("stim28_big_band_music", "stim33_bluegrass")
    assert not len(found.excluded)
    speech = found.sounds.index("stim232_man_speaking")
    assert (
        found.values[speech, found.names.index("speech")] > found.values[speech, found.names.index("music")]
    )

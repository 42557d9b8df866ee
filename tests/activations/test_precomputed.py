"""Precomputed activations in npz and h5 files, and files that must be refused."""

import pickle
import zipfile

import h5py
import numpy as np
import pytest

from heschl.activations import precomputed
from heschl.activations.archives import ArchiveError

RNG = np.random.default_rng(0)
NAMES = ["horn", "stim2", "stim10"]
LAYERS = {  # all of it synthetic
    "relu10": RNG.standard_normal((3, 4, 5, 6)).astype(np.float16),
    "relu2": RNG.standard_normal((3, 7)),
    "final/signal/word_int": RNG.integers(0, 9, (3, 2)),
}
WANTED = ["stim10", "horn"]


def over_time(name, activation):
    """What is kept of a layer: the mean over its last axis, flattened."""
    assert activation.dtype == np.float32
    return (activation.mean(axis=-1) if activation.ndim > 2 else activation).reshape(len(activation), -1)


def npz(path, **arrays):
    np.savez(path, **arrays)
    return path


def h5(path, track_order=True, **arrays):
    with h5py.File(path, "w", track_order=track_order) as file:
        for name, values in arrays.items():
            file[name] = values
    return path


def expected(name):
    return over_time(name, LAYERS[name][[2, 0]].astype(np.float32))


@pytest.mark.parametrize("write", [npz, h5])
@pytest.mark.parametrize("names", [NAMES, np.array([f"{name}.wav" for name in NAMES]).astype("S")])
@pytest.mark.parametrize("batch", [1, 2**26])
def test_layers_are_read_in_their_order_and_the_sounds_by_name(tmp_path, monkeypatch, write, names, batch):
    monkeypatch.setattr(precomputed, "BATCH", batch)  # a row at a time, or all
    path = write(tmp_path / f"mine.{write.__name__}", sounds=names, **LAYERS)
    found = precomputed.read(path, WANTED, over_time)
    assert list(found.values) == list(LAYERS)
    assert found.units == {"relu10": 120, "relu2": 7, "final/signal/word_int": 2}
    for name, features in found.values.items():
        assert features.dtype == np.float32
        np.testing.assert_array_equal(features, expected(name))


def test_the_list_of_layers_gives_the_order(tmp_path):
    order = [name.encode() for name in ("relu2", "final/signal/word_int", "relu10")]
    path = h5(tmp_path / "mine.h5", track_order=False, sounds=NAMES, layer_list=order, **LAYERS)
    assert list(precomputed.read(path, WANTED, over_time).values) == [
        "relu2",
        "final/signal/word_int",
        "relu10",
    ]
    path = h5(tmp_path / "mine.h5", track_order=False, sounds=NAMES, layer_list=order[:1], **LAYERS)
    assert list(precomputed.read(path, WANTED, over_time).values) == [
        "relu2",
        "final/signal/word_int",
        "relu10",
    ]  # then by name
    path = h5(tmp_path / "mine.h5", sounds=NAMES, layer_list=[b"relu3"], **LAYERS)
    with pytest.raises(ArchiveError, match="layer_list names 'relu3', but the file has no such array"):
        precomputed.read(path, WANTED, over_time)


def test_layers_are_reduced_in_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(precomputed, "BATCH", 4 * 4 * 10)  # four rows of ten numbers
    seen = []

    def reduce(name, activation):
        seen.append(len(activation))
        return activation

    names = [f"s{n}" for n in range(11)]
    values = RNG.standard_normal((11, 10)).astype(np.float32)
    found = precomputed.read(h5(tmp_path / "mine.h5", sounds=names, layer=values), names[::-1][:9], reduce)
    assert seen == [2, 4, 3]
    np.testing.assert_array_equal(found.values["layer"], values[::-1][:9])


@pytest.mark.parametrize("write", [npz, h5])
@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            LAYERS,
            "has no array 'sounds' with the names of the sounds in the order of the rows. Add it: .*sounds",
        ),
        ({"sounds": NAMES}, "has no layers"),
        ({"sounds": [*NAMES[:2], "x"]} | LAYERS, r"lacks 1 of 2 sounds: stim10; it has horn, stim2, x\."),
        ({"sounds": [*NAMES[:2], "horn.wav"]} | LAYERS, "names 1 sounds more than once: horn"),
        ({"sounds": [1, 2, 3]} | LAYERS, r"'sounds' has type int64 and shape \(3,\); expected names"),
        ({"sounds": [NAMES]} | LAYERS, r"shape \(1, 3\); expected names"),
        (
            {"sounds": NAMES, "a": np.zeros((2, 4))},
            r"layer 'a' has shape \(2, 4\); expected one row for each of the 3 sounds",
        ),
        ({"sounds": NAMES, "a": np.zeros((3, 0))}, r"layer 'a' has shape \(3, 0\)"),
        ({"sounds": NAMES, "a": 3.0}, r"layer 'a' has shape \(\)"),
        (
            {"sounds": NAMES, "a": np.zeros((3, 2), complex)},
            "layer 'a' has type complex128; expected real numbers",
        ),
        ({"sounds": NAMES, "a": np.zeros((3, 2), "S2")}, r"layer 'a' has type \|S2"),
        (
            {"sounds": NAMES, "a": np.array([[0.0], [0], [np.nan]])},
            "layer 'a' is not finite for sound 'stim10'",
        ),
        (
            {"sounds": NAMES, "a": np.array([[0.0], [0], [1e300]])},
            "layer 'a' is not finite for sound 'stim10'",
        ),
    ],
)
def test_layers_and_names_that_disagree_are_errors(tmp_path, write, arrays, message):
    path = write(tmp_path / f"mine.{write.__name__}", **arrays)
    with pytest.raises(ArchiveError, match=message):
        precomputed.read(path, WANTED, over_time)
    if message.startswith("layer"):
        precomputed.check(path, WANTED)  # no layer is read
    else:
        with pytest.raises(ArchiveError, match=message):
            precomputed.check(path, WANTED)


@pytest.mark.parametrize(("write", "ending"), [(npz, "NPZ"), (h5, "H5"), (h5, "hdf5"), (h5, "HDF5")])
def test_endings(tmp_path, write, ending):
    path = write(tmp_path / f"mine.{write.__name__}", sounds=NAMES, **LAYERS).rename(
        tmp_path / f"mine.{ending}"
    )
    assert list(precomputed.read(path, WANTED, over_time).values) == list(LAYERS)
    with pytest.raises(ArchiveError, match=r"mine\.\w+ lacks 1 of 1 sounds: x"):
        precomputed.check(path, ["x"])
    path.write_text("nothing")
    with pytest.raises(
        ArchiveError, match=f"is not a valid .{ending} file or is incomplete. Write it again: "
    ):
        precomputed.read(path, WANTED, over_time)


def test_other_sounds_may_have_any_value(tmp_path):
    path = npz(tmp_path / "mine.npz", sounds=NAMES, a=np.array([[1.0], [np.nan], [2]]))
    assert precomputed.read(path, WANTED, over_time).values["a"].tolist() == [[2], [1]]


def test_nothing_is_unpickled(tmp_path):
    path = tmp_path / "mine.npz"
    for arrays in (
        {"sounds": np.array(NAMES, object), "a": np.zeros((3, 1))},
        {"sounds": NAMES, "a": np.array([{}] * 3)},
    ):
        np.savez(path, **arrays)
        with pytest.raises(
            ArchiveError,
            match=r"holds Python objects, which Heschl does not unpickle. Save plain arrays: numpy\.savez",
        ):
            precomputed.read(path, WANTED, over_time)
    path.write_bytes(pickle.dumps({"sounds": NAMES}))
    with pytest.raises(ArchiveError, match=r"is not a valid \.npz file or is incomplete"):
        precomputed.read(path, WANTED, over_time)


def test_files_that_are_not_archives_are_named(tmp_path):
    path = tmp_path / "mine.npz"
    with open(path, "wb") as file:
        np.save(file, np.zeros((3, 4)))
    with pytest.raises(ArchiveError, match="holds a single unnamed array"):
        precomputed.read(path, WANTED, over_time)
    npz(path, sounds=NAMES, **LAYERS)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("notes.txt", "hello")
    with pytest.raises(ArchiveError, match=r"'notes\.txt' is not an array"):
        precomputed.read(path, WANTED, over_time)
    npz(path, sounds=NAMES)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("a.npy", b"\x93NUMPY\x01\0v\0")
    with pytest.raises(ArchiveError, match=r"'a' cannot be read \(.*\)\. The file is probably incomplete"):
        precomputed.read(path, WANTED, over_time)


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_an_incomplete_h5_is_named(tmp_path, share):
    path = h5(tmp_path / "mine.h5", sounds=NAMES, **LAYERS)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(ArchiveError, match=r"is not a valid \.h5 file or is incomplete"):
        precomputed.read(path, WANTED, over_time)


def outside(file, target):
    file["a"] = h5py.ExternalLink(str(target), "secret")


def soft(file, target):
    file["a"] = h5py.SoftLink("/sounds")


def external(file, target):
    file.create_dataset("a", (3, 4), np.uint8, external=[(str(target), 0, 12)])


def virtual(file, target):
    layout = h5py.VirtualLayout((3, 2), float)
    layout[:] = h5py.VirtualSource(str(target), "secret", (3, 2))
    file.create_virtual_dataset("a", layout)


def circle(file, target):
    file.create_group("g")["again"] = file["/"]


@pytest.mark.parametrize(
    ("trick", "message"),
    [
        (outside, "'a' is a link, which may point outside the file"),
        (soft, "'a' is a link"),
        (external, "the values of 'a' are stored in another file"),
        (virtual, "the values of 'a' are stored in another file"),
        (circle, "group 'g/again/' occurs twice or within itself"),
    ],
)
def test_nothing_outside_an_h5_is_read(tmp_path, trick, message):
    target = h5(tmp_path / "target.h5", secret=np.ones((3, 2)))
    path = h5(tmp_path / "mine.h5", sounds=NAMES)
    with h5py.File(path, "a") as file:
        trick(file, target)
    with pytest.raises(ArchiveError, match=message):
        precomputed.read(path, WANTED, over_time)

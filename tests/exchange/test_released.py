import os
import struct
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.lib.stride_tricks import sliding_window_view

from heschl.exchange.released import ReleasedError, load_released, save_released
from heschl.network.branched import Network
from heschl.network.table import Conv, Linear, NetworkParams
from tests.helpers import presets

FILES = {
    "network_weights_early_layers.npy": ("conv1", "conv2", "conv3"),
    "network_weights_word_branch.npy": ("conv4_W", "conv5_W", "fc6_W", "fctop_W"),
    "network_weights_genre_branch.npy": ("conv4_G", "conv5_G", "fc6_G", "fctop_G"),
}
BAD = "network_weights_genre_branch.npy"  # the last to be read
PUBLISHED = {
    "conv1": (9, 9, 1, 96), "conv2": (5, 5, 96, 256), "conv3": (3, 3, 256, 512), "conv4": (3, 3, 512, 1024),
    "conv5": (3, 3, 1024, 512),
    "fc6": (6 * 6 * 512, 1024), "fctop_W": (1024, 589), "fctop_G": (1024, 43),
}  # fmt: skip
SMALL = {
    "conv1": (9, 9, 1, 4), "conv2": (5, 5, 4, 6), "conv3": (3, 3, 6, 5), "conv4": (3, 3, 5, 7),
    "conv5": (3, 3, 7, 3),
    "fc6": (2 * 1 * 3, 8), "fctop_W": (8, 5), "fctop_G": (8, 2),
}  # fmt: skip
GAIN = {"conv1": 0.5, "conv2": 20.0, "conv3": 1.0}  # so that both normalizations matter


def random_weights(shapes):
    rng = np.random.default_rng(0)
    weights = {}
    for name in [name for names in FILES.values() for name in names]:
        shape = shapes.get(name) or shapes[name[:-2]]
        scale = GAIN.get(name, 1.0) * np.sqrt(2 / np.prod(shape[:-1]))
        weights[name] = {
            "W": rng.standard_normal(shape, np.float32) * np.float32(scale),
            "b": rng.standard_normal(shape[-1], np.float32) * np.float32(0.1),
        }
    return weights


def write(folder, weights):  # in protocol 4, as NumPy does
    for file, names in FILES.items():
        np.save(folder / file, {name: weights[name] for name in names})


def read(path):
    return np.load(path, allow_pickle=True, encoding="latin1")[()]


def build(shapes=SMALL, shape=(64, 48)):
    torch.manual_seed(0)
    params = presets.load("kell2018", "network", NetworkParams)
    size = {Conv: "filters", Linear: "units"}
    layers = [
        replace(layer, **{size[type(layer)]: shapes[layer.name][-1]}) if type(layer) in size else layer
        for layer in params.layers
    ]
    classes = {"word": shapes["fctop_W"][-1], "genre": shapes["fctop_G"][-1]}
    return Network(replace(params, layers=tuple(layers)), classes, shape).eval()


# The published graph in NumPy, (batch, frequency, time, channel) in float64.


def windows(image, kernel, stride, value=0.0):
    pads = [(0, 0)]
    for size in image.shape[1:3]:
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        pads.append((total // 2, total - total // 2))
    padded = np.pad(image, [*pads, (0, 0)], constant_values=value)
    return sliding_window_view(padded, (kernel, kernel), axis=(1, 2))[
        :, ::stride, ::stride
    ]  # ..., channel, row, column


def conv(image, layer, stride):
    linear = np.tensordot(
        windows(image, layer["W"].shape[0], stride), layer["W"].astype(float), axes=((4, 5, 3), (0, 1, 2))
    )
    return np.maximum(linear + layer["b"], 0)


def normalize(image):
    power = np.pad(image**2, [(0, 0)] * 3 + [(2, 2)])
    return image / (1 + 1e-3 * sliding_window_view(power, 5, axis=3).sum(-1)) ** 0.75


def published(pictures, weights, norm1=normalize, norm2=normalize):
    image = windows(norm1(conv(pictures[..., None], weights["conv1"], 3)), 3, 2, -np.inf).max((4, 5))
    image = windows(norm2(conv(image, weights["conv2"], 2)), 3, 2, -np.inf).max((4, 5))
    shared = conv(image, weights["conv3"], 1)
    logits = {}
    for task, end in {"word": "_W", "genre": "_G"}.items():
        image = conv(conv(shared, weights["conv4" + end], 1), weights["conv5" + end], 1)
        image = windows(image, 3, 2).sum((4, 5)) / windows(np.ones_like(image), 3, 2).sum((4, 5))
        units = np.maximum(
            image.reshape(len(image), -1) @ weights["fc6" + end]["W"] + weights["fc6" + end]["b"], 0
        )
        logits[task] = units @ weights["fctop" + end]["W"] + weights["fctop" + end]["b"]
    return logits


@pytest.mark.parametrize(
    ("shapes", "shape"),
    [
        pytest.param(SMALL, (64, 48), id="small"),
        pytest.param(PUBLISHED, (256, 256), id="published", marks=pytest.mark.slow),
    ],
)
def test_the_released_weights_give_the_published_graphs_logits(tmp_path, shapes, shape):
    weights = random_weights(shapes)
    write(tmp_path, weights)
    network = build(shapes, shape)
    load_released(network, tmp_path)
    pictures = np.random.default_rng(1).uniform(0, 255, (1, *shape))
    expected = published(pictures, weights)
    without = [published(pictures, weights, **{norm: lambda image: image}) for norm in ("norm1", "norm2")]
    with torch.no_grad():
        found = network(torch.tensor(pictures, dtype=torch.float32))
    for task, logits in expected.items():
        scale = np.abs(logits).max()
        assert 0.3 < scale < 30
        assert np.abs(found[task].numpy() - logits).max() < 1e-4 * scale
        assert all(np.abs(other[task] - logits).max() > 0.05 * scale for other in without)
    if shapes is PUBLISHED:
        assert sum(array.size for layer in weights.values() for array in layer.values()) == 59_078_712


def test_saved_as_it_was_loaded(tmp_path):
    weights, network, again = random_weights(SMALL), build(), build()
    write(tmp_path, weights)
    load_released(network, tmp_path)
    save_released(network, tmp_path / "saved")
    assert sorted(os.listdir(tmp_path / "saved")) == sorted(FILES)
    for file, names in FILES.items():
        assert (
            (tmp_path / "saved" / file)
            .read_bytes()[128:]
            .startswith(b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n")
        )
        saved = read(tmp_path / "saved" / file)
        assert tuple(saved) == names
        for name, layer in saved.items():
            assert all(array.dtype == np.float32 and array.flags.c_contiguous for array in layer.values())
            np.testing.assert_equal(layer, weights[name])
    load_released(again, tmp_path / "saved")
    torch.testing.assert_close(again.state_dict(), network.state_dict(), rtol=0, atol=0)


# What Python 2 writes, opcode by opcode: strings of bytes, under the old name of NumPy's module.


def text(data):
    return b"T" + struct.pack("<i", len(data)) + data


def dtype_2(code, order, flags=b"\0"):
    unset = b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xff"  # no fields, size or alignment
    return (
        b"cnumpy\ndtype\nU\x02" + code + b"K\x00K\x01\x87R(K\x03U\x01" + order + unset + b"K" + flags + b"tb"
    )


def array_2(shape, dtype, fortran, data, size=0):
    dims = b"(" + b"".join(b"J" + struct.pack("<i", n) for n in shape) + b"t"
    made = (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nJ"
        + struct.pack("<i", size)
        + b"\x85U\x01b\x87R"
    )
    return made + b"(K\x01" + dims + dtype + (b"\x88" if fortran else b"\x89") + data + b"tb"


def floats_2(array, dtype="<f4", order="C"):
    kind = dtype_2(dtype[1:].encode(), dtype[:1].encode())
    return array_2(array.shape, kind, order == "F", text(array.astype(dtype).tobytes(order)))


def dict_2(items):
    return (
        b"}("
        + b"".join(b"U" + bytes([len(key)]) + key.encode() + value for key, value in items.items())
        + b"u"
    )


def npy_2(pickled, shape=b"()"):
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': " + shape + b", }"
    header += b" " * (80 - 10 - 1 - len(header)) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + pickled


def objects_2(items, shape=()):
    return npy_2(
        b"\x80\x02" + array_2(shape, dtype_2(b"O8", b"|", b"?"), False, b"](" + b"".join(items) + b"e") + b"."
    )


def pieces(weights, names, **form):
    return {name: {key: floats_2(array, **form) for key, array in weights[name].items()} for name in names}


def document(layers):
    return objects_2(
        [
            dict_2(
                {name: dict_2(layer) if isinstance(layer, dict) else layer for name, layer in layers.items()}
            )
        ]
    )


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8", ">f8", "<f2"])
def test_files_of_python_2_load(tmp_path, dtype, order):
    weights, network = random_weights(SMALL), build()
    for file, names in FILES.items():
        (tmp_path / file).write_bytes(document(pieces(weights, names, dtype=dtype, order=order)))
    load_released(network, tmp_path)
    save_released(network, tmp_path / "saved")
    for file in FILES:
        given = read(tmp_path / file)  # NumPy's own reading
        expected = {
            name: {key: array.astype(np.float32) for key, array in layer.items()}
            for name, layer in given.items()
        }
        np.testing.assert_equal(read(tmp_path / "saved" / file), expected)


def call(name, *arguments):
    return b"c" + name + b"\n(" + b"".join(arguments) + b"tR"


SHAPE = (3, 3, 5, 7)  # of conv4_G W
ZEROS = text(bytes(4 * 3 * 3 * 5 * 7))
F4 = dtype_2(b"f4", b"<")
GOOD = pieces(random_weights(SMALL), FILES[BAD])
RUNS = {
    "os.system": call(b"os\nsystem", text(b"echo > ran")),
    "builtins.eval": call(b"builtins\neval", text(b"__import__('os').mkdir('ran')")),
    "shutil.copy": call(b"shutil\ncopy", text(BAD.encode()), text(b"ran")),
}


def bad_array(value):
    return document(GOOD | {"conv4_G": GOOD["conv4_G"] | {"W": value}})


@pytest.mark.parametrize("name", RUNS)
def test_a_payload_does_not_run(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    refuse(tmp_path, bad_array(RUNS[name]), f"found '{name}'.*nothing was run")
    assert not (tmp_path / "ran").exists()
    read(tmp_path / BAD)
    assert (tmp_path / "ran").exists()  # it would have


def refuse(folder, data, message):
    """Load `data` as the last of three files, the others good: the error says why, and no weight changes."""
    write(folder, random_weights(SMALL))
    (folder / BAD).write_bytes(data)
    network = build()
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    with pytest.raises(ReleasedError, match=rf"{BAD}: (?s:.*){message}(?s:.*)Download the three files again"):
        load_released(network, folder)
    torch.testing.assert_close(network.state_dict(), before, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (call(b"numpy\nload", text(b"x.npy")), "found 'numpy.load'.*conv4_G"),
        (
            call(b"numpy.core.multiarray\nscalar", F4, text(bytes(4))),
            "found 'numpy.core.multiarray.scalar'.*conv4_G",
        ),
        (
            call(b"numpy\nndarray", b"J\xff\xff\xff\x7f\x85"),
            "conv4_G: found Array in a form that NumPy does not write",
        ),
        (call(b"numpy\ndtype", text(b"f4")), "conv4_G: found Dtype in a form"),
        (call(b"_codecs\nencode", text(b"x"), text(b"rot13")), "conv4_G: found Text in a form"),
        (b"cnumpy\nndarray\n", "conv4_G: found type in a form"),
        (b"cnumpy\nndarray\n}U\x01xK\x01sb", "TypeError.*conv4_G"),
        (array_2(SHAPE, F4, False, ZEROS, size=2**31 - 1), "conv4_G: found Array in a form"),
        (
            array_2((2**31 - 1,) * 4, F4, False, ZEROS),
            r"conv4_G: found an array \(2147483647, .*expected \(3, 3, 5, 7\)",
        ),
        (
            array_2((3, 3, 7, 5), F4, False, ZEROS),
            r"conv4_G: found an array \(3, 3, 7, 5\) of '<f4', expected \(3, 3, 5, 7\)",
        ),
        (array_2(SHAPE, dtype_2(b"i4", b"<"), False, ZEROS), "conv4_G: found an array .* of '<i4'"),
        (
            array_2(SHAPE, dtype_2(b"O8", b"|", b"?"), False, b"](" + b"K\x00" * 315 + b"e"),
            r"conv4_G: found an array .* of '\|O8'",
        ),
        (array_2(SHAPE, F4, False, text(bytes(4))), "conv4_G: found 4 bytes, expected 1260"),
        (array_2(SHAPE, F4, False, b"]"), "conv4_G: found list, expected bytes"),
        (
            array_2(SHAPE, F4, False, call(b"_codecs\nencode", text(bytes(1260)), text(b"utf-16"))),
            "conv4_G: found Text, expected bytes",
        ),
        (floats_2(np.full(SHAPE, np.nan)), "conv4_G: found 315 weights that are not finite"),
        (floats_2(np.full(SHAPE, 1e39), "<f8"), "conv4_G: found 315 weights that are not finite in float32"),
        (b"K\x01", "conv4_G: found int in a form"),
        (b"Px\n", "found the opcode PERSID.*conv4_G"),
        (b"U\x01xr\xff\xff\xff\x7f", "found the opcode LONG_BINPUT.*conv4_G"),
        (b")q\x00" + b"h\x00h\x00\x86q\x00" * 200, "found the opcode BINGET.*conv4_G"),
        (b"(" + b")" * 5000 + b"t", "found the opcode EMPTY_TUPLE.*conv4_G"),
    ],
)
def test_a_bad_array_is_refused(tmp_path, value, message):
    refuse(tmp_path, bad_array(value), message)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (document(GOOD)[:-100], "expected a .npy of .* conv4_G"),
        (document(GOOD)[:60], "ValueError.* conv4_G"),
        (b"version https://git-lfs.github.com/spec/v1", "magic string.* conv4_G"),
        (npy_2(bytes(1 << 20)), "found 1048656 bytes, expected at most .* conv4_G"),
        (npy_2(b"", b"(1,)"), r"found an array \(1,\) of object.* conv4_G"),
        (
            npy_2(b"\x80\x02").replace(b"'|O' ", b"'<f4'").replace(b"'|O',", b"'f4',"),
            r"found an array \(\) of float32.* conv4_G",
        ),
        (objects_2([dict_2({}), dict_2({})]), r"found an array \(\) of '\|O8', not of one object.* conv4_G"),
        (objects_2([dict_2({})], shape=(1,)), r"found an array \(1,\) of '\|O8'.* conv4_G"),
        (objects_2([b"]"]), "found list, expected conv4_G"),
        (npy_2(b"\x80\x02}."), "found dict in a form.* conv4_G"),
        (
            document(GOOD | {"conv6_G": GOOD["conv5_G"]}),
            "found .*'conv6_G'.*, expected conv4_G, conv5_G, fc6_G, fctop_G",
        ),
        (
            document({name.replace("G", "W"): layer for name, layer in GOOD.items()}),
            "found .*'conv4_W'.*, expected conv4_G",
        ),
        (document(GOOD | {"fc6_G": {"W": GOOD["fc6_G"]["W"]}}), r"fc6_G: found \['W'\], expected W, b"),
        (document(GOOD | {"fc6_G": b"N"}), "fc6_G: found NoneType, expected W, b"),
    ],
)
def test_a_bad_file_is_refused(tmp_path, data, message):
    refuse(tmp_path, data, message)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(
        ReleasedError,
        match=r"network_weights_early_layers.npy: FileNotFoundError.*Download the three files again",
    ):
        load_released(build(), tmp_path)


@pytest.mark.parametrize("action", [load_released, save_released])
@pytest.mark.parametrize(
    ("parting", "tasks", "odd"),
    [("conv2", ["word", "genre"], "branches.genre.conv3"), ("conv3", ["word"], "branches.genre")],
)
def test_another_network_is_refused(tmp_path, action, parting, tasks, odd):
    params = presets.load("kell2018", "network", NetworkParams)
    network = Network(
        replace(params, layers=params.layers[:7], branch_after=parting), dict.fromkeys(tasks, 2), (64, 48)
    )
    with pytest.raises(
        ReleasedError, match=rf"differ in \['{odd}.*; expected conv1, conv2 and conv3 in the trunk"
    ):
        action(network, tmp_path)


def test_a_save_cut_short_leaves_the_old_file(tmp_path, monkeypatch):
    save_released(build(), tmp_path)
    before = {file: (tmp_path / file).read_bytes() for file in FILES}
    other = build()
    torch.nn.init.zeros_(other.trunk.conv1[1].weight)
    monkeypatch.setattr(os, "replace", lambda *paths: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        save_released(other, tmp_path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before

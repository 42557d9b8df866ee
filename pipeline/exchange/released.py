"""Released weights of Kell et al. 2018 <-> the weights of a `Network`.

folder of three .npy files, each an object array () of {layer: {"W": array, "b": array}}
    network_weights_early_layers.npy    conv1, conv2, conv3
    network_weights_word_branch.npy     conv4_W, conv5_W, fc6_W, fctop_W
    network_weights_genre_branch.npy    conv4_G, conv5_G, fc6_G, fctop_G
W : (frequency, time, in, out) of a convolution; (in, out) of a linear layer, `in` flattened frequency, time, channel
b : (out,)

An object array is a pickle, and a pickle can run anything. Here it runs nothing: `_check_opcodes` and `_Inert` see to it.
Source: github.com/mcdermottLab/kelletal2018, network/branched_network_class.py.
"""

import io
import math
import os
import pickle
import pickletools
import reprlib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.lib import format as npy
from torch import Tensor

from pipeline.network.branched import Network

BRANCH = {"conv4": "conv4", "conv5": "conv5", "fc6": "fc6", "fctop": "readout"}  # released name: ours
MODULES = {  # file: released layer: the module that holds its weight and bias
    "network_weights_early_layers.npy": {name: f"trunk.{name}.1" for name in ("conv1", "conv2", "conv3")},
    "network_weights_word_branch.npy": {
        f"{name}_W": f"branches.word.{ours}.1" for name, ours in BRANCH.items()
    },
    "network_weights_genre_branch.npy": {
        f"{name}_G": f"branches.genre.{ours}.1" for name, ours in BRANCH.items()
    },
}
FLOATS = (
    "<f2",
    "<f4",
    "<f8",
    ">f2",
    ">f4",
    ">f8",
)  # of two bytes: the branches in four would pass GitHub's limit of 100 MiB a file
OBJECTS = ("|O8", "|O4")
HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
WEIGHT_BYTES = 16  # at most: a float64 as text in UTF-8
SLACK = 1 << 16  # bytes, of names and shapes
REMEDY = (
    "Fetch the three files anew from network/weights of github.com/mcdermottLab/kelletal2018, and build the network of "
    "presets/kell2018.yaml with 589 words and 43 genres; or, of a network saved here, of its own layers and classes."
)

KEPT = {  # opcodes whose result the memo may give again
    *("GLOBAL", "STACK_GLOBAL", "REDUCE"),
    *("SHORT_BINSTRING", "BINSTRING", "SHORT_BINUNICODE", "BINUNICODE", "SHORT_BINBYTES", "BINBYTES"),
}
OPCODES = KEPT | {
    *(
        "PROTO",
        "FRAME",
        "STOP",
        "MARK",
        "NONE",
        "NEWTRUE",
        "NEWFALSE",
        "BININT",
        "BININT1",
        "BININT2",
        "LONG1",
        "BUILD",
    ),
    *(
        "EMPTY_TUPLE",
        "TUPLE",
        "TUPLE1",
        "TUPLE2",
        "TUPLE3",
        "EMPTY_LIST",
        "APPEND",
        "APPENDS",
        "EMPTY_DICT",
        "SETITEM",
        "SETITEMS",
    ),
    *("BINPUT", "LONG_BINPUT", "MEMOIZE", "BINGET", "LONG_BINGET"),
}
MOST_OPCODES = 4096  # a file of four layers has some 400


class ReleasedError(ValueError):
    """A file of weights, or a network, that is not of the released form."""


def load_released(network: Network, folder: str | Path) -> None:
    """Copy the released weights in `folder` into `network`; all are checked before the first is copied.

    network : of the layers and tasks of presets/kell2018.yaml, of any width and number of classes
    raises  : ReleasedError naming the file and the layer that does not fit; the network is then as it was
    """
    files = _views(network).items()
    loaded = [pair for name, layers in files for pair in _load(Path(folder) / name, layers)]
    for view, array in loaded:
        view.copy_(torch.from_numpy(array))


def save_released(network: Network, folder: str | Path) -> None:
    """Write the weights of `network` to `folder` in the released form, float32, for `load_released` and for numpy.load.

    raises : ReleasedError if the network's layers are not the released ones
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, layers in _views(network).items():
        arrays = {
            layer: {key: np.ascontiguousarray(view.float().cpu()) for key, view in views.items()}
            for layer, views in layers.items()
        }
        _write(Path(folder) / name, np.array(arrays, dtype=object))


def _views(network: Network) -> dict[str, dict[str, dict[str, Tensor]]]:
    """Return {file: {layer: {"W": tensor, "b": tensor}}}: the network's own memory, in the released order of dimensions."""
    state = network.state_dict()
    odd = set(state) ^ {
        f"{module}.{key}"
        for modules in MODULES.values()
        for module in modules.values()
        for key in ("weight", "bias")
    }
    if odd:
        raise ReleasedError(
            f"The network and the released one differ in {reprlib.repr(sorted(odd))}; expected conv1, conv2 and conv3 in the trunk, and "
            "conv4, conv5, fc6 and a readout for the tasks word and genre each, as in the section network of presets/kell2018.yaml."
        )

    def views(module: str) -> dict[str, Tensor]:
        weight = state[f"{module}.weight"]  # (out, in, frequency, time) or (out, in)
        return {"W": weight.permute(*range(2, weight.ndim), 1, 0), "b": state[f"{module}.bias"]}

    return {
        name: {layer: views(module) for layer, module in modules.items()} for name, modules in MODULES.items()
    }


def _write(path: Path, content: np.ndarray) -> None:
    """Write an object array under a temporary name, then rename it into place; Python 2 and old NumPy can read it."""
    part = path.with_name(f".{path.name}.part")
    pickled = pickle.dumps(content, protocol=2).replace(
        b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n", 1
    )
    try:
        with open(part, "wb") as file:
            npy.write_array_header_1_0(file, npy.header_data_from_array_1_0(content))
            file.write(pickled)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _load(path: Path, layers: dict[str, dict[str, Tensor]]) -> list[tuple[Tensor, np.ndarray]]:
    """Return each tensor of `layers` with the array that the file at `path` has for it, (as the tensor) float32."""
    try:
        content = _read(path, sum(view.numel() for views in layers.values() for view in views.values()))
        _check_names(content, layers)
    except Exception as error:  # an unpickler raises nearly all there are
        expected = f"expected a .npy of a dictionary of the layers {', '.join(layers)}"
        raise ReleasedError(f"{path}: {type(error).__name__}: {error}; {expected}. {REMEDY}") from None
    loaded = []
    for layer, views in layers.items():
        try:
            _check_names(content[layer], views)
            loaded += [(view, _array(content[layer][key], tuple(view.shape))) for key, view in views.items()]
        except ValueError as error:
            raise ReleasedError(f"{path}: {layer}: {error}. {REMEDY}") from None
    return loaded


def _check_names(found: Any, expected: dict[str, Any]) -> None:
    if type(found) is not dict or set(found) != set(expected):
        names = reprlib.repr(list(found)) if type(found) is dict else type(found).__name__
        raise ValueError(f"found {names}, expected {', '.join(expected)}")


class _Inert:
    """What a pickle makes of a name that arrays need: it keeps what it is given and does nothing."""

    __slots__ = ("arguments", "state")

    def __init__(self, *arguments: Any):
        self.arguments, self.state = arguments, None

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _Array(_Inert):
    """For numpy.ndarray and what reconstructs it."""


class _Dtype(_Inert):
    """For numpy.dtype."""


class _Text(_Inert):
    """For the text that stands for bytes in protocol 2, written by Python 3."""


ADMITTED = {
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("_codecs", "encode"): _Text,
}


class _Unpickler(pickle.Unpickler):
    """Unpickler of stand-ins."""

    def find_class(self, module: str, name: str) -> type[_Inert]:
        if (module, name) not in ADMITTED:
            raise pickle.UnpicklingError(
                f"found {reprlib.repr(f'{module}.{name}')}, of which arrays have no need; nothing was run"
            )
        return ADMITTED[module, name]


def _check_opcodes(data: bytes) -> None:
    """Refuse opcodes that arrays do not need, and the two ways in which a short pickle takes for ever or all memory.

    These are a far place in the memo, and a dictionary's key of tuples that hold one another many times over: of what
    is in the memo, only names, text and what was called may be taken out again.
    """
    last, memo = "", {}  # memo: place -> whether it may be taken out
    for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
        name = opcode.name
        odd = name not in OPCODES or count >= MOST_OPCODES
        if "PUT" in name or name == "MEMOIZE":
            place = len(memo) if argument is None else argument
            odd |= place >= MOST_OPCODES
            memo[place] = last in KEPT
        else:
            odd |= "GET" in name and not memo.get(argument)
            last = name
        if odd:
            raise pickle.UnpicklingError(
                f"found the opcode {name} as number {count}, of which arrays have no need; nothing was run"
            )


def _read(path: Path, weights: int) -> Any:
    """Return what the object array in a .npy of at most so many weights holds, its arrays as stand-ins."""
    most = WEIGHT_BYTES * weights + SLACK
    if path.stat().st_size > most:
        raise ValueError(f"found {path.stat().st_size} bytes, expected at most {most}")
    with open(path, "rb") as file:
        shape, _, dtype = HEADERS[npy.read_magic(file)](file)
        data = file.read(most)
    if shape != () or dtype != np.dtype(object):
        raise ValueError(f"found an array {shape} of {dtype}, not of one object")
    _check_opcodes(data)
    shape, dtype, _, items = _state(_Unpickler(io.BytesIO(data), encoding="latin1").load())
    if shape != () or dtype not in OBJECTS or type(items) is not list or len(items) != 1:
        raise ValueError(f"found an array {reprlib.repr(shape)} of {reprlib.repr(dtype)}, not of one object")
    return items[0]


def _state(found: Any) -> tuple[tuple, str, bool, Any]:
    """Return what the stand-in of an array was given: shape, dtype, whether in Fortran's order, data."""
    match found:
        case _Array(
            arguments=(kind, (0,), code), state=(1, tuple(shape), _Dtype() as dtype, bool(fortran), data)
        ) if kind is _Array:
            match dtype:
                case _Dtype(
                    arguments=(str(name), 0 | 1, 0 | 1),
                    state=(3, "<" | ">" | "|" as order, None, None, None, *_),
                ):
                    if _bytes(code) == b"b":
                        return shape, order + name, fortran, data
    raise ValueError(
        f"found {type(found).__name__.strip('_')} of a form that NumPy does not write, expected an array"
    )


def _array(found: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return the array (shape) float32 that a stand-in stands for, of any float, byte order and order of dimensions.

    raises : ValueError if it is not of that shape, or not of finite floats
    """
    of, dtype, fortran, data = _state(found)
    if of != shape or dtype not in FLOATS:
        raise ValueError(
            f"found an array {reprlib.repr(of)} of {reprlib.repr(dtype)}, expected {shape}, as the network has, of floats"
        )
    raw, size = _bytes(data), math.prod(shape) * int(dtype[-1])
    if len(raw) != size:
        raise ValueError(f"found {len(raw)} bytes, expected {size}")
    with np.errstate(over="ignore", invalid="ignore"):
        array = np.frombuffer(raw, dtype).reshape(shape, order="F" if fortran else "C").astype(np.float32)
    if not np.isfinite(array).all():
        raise ValueError(f"found {np.sum(~np.isfinite(array))} weights that are not finite in float32")
    return array


def _bytes(found: Any) -> bytes:
    match found:
        case bytes():
            return found
        case str(text) | _Text(arguments=(str(text), "latin1")):
            return text.encode("latin1")
    raise ValueError(f"found {type(found).__name__.strip('_')}, expected bytes")

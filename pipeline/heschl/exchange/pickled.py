"""Object arrays of .npy files, read without running their pickles.

Only the opcodes that arrays need are admitted, and what a pickle constructs are stand-ins that keep their
arguments and do nothing.
"""

import io
import math
import pickle
import pickletools
import reprlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

# Two bytes are admitted too: in four, the branches would exceed GitHub's limit of 100 MiB for a file.
FLOATS = ("<f2", "<f4", "<f8", ">f2", ">f4", ">f8")
OBJECTS = ("|O8", "|O4")
HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
WEIGHT_BYTES = 16  # most bytes of a weight: a float64 as text in UTF-8
SLACK = 1 << 16  # bytes of names and shapes

RECALLED = {  # opcodes whose result may be recalled from the memo
    *("GLOBAL", "STACK_GLOBAL", "REDUCE"),
    *("SHORT_BINSTRING", "BINSTRING", "SHORT_BINUNICODE", "BINUNICODE", "SHORT_BINBYTES", "BINBYTES"),
}
NEEDED = """
    PROTO FRAME STOP MARK NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1 BUILD
    EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 EMPTY_LIST APPEND APPENDS EMPTY_DICT SETITEM SETITEMS
    BINPUT LONG_BINPUT MEMOIZE BINGET LONG_BINGET
"""
OPCODES = RECALLED | set(NEEDED.split())
MOST_OPCODES = 4096  # a file of four layers has about 400


class _Inert:
    """A stand-in for what a pickled array names: it keeps its arguments and does nothing."""

    __slots__ = ("arguments", "state")

    def __init__(self, *arguments: Any):
        self.arguments, self.state = arguments, None

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _Array(_Inert):
    """For numpy.ndarray and the function that reconstructs it."""


class _Dtype(_Inert):
    """For numpy.dtype."""


class _Text(_Inert):
    """For the text that Python 3 writes for bytes in protocol 2."""


ADMITTED = {
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("_codecs", "encode"): _Text,
}


class _Unpickler(pickle.Unpickler):
    """An unpickler that makes stand-ins."""

    def find_class(self, module: str, name: str) -> type[_Inert]:
        if (module, name) not in ADMITTED:
            raise pickle.UnpicklingError(
                f"found {reprlib.repr(f'{module}.{name}')}, which arrays do not need; nothing was run"
            )
        return ADMITTED[module, name]


def _check_opcodes(data: bytes) -> None:
    """Refuse opcodes that arrays do not need, and two ways for a short pickle to take forever or all memory.

    One is a distant place in the memo. The other is a dictionary key of tuples that contain one another
    many times over: only names, text and results of calls may be recalled from the memo.
    """
    last, memo = "", {}  # memo: place -> whether it may be recalled
    for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
        name = opcode.name
        odd = name not in OPCODES or count >= MOST_OPCODES
        if "PUT" in name or name == "MEMOIZE":
            place = len(memo) if argument is None else argument
            odd |= place >= MOST_OPCODES
            memo[place] = last in RECALLED
        else:
            odd |= "GET" in name and not memo.get(argument)
            last = name
        if odd:
            raise pickle.UnpicklingError(
                f"found the opcode {name} as number {count}, which arrays do not need; nothing was run"
            )


def read_objects(path: Path, weights: int) -> Any:
    """Return the content of the object array in a .npy file of at most `weights`, its arrays as stand-ins."""
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
    """Return the state of an array's stand-in: shape, dtype, whether in Fortran order, data."""
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
        f"found {type(found).__name__.strip('_')} in a form that NumPy does not write, expected an array"
    )


def read_array(found: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return the array (shape) float32 of a stand-in, whatever its float type, byte order and memory order.

    raises : ValueError unless it has that shape and finite floats
    """
    of, dtype, fortran, data = _state(found)
    if of != shape or dtype not in FLOATS:
        raise ValueError(
            f"found an array {reprlib.repr(of)} of {reprlib.repr(dtype)}, expected {shape}, as in "
            "the network, of floats"
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

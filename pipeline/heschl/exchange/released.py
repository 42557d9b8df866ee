"""The released weights of Kell et al. 2018, read into a `Network` and written from one.

A folder has three .npy files, each an object array () of {layer: {"W": array, "b": array}}:

    network_weights_early_layers.npy    conv1, conv2, conv3
    network_weights_word_branch.npy     conv4_W, conv5_W, fc6_W, fctop_W
    network_weights_genre_branch.npy    conv4_G, conv5_G, fc6_G, fctop_G

W : (frequency, time, in, out) of a convolution; (in, out) of a linear layer, `in` in the order
    frequency, time, channel
b : (out,)

An object array is a pickle, which can run any code. `pickled` reads it without running anything.
Source: github.com/mcdermottLab/kelletal2018, network/branched_network_class.py.
"""

import pickle
import reprlib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.lib import format as npy
from torch import Tensor

from heschl.exchange.pickled import read_array, read_objects
from heschl.network.branched import Network
from heschl.work import replacing

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
REMEDY = (
    "Download the three files again from network/weights of github.com/mcdermottLab/kelletal2018, and "
    'build the network with Network.preset("kell2018"), 589 words and 43 genres. For files written by '
    "save_released, build a network with the same layers and classes."
)


class ReleasedError(ValueError):
    """A file of weights, or a network, that does not have the released form."""


def load_released(network: Network, folder: str | Path) -> None:
    """Copy the released weights in `folder` into `network`; all of them are checked before any is copied.

    network : with the layers and tasks of the preset kell2018, of any width and number of classes
    raises  : ReleasedError naming the file and the layer that does not fit; the network is then unchanged
    """
    files = _views(network).items()
    loaded = [pair for name, layers in files for pair in _load(Path(folder) / name, layers)]
    for view, array in loaded:
        view.copy_(torch.from_numpy(array))


def save_released(network: Network, folder: str | Path) -> None:
    """Write the weights of `network` to `folder` in the released form, float32; numpy.load reads them too.

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
    """Return {file: {layer: {"W": tensor, "b": tensor}}}: views of the weights, dimensions as released."""
    state = network.state_dict()
    odd = set(state) ^ {
        f"{module}.{key}"
        for modules in MODULES.values()
        for module in modules.values()
        for key in ("weight", "bias")
    }
    if odd:
        raise ReleasedError(
            f"The network and the released one differ in {reprlib.repr(sorted(odd))}; expected conv1, "
            "conv2 and conv3 in the trunk, and conv4, conv5, fc6 and a readout for each of the tasks word "
            "and genre, as in the preset kell2018."
        )

    def views(module: str) -> dict[str, Tensor]:
        weight = state[f"{module}.weight"]  # (out, in, frequency, time) or (out, in)
        return {"W": weight.permute(*range(2, weight.ndim), 1, 0), "b": state[f"{module}.bias"]}

    return {
        name: {layer: views(module) for layer, module in modules.items()} for name, modules in MODULES.items()
    }


def _write(path: Path, content: np.ndarray) -> None:
    """Write an object array that Python 2 and old NumPy can read."""
    pickled = pickle.dumps(content, protocol=2).replace(
        b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n", 1
    )
    with replacing(path) as file:
        npy.write_array_header_1_0(file, npy.header_data_from_array_1_0(content))
        file.write(pickled)


def _load(path: Path, layers: dict[str, dict[str, Tensor]]) -> list[tuple[Tensor, np.ndarray]]:
    """Return each tensor of `layers` with its array in the file at `path`, float32, of the same shape."""
    try:
        content = read_objects(
            path, sum(view.numel() for views in layers.values() for view in views.values())
        )
        _check_names(content, layers)
    except Exception as error:  # an unpickler may raise nearly any error
        expected = f"expected a .npy of a dictionary of the layers {', '.join(layers)}"
        raise ReleasedError(f"{path}: {type(error).__name__}: {error}; {expected}. {REMEDY}") from None
    loaded = []
    for layer, views in layers.items():
        try:
            _check_names(content[layer], views)
            loaded += [
                (view, read_array(content[layer][key], tuple(view.shape))) for key, view in views.items()
            ]
        except ValueError as error:
            raise ReleasedError(f"{path}: {layer}: {error}. {REMEDY}") from None
    return loaded


def _check_names(found: Any, expected: dict[str, Any]) -> None:
    if type(found) is not dict or set(found) != set(expected):
        names = reprlib.repr(list(found)) if type(found) is dict else type(found).__name__
        raise ValueError(f"found {names}, expected {', '.join(expected)}")

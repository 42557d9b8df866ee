"""The published checkpoints of `cochdnn`'s CochCNN9, read into a `Network`.

A checkpoint is a PyTorch file with the state of its model under the key `model`. The network's tensors have a
prefix, such as `module.model.1.`, for the programs around it; a copy for attacks is left out.

    theirs                                      ours
    batchnorm0, batchnorm1, batchnorm2          norm0, norm1, norm2
    conv0 ... conv4                             conv1 ... conv5, without biases
    fullyconnected                              fc6, whose input is in the order channel, frequency, time
    classification, or classification.<head>    the readout of a task

Source: github.com/jenellefeather/cochdnn, robustness/audio_models/kell2018.py, kell2018_multi_task.py,
robustness/train.py; the same class in github.com/jenellefeather/model_metamers_pytorch.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from heschl.network.branched import Network
from heschl.network.layers import Same

LAYERS = {
    **{f"batchnorm{number}": f"trunk.norm{number}" for number in range(3)},
    **{f"conv{number}": f"trunk.conv{number + 1}.1" for number in range(5)},
    "fullyconnected": "trunk.fc6.1",
}
FIRST, HEAD, COPY, COUNT = "conv0.weight", "classification", "attacker.", "num_batches_tracked"


class CochdnnError(ValueError):
    """A checkpoint, or a network, that is not CochCNN9; names the file and what differs."""


def load_cochdnn(network: Network, path: str | Path, heads: Mapping[str, str] | None = None) -> None:
    """Copy a published checkpoint into `network`; everything is checked before any weight is copied.

    network : with the layers of the preset cochcnn9, and as many classes as the checkpoint
    heads   : task -> head of a checkpoint with several, such as {"word": "signal/word_int"}
    raises  : CochdnnError naming the file and the tensor that does not fit; the network is then unchanged
    """
    state, given = network.state_dict(), _read(Path(path))
    pairs = {}
    for name, target in state.items():
        theirs = _published(name, heads or {})
        if theirs in given:
            pairs[name] = _fitted(given[theirs], target, network, f"{path}: {theirs}")
        elif not name.endswith(COUNT):
            raise CochdnnError(
                f"{path} has no {theirs!r}, which is {name!r} in the network. {_remedy(given)}"
            )
    if unused := sorted(name for name in set(given) - _names(state, heads) if not name.startswith(HEAD)):
        raise CochdnnError(f"{path} has {unused[0]!r}, for which the network has no place. {_remedy(given)}")
    network.load_state_dict(pairs, strict=False)


def _names(state: Mapping[str, Tensor], heads: Mapping[str, str] | None) -> set[str]:
    return {_published(name, heads or {}) for name in state}


def _published(name: str, heads: Mapping[str, str]) -> str:
    """Return the published name of one of our tensors; a name that nothing has, where there is none."""
    module, _, kind = name.rpartition(".")
    if module.startswith("branches.") and module.endswith(".readout.1"):
        task = module.split(".")[1]
        return f"{HEAD}.{heads[task]}.{kind}" if task in heads else f"{HEAD}.{kind}"
    ours = {place: theirs for theirs, place in LAYERS.items()}
    return f"{ours.get(module, module)}.{kind}"


def _read(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a checkpoint's network, by their published names; nothing in the file is run."""
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise CochdnnError(
            f"{path} is missing. Download it with cochdnn's download_large_files.py."
        ) from None
    except Exception as error:  # of a damaged pickle, nearly any
        raise CochdnnError(
            f"{path} holds more than tensors and plain values, or is damaged ({type(error).__name__}); "
            "nothing in it was run. Load it in a checkout of cochdnn and save its tensors alone: "
            'torch.save({"model": checkpoint["model"]}, file).'
        ) from None
    for key in ("model", "state_dict"):
        found = found.get(key, found) if isinstance(found, dict) else found
    names = [name for name in found if isinstance(name, str)] if isinstance(found, dict) else []
    prefixes = [name.removesuffix(FIRST) for name in names if name.endswith(FIRST) and COPY not in name]
    if len(prefixes) != 1:
        raise CochdnnError(f"{path} has {len(prefixes)} tensors named {FIRST!r}; expected one network.")
    named = {name.removeprefix(prefixes[0]): found[name] for name in names if name.startswith(prefixes[0])}
    return {name: value for name, value in named.items() if isinstance(value, Tensor)}


def _fitted(tensor: Tensor, target: Tensor, network: Network, name: str) -> Tensor:
    """Return a published tensor as ours; raises CochdnnError if its shape differs or it is not finite."""
    if tensor.shape != target.shape:
        raise CochdnnError(f"{name} has shape {tuple(tensor.shape)}; the network has {tuple(target.shape)}.")
    if not torch.isfinite(tensor).all():
        raise CochdnnError(f"{name} has numbers that are not finite. Download the file again.")
    if not name.endswith("fullyconnected.weight"):
        return tensor
    frequency, time = _pooled(network)
    channels = tensor.shape[1] // (frequency * time)
    return tensor.view(-1, channels, frequency, time).permute(0, 2, 3, 1).reshape(tensor.shape)


def _pooled(network: Network) -> tuple[int, int]:
    """Return (frequency, time) of the input of fc6."""
    frequency, time = network.shape
    for layer in network.trunk.modules():
        if isinstance(layer, Same):
            frequency, time = -(-frequency // layer.stride[0]), -(-time // layer.stride[1])
    return frequency, time


def _remedy(given: Mapping[str, Any]) -> str:
    heads = sorted(
        {name.removeprefix(f"{HEAD}.").rpartition(".")[0] for name in given if name.startswith(HEAD)}
    )
    named = f" Its heads are {', '.join(heads)}: name one for each task (`heads`)." if any(heads) else ""
    return f'Build the network with Network.preset("cochcnn9", classes={{task: number of classes}}).{named}'

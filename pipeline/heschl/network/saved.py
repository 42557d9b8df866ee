"""The folder of a trained network: written, loaded, and compared with shards."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from heschl import pretrained
from heschl.network.custom import CustomNetwork, TrustError
from heschl.network.hearing import CONFIG, Hearing
from heschl.network.tensors import read_tensors
from heschl.network.weights import WeightsError, digest_of, read_weights
from heschl.params import plain
from heschl.shards.index import INDEX
from heschl.shards.read import Shards

WEIGHTS, TENSORS = "weights.pt", pretrained.WEIGHTS  # a folder has one of them
RUN_ID, HISTORY = "run_id", "history.csv"
DIGEST = "weights_sha256"  # key of the config
LARGEST_CONFIG = 2**24  # bytes; one with 1000 labels has about 20,000
AGAIN = "Train again: dvc repro -f train."


class NetworkError(RuntimeError):
    """A trained network that cannot be read or does not fit the shards; names the file and the remedy."""


def config_of(sections: Mapping[str, Any], labels: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return the config of a network: its sections as plain values, and the names of its classes."""
    return {"tasks": list(labels), "labels": dict(labels)} | {
        name: plain(value) for name, value in sections.items()
    }


def save_network(
    folder: Path,
    state: Mapping[str, Tensor],
    config: Mapping[str, Any],
    history: list[dict[str, float]],
    run_id: str,
) -> None:
    """Write a network's folder: weights as plain tensors, config, training history, id of its run."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(dict(state), folder / WEIGHTS)
    config = {**config, DIGEST: digest_of(folder / WEIGHTS)}
    (folder / CONFIG).write_text(json.dumps(config, indent=1))
    (folder / RUN_ID).write_text(run_id)
    with open(folder / HISTORY, "w", newline="") as file:
        table = csv.DictWriter(file, list(history[0]), restval="")
        table.writeheader()
        table.writerows(history)


def load_network(folder: str | Path, device: str = "cpu", trust_code: bool = False) -> Hearing:
    """Load a trained network, in eval mode.

    folder     : of the network, or the name of a pretrained one: `heschl.pretrained.names()`
    trust_code : import the class that the config names, if it names one. Importing runs its module, so allow
                 this only for a network whose maker you trust.
    raises     : NetworkError if a file is missing or damaged, if the weights are not finite or not those of
                 the config, or if the config names code that is not trusted
    """
    folder = folder_of(folder)
    config = read_config(folder)
    hearing = network_of(folder, config, trust_code, allocate=False)
    weights = _weights(folder, config)
    try:
        types = {name: value.dtype for name, value in hearing.network.state_dict().items()}
        own = {name: value.to(types.get(name, value.dtype), copy=True) for name, value in weights.items()}
        assign = not isinstance(hearing.params.network, CustomNetwork)  # the weights of a table are empty
        hearing.network.load_state_dict(own, assign=assign)
    except RuntimeError as error:
        path = weights_of(folder)
        raise NetworkError(f"{path} does not fit {folder / CONFIG}: {error}. {AGAIN}") from None
    to_channels_last(hearing.network)
    return hearing.to(device).eval()


def folder_of(named: str | Path) -> Path:
    """Return the folder of a network: the one named, or that of a pretrained network if there is none."""
    folder = Path(named)
    known = not folder.is_dir() and str(named) in pretrained.names()
    return pretrained.find(str(named)) if known else folder


def weights_of(folder: Path) -> Path:
    """Return the file of a network's weights: weights.safetensors if the folder has no weights.pt."""
    tensors = folder / TENSORS
    return tensors if tensors.is_file() and not (folder / WEIGHTS).is_file() else folder / WEIGHTS


def read_config(folder: str | Path) -> dict[str, Any]:
    """Return the config of a network's folder; raises NetworkError if it is missing or no JSON object."""
    path = folder_of(folder) / CONFIG
    _check_there(path)
    if path.stat().st_size > LARGEST_CONFIG:
        raise NetworkError(
            f"{path} has {path.stat().st_size} bytes; expected at most {LARGEST_CONFIG}. {AGAIN}"
        )
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:  # a UnicodeDecodeError is a ValueError
        raise NetworkError(f"{path} is not JSON in UTF-8: {error}. {AGAIN}") from None
    if not isinstance(config, dict):
        raise NetworkError(f"{path} holds {type(config).__name__}; expected keys and values. {AGAIN}")
    return config


def network_of(
    folder: Path, config: Mapping[str, Any], trust_code: bool = False, allocate: bool = True
) -> Hearing:
    """Return the network of a folder's config, with random weights or, unless `allocate`, with none.

    raises : NetworkError naming the config, and what of it is not of this version
    """
    try:
        return Hearing.from_config(config, trust_code, allocate)
    except TrustError as error:
        raise NetworkError(f"{folder / CONFIG}: {error}") from None
    except Exception as error:  # a class of the user's may raise any
        said = str(error) or type(error).__name__
        raise NetworkError(
            f"{folder / CONFIG} is not of this version: {said.rstrip('.')}. {AGAIN}"
        ) from error


def _weights(folder: Path, config: Mapping[str, Any]) -> dict[str, Tensor]:
    """Return the weights in a folder; raises NetworkError unless they are finite and those of the config."""
    path = weights_of(folder)
    _check_there(path)
    expected = config.get(DIGEST)  # networks of earlier versions have none, and weights.pt
    if (expected is not None or path.name == TENSORS) and digest_of(path) != expected:
        raise NetworkError(
            f"{path} is damaged, or of another network than {folder / CONFIG}: its sha256 is "
            f"{digest_of(path)}, expected {expected}. Copy both files from one network, or fetch them again: "
            f"{_fetch(folder)}."
        )
    try:
        return read_tensors(path) if path.name == TENSORS else read_weights(path)
    except WeightsError as error:
        raise NetworkError(
            f"{path} cannot be used: {error}. Fetch it again ({_fetch(folder)}), or train again: "
            "dvc repro -f train."
        ) from None


def _fetch(folder: Path) -> str:
    """Return the command that fetches a damaged network again."""
    shipped = folder.resolve().parent == pretrained.FOLDER.resolve()
    return f"git checkout {folder}" if shipped else "dvc pull"


def _check_there(path: Path) -> None:
    if not path.is_file():
        raise NetworkError(
            f"{path} is missing. Train a network with: dvc repro train (or get it with: dvc pull). "
            f"{pretrained.known()}"
        )


def to_channels_last(network: nn.Module) -> None:
    """Store the weights of convolutions channels last: a quarter faster on a CPU, and what GPUs want."""
    if all(weight.ndim < 5 for weight in network.parameters()):
        network.to(memory_format=torch.channels_last)


def check_labels(hearing: Hearing, shards: Shards, folder: str | Path) -> None:
    """Raise NetworkError unless the shards have the network's labels, in the same order, and its sound."""
    index = shards.folder / INDEX
    remedy = "Train on these shards: dvc repro train."
    for task in sorted({*hearing.labels, *shards.labels}):
        ours, theirs = hearing.labels.get(task, []), shards.labels.get(task, [])
        if ours != theirs:
            differ = sorted(set(ours) ^ set(theirs))[:5] or ["their order"]
            raise NetworkError(
                f"{index}: {task} has {len(theirs)} labels, the network of {folder} has {len(ours)}; "
                f"they differ in {', '.join(differ)}. {remedy}"
            )
    if hearing.sound != shards.sound:
        raise NetworkError(f"{index} has {shards.sound}, the network of {folder} {hearing.sound}. {remedy}")

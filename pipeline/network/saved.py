"""The folder of a trained network: written, loaded, and compared with shards."""

import csv
import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pipeline.network.hearing import CONFIG, Hearing
from pipeline.params import ParamsError, plain
from pipeline.shards.index import INDEX
from pipeline.shards.read import Shards

WEIGHTS, RUN_ID, HISTORY = "weights.pt", "run_id", "history.csv"


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
    (folder / CONFIG).write_text(json.dumps(config, indent=1))
    (folder / RUN_ID).write_text(run_id)
    with open(folder / HISTORY, "w", newline="") as file:
        table = csv.DictWriter(file, list(history[0]), restval="")
        table.writeheader()
        table.writerows(history)


def load_network(folder: str | Path, device: str = "cpu") -> Hearing:
    """Load a trained network from its folder, in eval mode.

    raises : NetworkError if a file is missing or the weights do not fit the config
    """
    folder = Path(folder)
    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            raise NetworkError(
                f"{folder / name} is missing. Train a network with: dvc repro train "
                "(or get it with: dvc pull)."
            )
    try:
        hearing = Hearing.from_config(json.loads((folder / CONFIG).read_text()))
    except (ParamsError, ValueError) as error:
        raise NetworkError(
            f"{folder / CONFIG} is not of this version: {error}. Train again: dvc repro -f train."
        ) from None
    try:
        hearing.network.load_state_dict(torch.load(folder / WEIGHTS, map_location="cpu", weights_only=True))
    except (RuntimeError, pickle.UnpicklingError, EOFError) as error:
        raise NetworkError(
            f"{folder / WEIGHTS} does not fit {folder / CONFIG}: {error}. Train again: dvc repro -f train."
        ) from None
    to_channels_last(hearing.network)
    return hearing.to(device).eval()


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

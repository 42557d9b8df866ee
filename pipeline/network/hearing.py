"""The trained whole: waveform -> cochleagram -> logits of each task; its folder, written, read and checked."""

import csv
import json
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pipeline.audio import FULL_SCALE, Sound
from pipeline.ear.cochleagram import Cochleagram, CochleagramParams
from pipeline.network.branched import Network
from pipeline.network.custom import NetworkSection, build
from pipeline.params import ParamsError, parse, plain
from pipeline.shards.read import Shards

WEIGHTS, CONFIG, RUN_ID, HISTORY = "weights.pt", "config.json", "run_id", "history.csv"


class NetworkError(RuntimeError):
    """A trained network that does not fit the shards, or cannot be read; names the file and the remedy."""


class Hearing(nn.Module):
    """Waveform -> cochleagram -> {task: logits}, with the names of the classes."""

    def __init__(self, config: Mapping[str, Any]):
        super().__init__()
        self.labels: dict[str, list[str]] = config["labels"]
        self.sound = Sound(**config["sound"])
        self.ear = Cochleagram(
            parse("cochleagram", config["cochleagram"], CochleagramParams, CONFIG), self.sound
        )
        classes = {task: len(names) for task, names in self.labels.items()}
        self.network = build(
            parse("network", config["network"], NetworkSection, CONFIG), classes, self.ear.shape
        )

    def forward(self, waveform: Tensor) -> dict[str, Tensor]:
        """Return the logits (batch, classes) of each task for (batch, samples), int16 or float in [-1, 1]."""
        return self.network(self.cochleagram(waveform))

    def cochleagram(self, waveform: Tensor) -> Tensor:
        """Return what the network hears, (batch, frequency, time), in its own precision, at least float32."""
        weights = next(self.network.parameters(), waveform)
        dtype = torch.float64 if weights.dtype == torch.float64 else torch.float32
        return self.ear(
            waveform.to(dtype) / FULL_SCALE if waveform.dtype == torch.int16 else waveform.to(dtype)
        )

    @property
    def layers(self) -> dict[str, nn.Module]:
        """Return every layer whose activations can be had, by name: those of the table, or every leaf of a network of one's own."""
        if isinstance(self.network, Network):
            return self.network.layers
        return {
            name: module
            for name, module in self.network.named_modules()
            if name and not list(module.children())
        }

    def activations(
        self, waveform: Tensor, layers: Sequence[str] | None = None, batch_size: int = 16
    ) -> Iterator[dict[str, Tensor]]:
        """Yield the activations of named layers, a batch of clips at a time, so that no more than one batch is in memory.

        waveform : (clips, samples), int16 or float in [-1, 1]
        layers   : names in `layers`, and "cochleagram"; all of them if not given
        yields   : {layer: (batch, channel, frequency, time) or (batch, units)}, on the CPU, as in evaluation: no dropout, kept statistics
        raises   : ValueError naming a layer that there is not, and those that there are

        A layer of a table is what leaves it, after its ReLU. A module that gives a tuple counts with its first tensor, one that is
        called more than once with its last call.
        """
        known = self.layers
        wanted = ["cochleagram", *known] if layers is None else list(layers)
        for name in wanted:
            if name not in known and name != "cochleagram":
                raise ValueError(f"there is no layer {name!r}; there are cochleagram, {', '.join(known)}.")
        return self._activations(waveform, wanted, batch_size)

    def _activations(
        self, waveform: Tensor, wanted: list[str], batch_size: int
    ) -> Iterator[dict[str, Tensor]]:
        device = next(self.network.parameters(), waveform).device
        for clips in waveform.split(batch_size):
            found: dict[str, Tensor] = {}
            hooks = [
                self.layers[name].register_forward_hook(_keep(found, name))
                for name in wanted
                if name != "cochleagram"
            ]
            training = self.training
            try:
                with torch.no_grad():
                    heard = self.eval().cochleagram(clips.to(device))
                    self.network(heard)
            finally:
                self.train(training)
                for hook in hooks:
                    hook.remove()
            found |= {"cochleagram": heard.cpu()} if "cochleagram" in wanted else {}
            absent = [name for name in wanted if name not in found]
            if absent:
                raise ValueError(
                    f"the layers {', '.join(absent)} gave no activation: they did not run, or give no tensor."
                )
            yield {name: found[name] for name in wanted}


def _keep(found: dict[str, Tensor], name: str) -> Callable[[nn.Module, Any, Any], None]:
    def hook(module: nn.Module, given: Any, out: Any) -> None:
        while isinstance(out, tuple | list):
            out = out[0]
        if isinstance(out, Tensor):
            found[name] = out.detach().to("cpu", copy=True)  # what comes next may work in place

    return hook


def config_of(sections: Mapping[str, Any], labels: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return the exact config of a network: its sections as plain values, and the names of its classes."""
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
    """Write a network's folder: weights as plain tensors, config, history of its training, and the id of its run."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(dict(state), folder / WEIGHTS)
    (folder / CONFIG).write_text(json.dumps(config, indent=1))
    (folder / RUN_ID).write_text(run_id)
    with open(folder / HISTORY, "w", newline="") as file:
        table = csv.DictWriter(file, list(history[0]), restval="")
        table.writeheader()
        table.writerows(history)


def load_network(folder: str | Path = "models/network", device: str = "cpu") -> Hearing:
    """Load a trained network from its folder, in eval mode.

    raises : NetworkError where a file is missing or the weights do not fit the config
    """
    folder = Path(folder)
    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            raise NetworkError(
                f"{folder / name} is missing. Train a network with: dvc repro train (or get it with: dvc pull)."
            )
    try:
        hearing = Hearing(json.loads((folder / CONFIG).read_text()))
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
    """Have the weights of convolutions laid out by channel: a quarter faster on a CPU, and right for GPUs."""
    if all(weight.ndim < 5 for weight in network.parameters()):
        network.to(memory_format=torch.channels_last)


def check_labels(hearing: Hearing, shards: Shards, folder: str | Path) -> None:
    """Raise NetworkError where the shards' labels are not the network's, name by name and in order."""
    index = shards.folder / "index.json"
    for task in sorted({*hearing.labels, *shards.labels}):
        ours, theirs = hearing.labels.get(task, []), shards.labels.get(task, [])
        if ours != theirs:
            differ = sorted(set(ours) ^ set(theirs))[:5] or ["their order"]
            raise NetworkError(
                f"{index}: {task} has {len(theirs)} labels, the network of {folder} has {len(ours)}; "
                f"they differ in {', '.join(differ)}. Train on these shards: dvc repro train."
            )
    if hearing.sound != shards.sound:
        raise NetworkError(
            f"{index} has {shards.sound}, the network of {folder} {hearing.sound}. Train on these shards: dvc repro train."
        )

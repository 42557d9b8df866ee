"""The network with its ear: waveform -> cochleagram -> logits of each task."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from heschl.audio import FULL_SCALE, PEAK, Sound
from heschl.ear.cochleagram import Cochleagram, level
from heschl.ear.params import CochleagramParams
from heschl.network.branched import Network
from heschl.network.custom import CustomNetwork, NetworkSection, build, check_trust
from heschl.network.hooks import recorded
from heschl.network.table import NetworkParams, table_of
from heschl.params import parse
from heschl.tasks import is_null

COCHLEAGRAM = "cochleagram"  # the ear, as a layer of `activations`
CONFIG = "config.json"  # of a saved network's folder


@dataclass(frozen=True)
class HearingParams:
    """The params sections that a network with its ear is made from."""

    sound: Sound
    cochleagram: CochleagramParams
    network: NetworkParams | CustomNetwork


class Hearing(nn.Module):
    """Waveform -> cochleagram -> {task: logits}.

    params   : sections sound, cochleagram and network
    labels   : task -> names of its classes, in the order of the logits
    allocate : give a table of layers memory for its weights; without, they are to be assigned
    """

    def __init__(self, params: HearingParams, labels: Mapping[str, Sequence[str]], allocate: bool = True):
        super().__init__()
        self.params = params
        self.labels: dict[str, list[str]] = {task: list(names) for task, names in labels.items()}
        self.sound = params.sound
        self.ear = Cochleagram(params.cochleagram, params.sound)
        classes = {task: len(names) for task, names in self.labels.items()}
        self.network = build(params.network, classes, self.ear.shape, allocate)

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], trust_code: bool = False, allocate: bool = True
    ) -> "Hearing":
        """Return the network of a saved config.json, with random weights.

        trust_code : import the class that it names, if it names one
        raises     : ParamsError; TrustError if it names a class and is not trusted
        """
        if not trust_code:
            check_trust(config.get("network"))
        layers = table_of(config.get("network"))
        params = HearingParams(
            sound=parse("sound", config.get("sound"), Sound, CONFIG),
            cochleagram=parse("cochleagram", config.get("cochleagram"), CochleagramParams, CONFIG),
            network=parse("network", layers, NetworkSection, CONFIG),
        )
        return cls(params, parse("labels", config.get("labels"), dict[str, list[str]], CONFIG), allocate)

    def forward(self, waveform: Tensor) -> dict[str, Tensor]:
        """Return the logits (batch, classes) of each task for (batch, samples), int16 or float in [-1, 1]."""
        return self.network(self.cochleagram(waveform))

    def cochleagram(self, waveform: Tensor) -> Tensor:
        """Return the network's input, (batch, frequency, time): float64 if its weights are, else float32."""
        return self.ear(self.as_float(waveform))

    def scaled(self, waveform: Tensor) -> Tensor:
        """Return waveforms, float, at the level that the ear scales them to, if it does.

        The level is lower where the peak would exceed full scale.
        """
        rms = self.ear.params.rms
        if rms is None:
            return waveform
        heard = level(waveform, rms)
        peaks = heard.flatten(1).abs().amax(dim=1).clamp_min(PEAK) / PEAK
        return heard / peaks.view(-1, *[1] * (heard.ndim - 1))

    def as_float(self, waveform: Tensor) -> Tensor:
        """Return waveforms in [-1, 1], float64 if the weights are, else float32."""
        weights = next(self.network.parameters(), waveform)
        dtype = torch.float64 if weights.dtype == torch.float64 else torch.float32
        integer = waveform.dtype == torch.int16
        return waveform.to(dtype) / FULL_SCALE if integer else waveform.to(dtype)

    @property
    def layers(self) -> dict[str, nn.Module]:
        """Return the layers by name: those of the table, or the innermost modules of a custom network."""
        if isinstance(self.network, Network):
            return self.network.layers
        modules = self.network.named_modules()
        return {name: module for name, module in modules if name and not list(module.children())}

    def activations(
        self, waveform: Tensor, layers: Sequence[str] | None = None, batch_size: int = 16
    ) -> Iterator[dict[str, Tensor]]:
        """Yield the activations of layers, batch by batch, so that no more than one batch is in memory.

        waveform : (clips, samples), int16 or float in [-1, 1]
        layers   : names in `layers`, and "cochleagram"; default: all of them
        yields   : {layer: (batch, channel, frequency, time) or (batch, units)}, on the CPU, in eval mode
        raises   : ValueError naming a layer that does not exist or gives no tensor

        The activation of a layer in a table is its output after the ReLU.
        """
        known = self.layers
        wanted = [COCHLEAGRAM, *known] if layers is None else list(layers)
        for name in wanted:
            if name not in known and name != COCHLEAGRAM:
                raise ValueError(f"there is no layer {name!r}; there are {COCHLEAGRAM}, {', '.join(known)}.")
        return self._activations(waveform, wanted, batch_size)

    def _activations(
        self, waveform: Tensor, wanted: list[str], batch_size: int
    ) -> Iterator[dict[str, Tensor]]:
        device = next(self.network.parameters(), waveform).device
        hooked = {name: self.layers[name] for name in wanted if name != COCHLEAGRAM}
        for clips in waveform.split(batch_size):
            training = self.training
            try:
                with recorded(hooked) as found, torch.no_grad():
                    heard = self.eval().cochleagram(clips.to(device))
                    self.network(heard)
            finally:
                self.train(training)
            found |= {COCHLEAGRAM: heard.cpu()} if COCHLEAGRAM in wanted else {}
            absent = [name for name in wanted if name not in found]
            if absent:
                raise ValueError(
                    f"the layers {', '.join(absent)} gave no activation: they did not run, or returned "
                    "no tensor."
                )
            yield {name: found[name] for name in wanted}


def label_probabilities(logits: Tensor, labels: Sequence[str], nulls: bool = False) -> Tensor:
    """Return the probabilities of a task's labels, of the null classes too if `nulls`.

    logits  : (batch, classes), in the order of `labels`
    returns : (batch, labels) float64 on the CPU, since MPS has no float64; softmax over these labels alone:
              rows sum to 1
    raises  : ValueError if a logit is not finite: the labels would get no probability, or all the same
    """
    if not torch.isfinite(logits).all():
        raise ValueError(
            "the network gives logits that are not finite: its weights are too large, or its input is not "
            "finite. Train it again with a lower train.optimizer.learning_rate."
        )
    places = [place for place, label in enumerate(labels) if nulls or not is_null(label)]
    return torch.softmax(logits.cpu().double()[:, places], 1)

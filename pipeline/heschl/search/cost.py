"""What a network costs: parameters and multiplications, found without memory for its weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from heschl.audio import Sound
from heschl.ear.cochleagram import Cochleagram
from heschl.ear.params import CochleagramParams
from heschl.network.branched import Network
from heschl.network.table import NetworkParams
from heschl.params import parse
from heschl.search.params import Budget
from heschl.train.params import TrainParams


@dataclass(frozen=True)
class Cost:
    """Of a network."""

    parameters: int
    macs: int  # multiplications of a clip, forward, from the cochleagram on

    def beyond(self, budget: Budget) -> str | None:
        """Return what exceeds the budget, in words; None if nothing does."""
        for name in ("parameters", "macs"):
            if getattr(self, name) > getattr(budget, name):
                return f"{getattr(self, name):,} {name}, search.budget.{name} is {getattr(budget, name):,}"
        return None


def cost_of(params: NetworkParams, classes: Mapping[str, int], shape: tuple[int, ...]) -> Cost:
    """Return the cost of a table of layers.

    classes : task -> number of classes
    shape   : (frequency, time) of the cochleagram, with two ears (channel, frequency, time)
    raises  : ValueError naming the layer that does not fit
    """
    with torch.device("meta"):
        network = Network(params, classes, shape).eval()
        return Cost(_count(network), _macs(network, torch.zeros(1, *shape)))


def branch_cost(params: NetworkParams, classes: Mapping[str, int], shape: tuple[int, ...]) -> Cost:
    """Return the cost of the branches alone; arguments as of `cost_of`."""
    whole = cost_of(params, classes, shape)
    with torch.device("meta"):
        trunk = Network(params, classes, shape).eval().trunk
        heard = torch.zeros(1, *((1, *shape)[-3:]))
        macs = _macs(trunk, heard) if len(trunk) else 0
    return Cost(whole.parameters - _count(trunk), whole.macs - macs)


def _macs(network: nn.Module, heard: Tensor) -> int:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(heard)
    return counter.get_total_flops() // 2


def parameters_of(params: NetworkParams, classes: Mapping[str, int], shape: tuple[int, ...]) -> int:
    """Return the parameters of a table of layers; arguments as of `cost_of`."""
    with torch.device("meta"):
        return _count(Network(params, classes, shape))


def _count(network: nn.Module) -> int:
    return sum(weight.numel() for weight in network.parameters())


def misfit(params: NetworkParams, shape: tuple[int, ...]) -> str | None:
    """Return the layer whose kernel is larger than what it is applied to, in words; None if all fit."""
    size = list(shape[-2:])
    for layer in params.layers:
        kernel, stride = getattr(layer, "kernel", None), getattr(layer, "stride", None)
        if kernel is None or stride is None:
            continue
        if any(wide > there for wide, there in zip(kernel, size, strict=True)):
            return f"{layer.name} has a kernel of {kernel[0]} by {kernel[1]} on {size[0]} by {size[1]}"
        size = [-(-there // step) for there, step in zip(size, stride, strict=True)]
    return None


@dataclass
class Judge:
    """Tells what the network of a trial costs, and why it is not trained.

    labels : task -> names of its classes, of the tasks that are learned
    budget : what a network may cost
    """

    labels: Mapping[str, Sequence[str]]
    budget: Budget
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)  # of cochleagrams, by their params

    def judge(self, sections: Mapping[str, Any]) -> tuple[Cost | None, str | None]:
        """Return the cost of a trial's network, and why it is not trained; None if it is.

        sections : all of params.yaml, plain, with what the trial drew
        raises   : ParamsError if a section with what the trial drew is not valid
        """
        name = "search.space"
        self.check(sections)
        network = parse("network", sections["network"], NetworkParams, name)
        shape = self.shape(sections, name)
        wrong = misfit(network, shape)
        if wrong:
            return None, wrong
        cost = cost_of(network, {task: len(names) for task, names in self.labels.items()}, shape)
        return cost, cost.beyond(self.budget)

    def check(self, sections: Mapping[str, Any]) -> None:
        """Raise ParamsError if a section, with values that may be drawn, is not valid."""
        parse("train", sections["train"], TrainParams, "search.space")
        self.shape(sections)

    def shape(self, sections: Mapping[str, Any], name: str = "search.space") -> tuple[int, ...]:
        """Return the shape of a trial's cochleagram; raises ParamsError, about `name`."""
        key = repr((sections["sound"], sections["cochleagram"]))
        if key not in self.shapes:
            sound = parse("sound", sections["sound"], Sound, name)
            ear = parse("cochleagram", sections["cochleagram"], CochleagramParams, name)
            self.shapes[key] = Cochleagram(ear, sound).shape
        return self.shapes[key]

"""Table of layers -> shared trunk and a branch for each task.

cochleagram (batch, frequency, time) -> trunk -> branch of each task -> logits (batch, classes)

Each task may leave the trunk at a layer of its own.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from torch import Tensor, nn

from heschl.network.layers import Flatten, Same, SameMean
from heschl.network.normalization import LocalResponseNorm
from heschl.network.presets import PRESETS
from heschl.network.table import (
    INPUT,
    READOUT,
    BatchNorm,
    Conv,
    Dropout,
    Layer,
    Linear,
    MaxPool,
    MeanPool,
    NetworkParams,
    ResponseNorm,
)

Shape = tuple[int, ...]  # (channel, frequency, time) or (units,)


class Network(nn.Module):
    """Cochleagram (batch, frequency, time) -> {task: logits (batch, classes)}.

    With two ears the cochleagram is (batch, channel, frequency, time).

    params  : the table of layers, shared up to `branch_after`; each branch ends in a readout of its classes.
              A layer that one task alone would have of the trunk is in its branch
    classes : task -> number of classes
    shape   : (frequency, time) of the cochleagram, or (channel, frequency, time)
    raises  : ValueError naming the layer that does not fit
    """

    def __init__(self, params: NetworkParams, classes: Mapping[str, int], shape: Shape):
        super().__init__()
        names = [layer.name for layer in params.layers]
        _check_tasks(classes)
        self.parts = parting(names, params.branch_after, classes)
        layers = [_widen(layer, params.width) for layer in params.layers]
        self.shape = shape
        self.trunk, shapes = _stack(layers[: max(self.parts.values())], (1, *shape)[-3:])
        self.branches = nn.ModuleDict()
        for task, count in classes.items():
            shared = self.parts[task]
            branch, (*_, size) = _stack(layers[shared:], shapes[shared])
            branch.add_module(READOUT, nn.Sequential(Flatten(), nn.Linear(math.prod(size), count)))
            self.branches[task] = branch

    @classmethod
    def preset(
        cls,
        name: str,
        classes: Mapping[str, int] | None = None,
        shape: tuple[int, int] | None = None,
        **changes: Any,
    ) -> "Network":
        """Return a network by its name in PRESETS: kell2018, cochcnn9 or small.

        classes : task -> number of classes; default: those of the preset
        shape   : (frequency, time) of the cochleagram; default: that of the preset
        changes : to the preset's params: branch_after, width, layers
        """
        if name not in PRESETS:
            raise ValueError(f"there is no network preset {name!r}; there are {', '.join(PRESETS)}.")
        found = PRESETS[name]
        return cls(replace(found.network, **changes), classes or found.classes, shape or found.shape)

    @property
    def layers(self) -> dict[str, nn.Module]:
        """Return every layer by its name, in order: "conv1" in the trunk, "word.conv4" in a branch."""
        found = dict(self.trunk.named_children())
        return found | {
            f"{task}.{name}": layer
            for task, branch in self.branches.items()
            for name, layer in branch.named_children()
        }

    def forward(self, cochleagram: Tensor, tasks: Iterable[str] | None = None) -> dict[str, Tensor]:
        """Return the logits of each task, or of some tasks, whose branches alone then run."""
        heard = cochleagram[:, None] if cochleagram.ndim == 3 else cochleagram
        shared = {0: heard}
        for place, layer in enumerate(self.trunk, 1):
            heard = layer(heard)
            if place in self.parts.values():
                shared[place] = heard
        wanted = self.branches if tasks is None else tasks
        return {task: self.branches[task](shared[self.parts[task]]) for task in wanted}


def parting(
    names: Sequence[str], branch_after: str | Mapping[str, str], tasks: Iterable[str]
) -> dict[str, int]:
    """Return how many layers each task shares with others.

    names        : of all layers, in order
    branch_after : the last shared layer, of all tasks or of each
    raises       : ValueError naming a layer that does not exist, or a task without one
    """
    _check_names(names)
    tasks = list(tasks)
    if isinstance(branch_after, str):
        branch_after = dict.fromkeys(tasks, branch_after)
    if set(branch_after) != set(tasks):
        raise ValueError(
            f"network.branch_after has {', '.join(branch_after)}; the tasks are {', '.join(tasks)}. Name the "
            "last shared layer of each."
        )
    wrong = [name for name in branch_after.values() if name not in (INPUT, *names)]
    if wrong:
        raise ValueError(
            f"network.branch_after is {wrong[0]!r}; expected {INPUT!r} or one of {', '.join(names)}."
        )
    wanted = {task: 0 if name == INPUT else names.index(name) + 1 for task, name in branch_after.items()}
    last = sorted(wanted.values())[-2] if len(wanted) > 1 else max(wanted.values())
    return {task: min(wanted[task], last) for task in tasks}


def _check_names(names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1 or name in (INPUT, READOUT)})
    if twice:
        raise ValueError(
            f"network.layers: the name {twice[0]!r} is used twice or reserved; "
            "give each layer a name of its own."
        )
    dotted = [name for name in names if "." in name or not name]
    if dotted:
        raise ValueError(
            f"network.layers: the name {dotted[0]!r} is empty or contains a dot, "
            "which a module's name cannot."
        )


def _check_tasks(classes: Mapping[str, int]) -> None:
    if not classes:
        raise ValueError("the network has no task; params.yaml lists them under 'tasks'.")
    for task, count in classes.items():
        if count < 1 or "." in task or not task or hasattr(nn.ModuleDict, task) or task == "training":
            raise ValueError(
                f"task {task!r} has {count} classes; expected at least one class, and a name without a dot "
                "that torch does not use itself."
            )


def _widen(layer: Layer, width: float) -> Layer:
    return replace(layer, filters=max(1, round(width * layer.filters))) if isinstance(layer, Conv) else layer


def _stack(layers: Sequence[Layer], shape: Shape) -> tuple[nn.Sequential, list[Shape]]:
    """Build layers on an input of `shape`; return them, and the shapes of the input and of each output."""
    stack, shapes = nn.Sequential(), [shape]
    for layer in layers:
        if len(shape) == 1 and isinstance(layer, Conv | MaxPool | MeanPool | ResponseNorm):
            raise ValueError(
                f"network.layers: {layer.name!r} ({layer.kind}) comes after a linear layer, which has no "
                "frequency or time."
            )
        stack.add_module(layer.name, _module(layer, shape))
        shape = _shape(layer, shape)
        shapes.append(shape)
    return stack, shapes


def _module(layer: Layer, shape: Shape) -> nn.Module:
    match layer:
        case Conv():
            conv = nn.Conv2d(shape[0], layer.filters, layer.kernel, layer.stride, bias=layer.bias)
            return nn.Sequential(Same(layer.kernel, layer.stride), conv, nn.ReLU())
        case MaxPool():
            pad = Same(layer.kernel, layer.stride, -math.inf)
            return nn.Sequential(pad, nn.MaxPool2d(layer.kernel, layer.stride))
        case MeanPool():
            return SameMean(layer.kernel, layer.stride, layer.count_padding)
        case BatchNorm():
            return (nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d)(shape[0])
        case ResponseNorm():
            return LocalResponseNorm(layer.size, layer.alpha, layer.beta, layer.k)
        case Linear():
            return nn.Sequential(Flatten(), nn.Linear(math.prod(shape), layer.units), nn.ReLU())
        case Dropout():
            return nn.Dropout(layer.share)


def _shape(layer: Layer, shape: Shape) -> Shape:
    """Return the shape of a layer's output."""
    match layer:
        case Conv() | MaxPool() | MeanPool():
            channels = layer.filters if isinstance(layer, Conv) else shape[0]
            strided = zip(shape[1:], layer.stride, strict=True)
            return channels, *(math.ceil(size / stride) for size, stride in strided)
        case Linear():
            return (layer.units,)
    return shape

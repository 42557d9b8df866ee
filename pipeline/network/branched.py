"""Layer table -> shared trunk and one branch a task.

cochleagram (batch, frequency, time) -> trunk -> branch of each task -> logits (batch, classes)
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from pipeline.network.normalization import LocalResponseNorm
from pipeline.network.presets import ARCHITECTURES
from pipeline.params import Count, Positive, Share, parse, section

INPUT = "input"  # the name of what comes before the first layer
READOUT = "readout"  # and of the last layer of each branch


@section
class Conv:
    """Convolution, SAME padding, then ReLU."""

    kind: Literal["conv"]
    name: str
    filters: Count
    kernel: tuple[Count, Count]  # frequency, time
    stride: tuple[Count, Count]


@section
class MaxPool:
    """Maximum over a window, SAME padding."""

    kind: Literal["max_pool"]
    name: str
    kernel: tuple[Count, Count]
    stride: tuple[Count, Count]


@section
class MeanPool:
    """Mean over a window, SAME padding, which counts as zeros or not at all (as in TensorFlow)."""

    kind: Literal["mean_pool"]
    name: str
    kernel: tuple[Count, Count]
    stride: tuple[Count, Count]
    count_padding: bool


@section
class BatchNorm:
    """Batch normalisation of each channel."""

    kind: Literal["batch_norm"]
    name: str


@section
class ResponseNorm:
    """Normalisation over neighbouring channels, in the terms of torch.nn.LocalResponseNorm."""

    kind: Literal["local_response_norm"]
    name: str
    size: Count
    alpha: Positive
    beta: Positive
    k: Positive


@section
class Linear:
    """Fully connected, of height, width, channel flattened in that order, then ReLU."""

    kind: Literal["linear"]
    name: str
    units: Count


@section
class Dropout:
    """Dropout, in training."""

    kind: Literal["dropout"]
    name: str
    share: Share


Layer = Conv | MaxPool | MeanPool | BatchNorm | ResponseNorm | Linear | Dropout


@section
class NetworkParams:
    """Params section `network`: a table of layers."""

    branch_after: str  # the last shared layer, or "input": a network for each task
    width: Positive  # times the filters of every convolution
    layers: tuple[Annotated[Layer, Field(discriminator="kind")], ...]


class Same(nn.Module):
    """Pad (batch, channel, frequency, time) as TensorFlow's SAME: an odd sample goes after."""

    def __init__(self, kernel: Sequence[int], stride: Sequence[int], value: float = 0.0):
        super().__init__()
        self.kernel, self.stride, self.value = tuple(kernel), tuple(stride), value

    def forward(self, image: Tensor) -> Tensor:
        """Return the padded image."""
        pads: list[int] = []
        for size, kernel, stride in zip(
            image.shape[:1:-1], self.kernel[::-1], self.stride[::-1], strict=True
        ):
            total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
            pads += [total // 2, total - total // 2]
        return functional.pad(image, pads, value=self.value) if any(pads) else image


class SameMean(nn.Module):
    """Mean over a window; padding counts as zeros, or not at all."""

    def __init__(self, kernel: Sequence[int], stride: Sequence[int], count_padding: bool):
        super().__init__()
        self.same, self.kernel, self.stride, self.count_padding = (
            Same(kernel, stride),
            tuple(kernel),
            tuple(stride),
            count_padding,
        )

    def forward(self, image: Tensor) -> Tensor:
        """Return the pooled image."""
        mean = functional.avg_pool2d(self.same(image), self.kernel, self.stride)
        if self.count_padding:
            return mean
        return mean / functional.avg_pool2d(
            self.same(torch.ones_like(image[:1, :1])), self.kernel, self.stride
        )


class Flatten(nn.Module):
    """(batch, channel, frequency, time) -> (batch, frequency x time x channel), the released network's order."""

    def forward(self, image: Tensor) -> Tensor:
        """Return the flattened image; what is flat stays."""
        return image.permute(0, 2, 3, 1).flatten(1) if image.ndim == 4 else image


class Network(nn.Module):
    """Cochleagram (batch, frequency, time) -> {task: logits (batch, classes)}.

    params  : the table of layers, shared up to `branch_after`; each branch ends in a readout of its classes
    classes : task -> number of classes
    shape   : (frequency, time) of the cochleagram
    raises  : ValueError naming the layer that does not fit
    """

    def __init__(self, params: NetworkParams, classes: Mapping[str, int], shape: tuple[int, int]):
        super().__init__()
        names = [layer.name for layer in params.layers]
        _check_names(names, params.branch_after)
        _check_tasks(classes)
        layers = [_widen(layer, params.width) for layer in params.layers]
        parting = names.index(params.branch_after) + 1 if params.branch_after != INPUT else 0
        self.trunk, trunk_shape = _stack(layers[:parting], (1, *shape))
        self.branches = nn.ModuleDict()
        for task, count in classes.items():
            branch, size = _stack(layers[parting:], trunk_shape)
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
        """Return a network by name: kell2018, cochcnn9 or small.

        classes, shape : task -> number of classes, (frequency, time); those of the preset if not given
        changes        : to its params: branch_after, width, layers
        """
        if name not in ARCHITECTURES:
            raise ValueError(f"there is no network preset {name!r}; there are {', '.join(ARCHITECTURES)}.")
        found = ARCHITECTURES[name]
        params = replace(parse("network", found["network"], NetworkParams, f"preset {name}"), **changes)
        return cls(params, classes or found["classes"], shape or found["shape"])

    @property
    def layers(self) -> dict[str, nn.Module]:
        """Return every layer by its name, in order: "conv1" of the trunk, "word.conv4" of a branch."""
        found = dict(self.trunk.named_children())
        return found | {
            f"{task}.{name}": layer
            for task, branch in self.branches.items()
            for name, layer in branch.named_children()
        }

    def forward(self, cochleagram: Tensor) -> dict[str, Tensor]:
        """Return the logits of each task."""
        shared = self.trunk(cochleagram[:, None])
        return {task: branch(shared) for task, branch in self.branches.items()}


def _check_names(names: list[str], branch_after: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1 or name in (INPUT, READOUT)})
    if twice:
        raise ValueError(
            f"network.layers: the name {twice[0]!r} is taken twice or reserved; give each layer its own."
        )
    dotted = [name for name in names if "." in name or not name]
    if dotted:
        raise ValueError(
            f"network.layers: the name {dotted[0]!r} is empty or holds a dot, which module names cannot."
        )
    if branch_after not in (INPUT, *names):
        raise ValueError(
            f"network.branch_after is {branch_after!r}; expected {INPUT!r} or one of {', '.join(names)}."
        )


def _check_tasks(classes: Mapping[str, int]) -> None:
    if not classes:
        raise ValueError("the network has no task; params.yaml: 'tasks' lists them.")
    for task, count in classes.items():
        if count < 1 or "." in task or not task or hasattr(nn.ModuleDict, task) or task == "training":
            raise ValueError(
                f"task {task!r} has {count} classes; expected at least one class, a name without a dot, and none of torch's own."
            )


def _widen(layer: Layer, width: float) -> Layer:
    return replace(layer, filters=max(1, round(width * layer.filters))) if isinstance(layer, Conv) else layer


def _stack(layers: Sequence[Layer], shape: tuple[int, ...]) -> tuple[nn.Sequential, tuple[int, ...]]:
    """Build layers on an input of (channel, frequency, time) or (units,); return them and the shape of their output."""
    stack = nn.Sequential()
    for layer in layers:
        if len(shape) == 1 and isinstance(layer, Conv | MaxPool | MeanPool | ResponseNorm):
            raise ValueError(
                f"network.layers: {layer.name!r} ({layer.kind}) comes after a linear layer, which has no frequency or time."
            )
        module, shape = _build(layer, shape)
        stack.add_module(layer.name, module)
    return stack, shape


def _build(layer: Layer, shape: tuple[int, ...]) -> tuple[nn.Module, tuple[int, ...]]:
    match layer:
        case Conv():
            conv = nn.Conv2d(shape[0], layer.filters, layer.kernel, layer.stride)
            return nn.Sequential(Same(layer.kernel, layer.stride), conv, nn.ReLU()), (
                layer.filters,
                *_strided(shape, layer.stride),
            )
        case MaxPool():
            pool = nn.Sequential(
                Same(layer.kernel, layer.stride, -math.inf), nn.MaxPool2d(layer.kernel, layer.stride)
            )
            return pool, (shape[0], *_strided(shape, layer.stride))
        case MeanPool():
            return SameMean(layer.kernel, layer.stride, layer.count_padding), (
                shape[0],
                *_strided(shape, layer.stride),
            )
        case BatchNorm():
            return (nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d)(shape[0]), shape
        case ResponseNorm():
            return LocalResponseNorm(layer.size, layer.alpha, layer.beta, layer.k), shape
        case Linear():
            return nn.Sequential(Flatten(), nn.Linear(math.prod(shape), layer.units), nn.ReLU()), (
                layer.units,
            )
        case Dropout():
            return nn.Dropout(layer.share), shape


def _strided(shape: tuple[int, ...], stride: tuple[int, int]) -> tuple[int, int]:
    return math.ceil(shape[1] / stride[0]), math.ceil(shape[2] / stride[1])

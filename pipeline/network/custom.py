"""A network of one's own, by import path: any nn.Module that maps a cochleagram to one logit vector a task."""

import importlib
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import torch
from pydantic import Discriminator, Tag
from torch import nn

from pipeline.network.branched import Network, NetworkParams
from pipeline.params import section
from pipeline.work import code


@section
class OwnNetwork:
    """Params section `network`, when it is not a table of layers."""

    module: str  # import path "package.module:Class"
    options: dict[str, Any]  # keyword arguments of the class, after (classes, shape)


def _kind(value: Any) -> str:
    return (
        "own network"
        if isinstance(value, OwnNetwork) or (isinstance(value, dict) and "module" in value)
        else "layer table"
    )


NetworkSection = Annotated[
    Annotated[NetworkParams, Tag("layer table")] | Annotated[OwnNetwork, Tag("own network")],
    Discriminator(_kind),
]


def build(
    params: NetworkParams | OwnNetwork, classes: Mapping[str, int], shape: tuple[int, int]
) -> nn.Module:
    """Build the network of params section `network`.

    classes : task -> number of classes
    shape   : (frequency, time) of the cochleagram
    raises  : ValueError where the import path does not lead to an nn.Module, or its output is not one logit vector a task
    """
    if isinstance(params, NetworkParams):
        return Network(params, classes, shape)
    kind = find(params.module)
    try:
        inspect.signature(kind).bind(dict(classes), shape, **params.options)
    except TypeError as error:
        raise ValueError(
            f"network.options do not fit {params.module}(classes, shape, **options): {error}."
        ) from None
    network = kind(dict(classes), shape, **params.options)
    _check(network, params.module, classes, shape)
    return network


def find(path: str) -> type[nn.Module]:
    """Return the class at an import path "package.module:Class"."""
    name, _, attribute = path.partition(":")
    try:
        found = getattr(importlib.import_module(name), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(
            f'network.module {path!r} cannot be imported ({error}); expected "package.module:Class", on the path.'
        ) from error
    if not (isinstance(found, type) and issubclass(found, nn.Module)):
        raise ValueError(f"network.module {path!r} is {found!r}; expected a class of torch.nn.Module.")
    return found


def source(params: NetworkParams | OwnNetwork) -> list[Path]:
    """Return the files that the training of a network of one's own depends on: its class's, and those of its package that this imports."""
    if not isinstance(params, OwnNetwork):
        return []
    kind = find(params.module)
    return sorted({Path(inspect.getsourcefile(kind)), *code(kind.__module__.split(".")[0])})


def _check(network: nn.Module, path: str, classes: Mapping[str, int], shape: tuple[int, int]) -> None:
    training = network.training
    with torch.no_grad():
        logits = network.eval()(torch.zeros(2, *shape))
    network.train(training)
    found = (
        {task: tuple(values.shape) for task, values in logits.items()}
        if isinstance(logits, Mapping)
        else type(logits).__name__
    )
    expected = {task: (2, count) for task, count in classes.items()}
    if found != expected:
        raise ValueError(
            f"network.module {path!r} gives {found} for 2 clips; expected a mapping with {expected}."
        )

"""Custom networks, by import path: any nn.Module that maps a cochleagram to a logit vector for each task."""

import contextlib
import importlib
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import torch
from pydantic import Discriminator, Tag
from torch import nn

from heschl.network.branched import Network
from heschl.network.table import NetworkParams
from heschl.params import section
from heschl.work import code


@section
class CustomNetwork:
    """Params section `network` where it names a class instead of a table of layers."""

    module: str  # import path "package.module:Class"
    options: dict[str, Any]  # keyword arguments of the class, after (classes, shape)


class TrustError(ValueError):
    """A saved network that names code, which nobody has said to trust."""


CUSTOM, TABLE = "custom network", "layer table"  # with a space: params leaves such names out of its errors


def _form(value: Any) -> str:
    custom = isinstance(value, CustomNetwork) or (isinstance(value, dict) and "module" in value)
    return CUSTOM if custom else TABLE


NetworkSection = Annotated[
    Annotated[NetworkParams, Tag(TABLE)] | Annotated[CustomNetwork, Tag(CUSTOM)], Discriminator(_form)
]


def build(
    params: NetworkParams | CustomNetwork,
    classes: Mapping[str, int],
    shape: tuple[int, ...],
    allocate: bool = True,
) -> nn.Module:
    """Build the network of params section `network`.

    classes  : task -> number of classes
    shape    : (frequency, time) of the cochleagram, with two ears (channel, frequency, time)
    allocate : give a table of layers memory for its weights; a class of the user's always has it
    raises   : ValueError if the import path does not lead to an nn.Module, or if its output is not one logit
               vector for each task
    """
    if isinstance(params, NetworkParams):
        with contextlib.nullcontext() if allocate else torch.device("meta"):
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


def check_trust(network: Any) -> None:
    """Raise TrustError if a section `network` of a config names a class: importing it runs its module."""
    if _form(network) == CUSTOM:
        raise TrustError(
            f"network.module is {network['module']!r}: code, which was not imported. If you trust its maker, "
            "allow it: heschl recognize --trust-code; for inputs/models, activations.trust_code: true in "
            "params.yaml; in Python, load_network(folder, trust_code=True)."
        )


def find(path: str) -> type[nn.Module]:
    """Return the class at an import path "package.module:Class"; raises ValueError if it is no nn.Module."""
    name, _, attribute = path.partition(":")
    try:
        found = getattr(importlib.import_module(name), attribute)
    except (ImportError, AttributeError, SyntaxError, TypeError, ValueError) as error:
        raise ValueError(
            f'network.module {path!r} cannot be imported ({error}); expected "package.module:Class" on '
            "Python's path."
        ) from error
    if not (isinstance(found, type) and issubclass(found, nn.Module)):
        raise ValueError(f"network.module {path!r} is {found!r}; expected a class of torch.nn.Module.")
    return found


def source_files(params: NetworkParams | CustomNetwork) -> list[Path]:
    """Return the code of a custom network: the file of its class, and what that imports of its package."""
    if not isinstance(params, CustomNetwork):
        return []
    kind = find(params.module)
    return sorted({Path(inspect.getsourcefile(kind)), *code(kind.__module__.split(".")[0])})


def _check(network: nn.Module, path: str, classes: Mapping[str, int], shape: tuple[int, ...]) -> None:
    """Try the network on two silent clips."""
    training = network.training
    try:
        with torch.no_grad():
            logits = network.eval()(torch.zeros(2, *shape))
    except (RuntimeError, ValueError, TypeError) as error:
        raise ValueError(
            f"network.module {path!r} fails on a cochleagram of shape {(2, *shape)}: {error}"
        ) from error
    network.train(training)
    mapping = isinstance(logits, Mapping)
    found = (
        {task: tuple(values.shape) for task, values in logits.items()} if mapping else type(logits).__name__
    )
    expected = {task: (2, count) for task, count in classes.items()}
    if found != expected:
        raise ValueError(
            f"network.module {path!r} returns {found} for 2 clips; expected a mapping with {expected}."
        )

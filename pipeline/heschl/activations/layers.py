"""The layers of a network: which are measured, and where each lies."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from torch import nn

from heschl.activations.names import EAR
from heschl.network.branched import Network
from heschl.network.hearing import Hearing


class LayersError(ValueError):
    """Layers that do not exist or cannot serve as features; names them and the remedy."""


class Layer(NamedTuple):
    """Where a layer lies."""

    name: str
    branch: str  # "" in the trunk, else the task
    depth: int  # layers between it and the sound; a branch continues the count of the trunk


def locate(
    names: Sequence[str],
    tasks: Sequence[str],
    idle: Collection[str] = (),
    after: Mapping[str, str] | None = None,
) -> list[Layer]:
    """Return where each layer lies: a name that begins with a task and a dot belongs to that task's branch.

    names : all layers of a model, from the sound upward
    idle  : layers that share the depth of the layer before them instead of adding to it
    after : task -> the layer of the trunk that its branch begins after; not named: the last one
    """
    counts: dict[str, int] = {}
    out: list[Layer] = []
    for name in names:
        branch = name.split(".")[0] if "." in name and name.split(".")[0] in tasks else ""
        if branch and branch not in counts and branch in (after or {}):
            counts[branch] = next(layer.depth for layer in out if layer.name == after[branch]) + 1
        depth = counts.get(branch, counts.get("", 0))
        if name in idle:
            depth -= 1
        else:
            counts[branch] = depth + 1
        out.append(Layer(name, branch, depth))
    return out


def locate_in(hearing: Hearing, names: Collection[str]) -> list[Layer]:
    """Return where the named layers of a network lie, in its order; dropout adds no depth."""
    every = locate([EAR, *hearing.layers], list(hearing.labels), _dropout(hearing), _after(hearing))
    return [layer for layer in every if layer.name in names]


def select(hearing: Hearing, names: Sequence[str] | None) -> list[str]:
    """Return the named layers in the network's order; None selects all but dropout, which evaluation skips.

    raises : LayersError naming a layer that does not exist, and those that do
    """
    every = [EAR, *hearing.layers]
    missing = [name for name in names or () if name not in every]
    if missing:
        raise LayersError(
            f"activations.names: the network has no layer {missing[0]!r}. Its layers are {', '.join(every)}."
        )
    dropout = _dropout(hearing)
    return [name for name in every if (name in names if names is not None else name not in dropout)]


def _after(hearing: Hearing) -> dict[str, str]:
    """Return the layer of the trunk after which the branch of each task begins."""
    if not isinstance(hearing.network, Network):
        return {}
    names = [EAR, *(name for name, _ in hearing.network.trunk.named_children())]
    return {task: names[shared] for task, shared in hearing.network.parts.items()}


def _dropout(hearing: Hearing) -> set[str]:
    return {
        name for name, module in hearing.layers.items() if isinstance(module, nn.modules.dropout._DropoutNd)
    }

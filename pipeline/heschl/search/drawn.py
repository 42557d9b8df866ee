"""What a trial is trained with: the sections of its draws, with layers that fit what they are applied to."""

from collections.abc import Mapping, Sequence
from typing import Any

from heschl.search import space
from heschl.search.cost import Judge
from heschl.search.params import Space


def sections_of(
    trial: space.Trial, given: Space, sections: Mapping[str, Any], judge: Judge
) -> dict[str, Any]:
    """Return all of params.yaml, plain, with what a trial draws.

    given    : the space
    sections : all of params.yaml, plain
    """
    found = space.draw(trial, given, sections)
    if given.cut:
        network = found["network"]
        found["network"] = network | {"layers": cut(network["layers"], judge.shape(found))}
    return found


def cut(layers: Sequence[Mapping[str, Any]], shape: Sequence[int]) -> list[dict[str, Any]]:
    """Return layers whose kernels and strides are at most as large as what they are applied to.

    shape : of the cochleagram, (..., frequency, time)
    """
    size, found = list(shape[-2:]), []
    for layer in layers:
        fitted = dict(layer)
        for name in ("kernel", "stride"):
            if name in layer:
                fitted[name] = [min(pair) for pair in zip(layer[name], size, strict=True)]
        size = [-(-there // step) for there, step in zip(size, fitted.get("stride", [1, 1]), strict=True)]
        found.append(fitted)
    return found

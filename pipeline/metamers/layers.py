"""The layers of a network with its ear, as what metamers are made for."""

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from pipeline.audio import FULL_SCALE, PEAK, to_int16
from pipeline.ear.cochleagram import level
from pipeline.metamers.match import Response
from pipeline.network.branched import Network
from pipeline.network.hearing import COCHLEAGRAM, Hearing


def chosen(hearing: Hearing, names: Sequence[str]) -> list[str]:
    """Return the layers of these names; if there are none, the convolutions, dense layers and readouts.

    raises : ValueError naming a layer that does not exist
    """
    known = [COCHLEAGRAM, *hearing.layers]
    for name in names:
        if name not in known:
            raise ValueError(f"metamers.layers: there is no layer {name!r}; there are {', '.join(known)}.")
    weighted = [
        name
        for name, layer in hearing.layers.items()
        if any(weight.ndim > 1 for weight in layer.parameters())
    ]
    return list(names) or weighted


def response_of(hearing: Hearing, name: str) -> Response:
    """Return the response of a layer to waveforms, (sounds, samples) float in [-1, 1].

    name : in `Hearing.layers`, or "cochleagram"
    """
    if name == COCHLEAGRAM:
        return Response(hearing, hearing.ear)
    task = task_of(hearing, name)
    if task is None:
        return Response(hearing, hearing.layers[name])
    return Response(partial(_branch, hearing, task), hearing.layers[name])


def task_of(hearing: Hearing, name: str) -> str | None:
    """Return the task whose branch a layer is in; None for one that tasks share."""
    task, dot, _ = name.partition(".")
    return task if dot and isinstance(hearing.network, Network) and task in hearing.labels else None


def presented(hearing: Hearing, waveform: Tensor) -> Tensor:
    """Return waveforms as they are written and played: 16 bits, (sounds, ...) float32 in [-1, 1].

    Where the ear scales what it hears, they have the level that it scales them to, less if their peak would
    exceed full scale.
    """
    if hearing.ear.params.rms is not None:
        waveform = level(waveform, hearing.ear.params.rms)
        peaks = waveform.flatten(1).abs().amax(dim=1).clamp_min(PEAK) / PEAK
        waveform = waveform / peaks.view(-1, *[1] * (waveform.ndim - 1))
    rounded = to_int16(waveform.detach().cpu().numpy().astype("float64"))
    return torch.from_numpy(rounded.astype("float32") / FULL_SCALE).to(waveform.device)


def _branch(hearing: Hearing, task: str, waveform: Tensor) -> Tensor:
    return hearing.network(hearing.cochleagram(waveform), [task])[task]

"""The layers of a network with its ear, as what metamers are made for."""

import re
from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from heschl.audio import FULL_SCALE, to_int16
from heschl.metamers.columns import NATURAL
from heschl.metamers.match import Response
from heschl.network.branched import Network
from heschl.network.hearing import COCHLEAGRAM, Hearing

FOLDER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def responses_of(hearing: Hearing, names: Sequence[str], sound: Tensor) -> dict[str, Response]:
    """Return the responses of the layers of these names, in the order of the network, each tried on a sound.

    names  : empty: the convolutions, dense layers and readouts, without those that give no response, such as
             parts of an attention layer
    sound  : (samples,) float32
    raises : ValueError naming a layer that does not exist, gives no response or cannot name a folder
    """
    known = [COCHLEAGRAM, *hearing.layers]
    for name in names:
        if name not in known:
            raise ValueError(f"metamers.layers: there is no layer {name!r}; there are {', '.join(known)}.")
    found = {}
    for name in [each for each in known if each in names] or _weighted(hearing):
        if not FOLDER.fullmatch(name) or name == NATURAL:
            raise ValueError(
                f"metamers.layers: the layer {name!r} cannot have a folder of its name: rename it, letters, "
                f"digits, ., _ and - only, and not {NATURAL!r}."
            )
        try:
            found[name] = _tried(hearing, name, torch.stack([sound, sound]))
        except ValueError as error:
            if names:
                raise ValueError(f"metamers.layers: {name!r}: {error}") from None
    return found


def _weighted(hearing: Hearing) -> list[str]:
    layers = hearing.layers.items()
    return [name for name, layer in layers if any(weight.ndim > 1 for weight in layer.parameters())]


def _tried(hearing: Hearing, name: str, sounds: Tensor) -> Response:
    """Return the response of a layer, of its last run if it runs repeatedly."""
    response, runs = response_of(hearing, name), [0]

    def count(*given: object) -> None:
        runs[0] += 1

    hook = response.layer.register_forward_hook(count) if response.layer is not None else None
    try:
        with torch.no_grad():
            response.module(sounds)
            response.whole = runs[0] > 1
            response(sounds)
    finally:
        if hook:
            hook.remove()
    return response


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

    Where the ear scales what it hears, they have the level of `Hearing.scaled`.
    """
    rounded = to_int16(hearing.scaled(waveform).detach().cpu().numpy().astype("float64"))
    return torch.from_numpy(rounded.astype("float32") / FULL_SCALE).to(waveform.device)


def _branch(hearing: Hearing, task: str, waveform: Tensor) -> Tensor:
    return hearing.network(hearing.cochleagram(waveform), [task])[task]

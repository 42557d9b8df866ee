"""What a published audio model is, and what it is once it has weights."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

import numpy as np
from torch import Tensor

from heschl.audio import FULL_SCALE, to_int16

Activations = Callable[[np.ndarray], Mapping[str, Tensor]]


class ModelError(ValueError):
    """A model, its weights or a sound that cannot be used; says what was expected and the remedy."""


class Ready(NamedTuple):
    """A model with weights, on its device, in eval mode.

    rate              : Hz, of the sounds that it hears
    shortest, longest : samples of a sound that it can hear; longest None: no limit
    activations       : (batch, samples) float32 in [-1, 1) -> {layer: (batch, ..., time)}, from the sound
                        upward. Time is the last axis, with the frames of the sound alone and none of padding;
                        (batch, units) where a layer has no time
    record            : what the weights are, for whoever reads the file of activations
    """

    rate: int
    shortest: int
    longest: int | None
    activations: Activations
    record: Mapping[str, str | int | bool]


class AudioModel(Protocol):
    """A published model. `source`: where its weights are published."""

    source: str

    def random(self, seed: int, device: str) -> Ready:
        """Return the published architecture with random weights, without any file."""

    def load(self, weights: str | None, download: bool, device: str) -> Ready:
        """Return the model with published weights.

        weights  : file or folder, or where the model allows it a repository; None: those of `source`
        download : fetch what this machine lacks; without, the network is not used
        raises   : ModelError naming the file and the remedy
        """


def random_record(source: str, seed: int) -> dict[str, str | int | bool]:
    """Return the record of random weights."""
    return {"weights": f"random, in the architecture of {source}", "random": True, "seed": seed}


def as_heard(waveform: np.ndarray) -> np.ndarray:
    """Return a waveform, (samples,) float in [-1, 1), rounded to 16 bits as all sounds of the stages."""
    return to_int16(waveform).astype(np.float32) / FULL_SCALE

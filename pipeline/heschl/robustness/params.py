"""Params section `robustness`."""

from typing import Annotated, Literal

from pydantic import Field

from heschl.network.attack import Norm
from heschl.params import Count, Natural, Positive, Share, section


@section
class Attack:
    """What an adversary may change, and by how much."""

    input: Literal["waveform", "cochleagram"]
    norm: Norm
    epsilons: Annotated[list[Positive], Field(min_length=1)]  # largest norms of a change


@section
class RobustnessParams:
    """Params section `robustness`."""

    seed: Natural  # of the clips, and of what each attack starts from
    clips: Count  # clean test clips of each task
    attacks: Annotated[list[Attack], Field(min_length=1)]
    steps: Count  # of an attack
    rate: Positive  # of a step, as a share of epsilon
    restarts: Count
    batch_size: Count
    resamples: Count  # bootstrap samples, over the sources of the clips
    confidence: Share

"""Params of `encode`."""

from typing import Literal

from pydantic import field_validator

from heschl.encode.sources import names
from heschl.params import Count, Natural, Positive, Share, section


@section
class Floors:
    """The smallest reliabilities that r2 is divided by."""

    response: Positive
    prediction: Positive


@section
class SimulatedParams:
    """Responses that are driven by layers of the network."""

    participants: Count
    voxels: Count  # of each region, in each participant
    repeats: Count
    reliability: Share  # of the mean over repeats
    dimensions: Count  # principal components of the layer
    regions: dict[str, str | None]  # region -> the layer that drives it; null: noise alone


@section
class EncodeParams:
    """Params section `encode`."""

    seed: Natural
    source: str  # a name in SOURCES, or simulated
    folder: str
    sounds: Count  # from the corpus, for simulated responses
    splits: Count
    fit: Count  # sounds
    penalties: Literal["relative", "published"]
    floors: Floors
    resamples: Count
    confidence: Share
    simulated: SimulatedParams

    @field_validator("source")
    @classmethod
    def _registered(cls, name: str) -> str:
        if name not in names():
            raise ValueError(f"expected one of {', '.join(names())}")
        return name

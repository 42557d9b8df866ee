"""Params of `decode`."""

from typing import Annotated, Literal

from pydantic import Field

from heschl.params import Count, Natural, section


@section
class DecodeParams:
    """Params section `decode`."""

    seed: Natural
    source: Literal["clips", "sounds"]
    folder: str  # of the sounds
    clips: Count  # of all tasks together
    lowest_snr_db: float  # of the clips; clean ones are used too
    dimensions: Count  # of the random projection
    bands: Count  # of the cochleagram
    splits: Annotated[int, Field(gt=1)]  # an interval needs two
    test: Annotated[float, Field(gt=0, le=0.5)]  # share of the sources on which a split is scored
    confidence: Annotated[float, Field(gt=0, lt=1)]

"""Params section `retrain`."""

from typing import Annotated

from pydantic import Field, field_validator

from heschl.params import Count, Natural, section
from heschl.search.params import distinct


@section
class RetrainParams:
    """Params section `retrain`."""

    networks: Annotated[list[str], Field(min_length=1)]  # presets, by name or path
    seeds: Annotated[list[Natural], Field(min_length=2)]  # train.seed of the trainings
    threads: Count  # of a training; part of the result
    seed: Natural  # of the resamples
    resamples: Count  # of the sources of the test clips
    confidence: Annotated[float, Field(gt=0, lt=1)]

    _distinct = field_validator("networks", "seeds")(distinct)

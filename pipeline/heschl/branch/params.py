"""Params section `branch`."""

from typing import Annotated

from pydantic import Field, field_validator

from heschl.params import Count, Natural, section
from heschl.search.params import distinct


@section
class BranchParams:
    """Params section `branch`."""

    seeds: Annotated[list[Natural], Field(min_length=2)]  # train.seed of the trainings
    points: list[str]  # last shared layers to compare, or input; empty: input and every layer with weights
    alone: list[str]  # tasks that split off alone; empty: all together and, of three tasks or more, each
    frozen: list[str]  # tasks that are also added to networks of the others, whose layers stay as they are
    epochs: Count  # of each training
    threads: Count  # of a training; part of the result
    tolerance: Annotated[float, Field(gt=0, lt=1)]  # largest difference of parameters of the matched networks
    seed: Natural  # of the resamples
    resamples: Count  # of the sources of the test clips
    confidence: Annotated[float, Field(gt=0, lt=1)]

    _distinct = field_validator("seeds", "alone", "frozen")(distinct)

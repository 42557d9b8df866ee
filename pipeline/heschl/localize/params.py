"""Params section `localize`."""

from typing import Annotated

from pydantic import Field

from heschl.params import Count, Natural, section

Factor = Annotated[float, Field(ge=0.5, le=2.0)]


@section
class LocalizeParams:
    """Params section `localize`."""

    seed: Natural  # of the sounds
    experiments: list[str]  # names in `localize.experiments`; empty: all
    repeats: Count  # sounds of each condition at each place, with another noise
    ears: Annotated[list[Factor | str], Field(min_length=1)]  # new ears: see `localize.ears`
    batch_size: Count  # sounds that the network hears at once

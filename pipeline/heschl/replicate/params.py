"""Params section `replicate`."""

from collections.abc import Sequence

from pydantic import field_validator

from heschl.params import Natural, ParamsError, section


@section
class ReplicateParams:
    """Params section `replicate`."""

    seeds: list[Natural]  # train.seed of further trainings; empty: no conclusion is drawn over seeds

    @field_validator("seeds")
    @classmethod
    def _distinct(cls, seeds: list[int]) -> list[int]:
        if len(set(seeds)) < len(seeds):
            raise ValueError("a seed is listed twice: list each once")
        return seeds


def check_seeds(seeds: Sequence[int], first: int) -> None:
    """Refuse to train again with the seed of models/network; raises ParamsError."""
    if first in seeds:
        raise ParamsError(
            f"params.yaml: replicate.seeds contains {first}, which is train.seed: models/network has been "
            "trained with it. List only further seeds."
        )

"""Params section `search`: the space of networks, the budget, and how trials are drawn and trained."""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import Discriminator, Field, Tag, field_validator

from heschl.params import Count, Ordered, Positive, Share, section

Listed = TypeVar("Listed", list[int], tuple[str, ...])
Finite = Annotated[float, Field(allow_inf_nan=False)]


def distinct(values: Listed) -> Listed:
    """Return a list; raises ValueError if it has an item twice."""
    twice = [value for value in values if values.count(value) > 1]
    if twice:
        raise ValueError(f"{twice[0]!r} is listed twice: list each once")
    return values


@section
class Range(Ordered):
    """Whole numbers from `low` to `high`."""

    low: Count
    high: Count


@section
class Shares(Ordered):
    """Numbers from `low` to `high`, both from 0 to 1."""

    low: Share
    high: Share


@section
class Numbers(Ordered):
    """A value of another section: numbers from `low` to `high`."""

    low: Finite
    high: Finite
    log: bool  # draw the logarithm uniformly
    whole: bool  # whole numbers only

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.log and self.low <= 0:
            raise ValueError(f"low is {self.low}, which has no logarithm")
        if self.whole and (self.low != int(self.low) or self.high != int(self.high)):
            raise ValueError(f"low and high are {self.low} and {self.high}; expected whole numbers")


@section
class Options:
    """A value of another section: one of several."""

    options: Annotated[list[int | float | bool | str | None], Field(min_length=1)]


def _form(value: Any) -> str:
    """Return the form that a value of another section has; errors are then about that form alone."""
    listed = isinstance(value, Options) or (isinstance(value, dict) and "options" in value)
    return "a list" if listed else "a range"


Value = Annotated[
    Annotated[Numbers, Tag("a range")] | Annotated[Options, Tag("a list")], Discriminator(_form)
]


@section
class Filters:
    """Filters of the convolutions."""

    first: Annotated[list[Count], Field(min_length=1)]
    growth: Annotated[list[Positive], Field(min_length=1)]  # factors, one drawn for each further block
    most: Count


@section
class Kernels:
    """Kernels of the convolutions, drawn on a logarithmic scale; time is cut to the largest area."""

    frequency: Range
    time: Range
    area: Count

    def __post_init__(self) -> None:
        if self.frequency.high > self.area:
            raise ValueError(f"frequency.high is {self.frequency.high}, above area, {self.area}")


@section
class Pooling:
    """Pooling after each convolution; a stride of 1 by 1 is no pooling."""

    kinds: Annotated[list[Literal["max_pool", "mean_pool"]], Field(min_length=1)]
    frequency: Range
    time: Range


@section
class Dense:
    """A fully connected layer before the readout."""

    probability: Share
    units: Range


@section
class Space:
    """The networks to draw from: blocks of convolution, pooling and normalization, then dense layers."""

    blocks: Range
    filters: Filters
    kernels: Kernels
    pooling: Pooling
    normalization: Annotated[list[Literal["batch_norm", "local_response_norm", "none"]], Field(min_length=1)]
    dense: Dense
    dropout: Shares
    shared: Shares  # share of the blocks before the branches
    cut: bool  # kernels and strides to the size of what they are applied to
    values: dict[str, Value]  # of `cochleagram` and `train` by name: train.optimizer.weight_decay


@section
class Budget:
    """Networks beyond it are not trained."""

    parameters: Count
    macs: Count  # multiplications of a clip, forward


@section
class SearchParams:
    """Params section `search`."""

    seed: Annotated[int, Field(ge=0, lt=2**32)]  # of the draws
    trials: Count  # networks to train
    sampler: Literal["random", "quasi_random", "tpe"]
    tasks: tuple[str, ...]  # that a network learns; empty: all
    objective: Literal["mean", "front"]  # of the tasks' validation scores: their mean, or each
    epochs: Annotated[tuple[Count, ...], Field(min_length=1)]  # at the end of each rung
    keep: Annotated[float, Field(gt=0, le=1)]  # share of the trials that go on to the next rung
    threads: Count  # of a training; part of the result
    budget: Budget
    space: Space

    _distinct = field_validator("tasks")(distinct)

    @field_validator("epochs")
    @classmethod
    def _rising(cls, epochs: tuple[int, ...]) -> tuple[int, ...]:
        if list(epochs) != sorted(set(epochs)):
            raise ValueError("expected each to be higher than the one before")
        return epochs

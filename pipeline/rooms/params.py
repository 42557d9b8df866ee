"""Params section `rooms`."""

from typing import Annotated

from pydantic import Field

from pipeline.acoustics.materials import MATERIALS
from pipeline.acoustics.walls import Absorption
from pipeline.params import Count, Natural, Positive, Share, section

Elevation = Annotated[float, Field(ge=-90, le=90)]


@section
class Span:
    """A range of lengths, m."""

    low: Positive
    high: Positive

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"low is {self.low}, above high, {self.high}; are they swapped?")


@section
class Directions:
    """The directions that sounds come from, which are the classes of the task `where`."""

    azimuths: Count  # around the head, from straight ahead on
    elevations: Annotated[list[Elevation], Field(min_length=1)]  # degrees above the horizon

    def __post_init__(self) -> None:
        if len(set(self.elevations)) != len(self.elevations):
            raise ValueError(f"elevations has one twice: {self.elevations}")


@section
class RoomsParams:
    """Params section `rooms`; used if `sound.channels` is 2."""

    seed: Natural
    head: str  # kemar, sphere, or the name of a SOFA file in inputs/heads
    refined_deg: Annotated[
        float, Field(ge=0, le=30)
    ]  # directions of the head are interpolated; 0: the nearest
    directions: Directions
    train: Count  # number of rooms
    validation: Count
    test: Count
    repeats: Count  # sources in each direction, at other distances, in each room
    width_m: Span  # of a room, and its length; drawn uniformly in their logarithm
    height_m: Span
    ears_m: Span  # height of the middle of the head
    margin_m: Positive  # from there to the walls, at least
    distance_m: Span  # of a source from the head, as far as there is room
    outdoors: Share  # of the places without walls, only a floor
    order: Natural  # most reflections of a sound; 0: no walls
    length_s: Positive  # of an impulse response
    diffuse: Count  # places that noise comes from at once
    materials: dict[str, Absorption]  # of one's own, beside or instead of those of `acoustics.materials`
    walls: Annotated[list[str], Field(min_length=1)]  # materials to draw from
    floors: Annotated[list[str], Field(min_length=1)]
    ceilings: Annotated[list[str], Field(min_length=1)]

    def __post_init__(self) -> None:
        for name in ("walls", "floors", "ceilings"):
            unknown = [each for each in getattr(self, name) if each not in self.absorptions]
            if unknown:
                raise ValueError(f"{name} has {unknown[0]!r}; expected some of {', '.join(self.absorptions)}")
        if self.width_m.low <= 2 * self.margin_m:
            raise ValueError(
                f"width_m.low is {self.width_m.low}; expected more than twice margin_m, {self.margin_m}: the "
                "head would be nearer to a wall"
            )
        if self.ears_m.high >= self.height_m.low:
            raise ValueError(
                f"ears_m.high is {self.ears_m.high}; expected less than height_m.low, {self.height_m.low}"
            )

    @property
    def absorptions(self) -> dict[str, list[float]]:
        """Return the absorption of all materials in octaves from 125 to 4000 Hz."""
        return MATERIALS | self.materials

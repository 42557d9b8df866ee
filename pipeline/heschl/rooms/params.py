"""Params section `rooms`."""

from typing import Annotated

from pydantic import Field

from heschl.acoustics.materials import MATERIALS
from heschl.acoustics.walls import Absorption
from heschl.params import Count, Natural, Ordered, Positive, Share, section

OPEN = "open"  # material of a wall that is not there
CLEAR_M = 0.1  # from a source to the walls, at least
Refined = Annotated[float, Field(ge=0, le=30)]  # between interpolated directions; 0: the nearest measured one
Elevation = Annotated[float, Field(ge=-89, le=89)]  # at 90 all azimuths are one direction


@section
class Span(Ordered):
    """A range of lengths, m."""

    low: Positive
    high: Positive


@section
class Directions:
    """The directions that sounds come from, which are the classes of the task `where`."""

    azimuths: Count  # around the head, from straight ahead on
    elevations: Annotated[list[Elevation], Field(min_length=1)]  # degrees above the horizon

    def __post_init__(self) -> None:
        if len(set(self.elevations)) != len(self.elevations):
            raise ValueError(f"elevations has one twice: {self.elevations}")
        if any(round(each, 1) != each for each in self.elevations):
            raise ValueError(f"elevations has more than one decimal: {self.elevations}")


@section
class RoomsParams:
    """Params section `rooms`; used if `sound.channels` is 2."""

    seed: Natural
    head: str  # kemar, sphere, or the name of a SOFA file in inputs/heads
    refined_deg: Refined
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
    tail: bool  # whether later reflections follow as noise with the energy that they would have
    length_s: Positive  # of an impulse response
    diffuse: Count  # places that noise comes from at once
    materials: dict[str, Absorption]  # of one's own, beside or instead of those of `acoustics.materials`
    walls: Annotated[list[str], Field(min_length=1)]  # materials to draw from
    floors: Annotated[list[str], Field(min_length=1)]
    ceilings: Annotated[list[str], Field(min_length=1)]

    def __post_init__(self) -> None:
        if 0 < self.refined_deg < 1:
            raise ValueError(f"refined_deg is {self.refined_deg}; expected 0, or 1 degree or more")
        if OPEN in self.materials:
            raise ValueError(f"materials has {OPEN!r}, which is the name of a wall that is not there")
        for name in ("walls", "floors", "ceilings"):
            unknown = [each for each in getattr(self, name) if each not in self.absorptions]
            if unknown:
                raise ValueError(f"{name} has {unknown[0]!r}; expected some of {', '.join(self.absorptions)}")
        if min(self.margin_m, self.ears_m.low, self.height_m.low - self.ears_m.high) <= 2 * CLEAR_M:
            raise ValueError(
                f"margin_m, ears_m.low and height_m.low less ears_m.high are {self.margin_m}, "
                f"{self.ears_m.low} and {self.height_m.low - self.ears_m.high:g}; expected more than "
                f"{2 * CLEAR_M} m each, for a source between the head and a wall"
            )
        if self.width_m.low <= 2 * self.margin_m:
            raise ValueError(
                f"width_m.low is {self.width_m.low}; expected more than twice margin_m, {self.margin_m}: the "
                "head would be nearer to a wall"
            )

    @property
    def absorptions(self) -> dict[str, list[float]]:
        """Return the absorption of all materials in octaves from 125 to 4000 Hz."""
        return MATERIALS | self.materials

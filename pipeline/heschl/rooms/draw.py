"""Params -> rooms, each with a listener and sources all around."""

import math
from dataclasses import dataclass

import numpy as np

from heschl.acoustics import directions
from heschl.acoustics.room import Listener, Room, Source
from heschl.acoustics.walls import Walls
from heschl.corpus.tables import SPLITS
from heschl.rooms.params import CLEAR_M, OPEN, RoomsParams, Span

FIELD_M = 200.0  # size of what is outdoors, with the listener in the middle
STREAM = 17  # of random numbers, apart from those of mixtures


@dataclass(frozen=True)
class Setting:
    """A room with a listener, and the places of sources: each direction in turn, `repeats` times.

    name    : train-0003
    outdoor : whether it has a floor alone
    """

    name: str
    outdoor: bool
    room: Room
    listener: Listener
    sources: tuple[Source, ...]


def settings(params: RoomsParams) -> list[Setting]:
    """Draw the rooms of all splits. One does not depend on how many there are."""
    return [_setting(params, split, number) for split in SPLITS for number in range(getattr(params, split))]


def grid(params: RoomsParams) -> list[tuple[float, float]]:
    """Return azimuth and elevation of each direction, in degrees; azimuth 90 is left."""
    around = [number * 360 / params.directions.azimuths for number in range(params.directions.azimuths)]
    return [(azimuth, elevation) for elevation in params.directions.elevations for azimuth in around]


def _setting(params: RoomsParams, split: str, number: int) -> Setting:
    rng = np.random.default_rng(np.random.SeedSequence([params.seed, SPLITS.index(split), number, STREAM]))
    size = _log(rng, params.width_m), _log(rng, params.width_m), _log(rng, params.height_m)
    place = [float(rng.uniform(params.margin_m, length - params.margin_m)) for length in size[:2]]
    ears = float(rng.uniform(params.ears_m.low, params.ears_m.high))
    walls = [str(rng.choice(params.walls)) for _ in range(4)]
    floor, ceiling = str(rng.choice(params.floors)), str(rng.choice(params.ceilings))
    outdoor = _outdoor(params, split, number)
    made = Walls(*[OPEN] * 4, floor, OPEN) if outdoor else Walls(*walls, floor, ceiling)
    if outdoor:
        size, place = (FIELD_M,) * 3, [FIELD_M / 2] * 2
    materials = params.absorptions | {OPEN: [1.0] * 6}
    listener = Listener((*place, ears), float(rng.uniform(0, 360)))
    sources = tuple(
        Source(azimuth, elevation, _distance(rng, params, size, listener, azimuth, elevation))
        for _ in range(params.repeats)
        for azimuth, elevation in grid(params)
    )
    return Setting(
        f"{split}-{number:04d}", outdoor, Room(size, made, materials, params.order), listener, sources
    )


def _outdoor(params: RoomsParams, split: str, number: int) -> bool:
    """Return whether a room is outdoors: evenly spaced numbers in each split, from a random one on."""
    first = np.random.default_rng(np.random.SeedSequence([params.seed, SPLITS.index(split), STREAM])).random()
    before, after = (math.floor(first + each * params.outdoors) for each in (number, number + 1))
    return after > before


def _log(rng: np.random.Generator, span: Span) -> float:
    """Draw a length, uniform in its logarithm, m."""
    return math.exp(rng.uniform(math.log(span.low), math.log(span.high)))


def _distance(
    rng: np.random.Generator, params: RoomsParams, size: tuple[float, ...], listener: Listener,
    azimuth: float, elevation: float,
) -> float:  # fmt: skip
    """Draw how far away a source is, m: nearer than drawn if a wall is in the way."""
    wanted = float(rng.uniform(params.distance_m.low, params.distance_m.high))
    vector = directions.vectors(azimuth + listener.azimuth, elevation)
    ways = [wanted]
    for part, start, length in zip(vector, listener.position_m, size, strict=True):
        if params.order and abs(part) > 1e-9:
            ways.append(((length if part > 0 else 0) - start - math.copysign(CLEAR_M, part)) / part)
    return max(min(ways), CLEAR_M)

"""Box-shaped rooms: the sound of a source at two ears, by image sources (Allen & Berkley 1979).

A reflection in a flat wall is the sound of a mirror image of the source. Image (i, j, k) is i, j and k
reflections away along x, y and z:

    |  -1  |   0  |   1  |   2  |
    |    o | o    |    o | o    |     o: the source and its images, |: walls and their images
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

import numpy as np
from scipy import fft

from heschl.acoustics import directions
from heschl.acoustics.head import Head
from heschl.acoustics.sphere import SPEED
from heschl.acoustics.walls import Walls, reflection

TAIL_S = 0.012  # that is left to reflections to die away, after the response of the head
CHUNK = 256  # images whose responses are computed together; they fit in a processor's cache


class RoomError(ValueError):
    """A source or a listener that is in no room."""


@dataclass(frozen=True)
class Room:
    """A box with walls, or no walls at all.

    size_m    : along x, y and z
    walls     : what its sides are made of
    materials : absorption of each in octave bands (`walls.OCTAVES_HZ`)
    order     : most reflections of an image; 0: there are no walls
    """

    size_m: tuple[float, float, float]
    walls: Walls
    materials: Mapping[str, Sequence[float]]
    order: int


@dataclass(frozen=True)
class Listener:
    """Where the middle of a head is, m, and the azimuth that it faces, degrees; see `directions`."""

    position_m: tuple[float, float, float]
    azimuth: float


@dataclass(frozen=True)
class Source:
    """Where a sound comes from: a direction from the head, as the listener faces, and a distance."""

    azimuth: float
    elevation: float
    distance_m: float


def position(source: Source, listener: Listener) -> np.ndarray:
    """Return where a source is in the room, (3,) m."""
    vector = directions.vectors(source.azimuth + listener.azimuth, source.elevation)
    return np.asarray(listener.position_m) + source.distance_m * vector


def impulse_response(head: Head, room: Room, listener: Listener, source: Source, samples: int) -> np.ndarray:
    """Return what a click of the source is at the ears, (ears, samples) float64, precise to 1e-6.

    The direct sound begins at once, and is that of the head if the source is `head.distance_m` away. As its
    way is longer, a reflection is later and weaker; it comes from the nearest of the head's directions.
    Delays are whole samples. The low-pass of the air is left out.

    raises : RoomError if listener or source are not within the room
    """
    at = position(source, listener)
    _check(room, listener, at)
    counts, ways = _images(room, at, np.asarray(listener.position_m))
    distances = np.linalg.norm(ways, axis=1)
    delays = np.rint((distances - source.distance_m) / SPEED * head.rate).astype(int)
    heard = np.flatnonzero(delays < samples)
    heard = heard[np.argsort(delays[heard], kind="stable")]
    size = _size(head)
    spectra = _spectra(head, size)
    nearest = head.nearest(directions.turned(ways[heard] / distances[heard, None], listener.azimuth))
    gains = _gains(room, head.rate, size)
    response = np.zeros((2, samples + size))
    weights = (head.distance_m / distances).astype(np.float32)
    for start in range(0, len(heard), CHUNK):
        chosen = heard[start : start + CHUNK]
        i, j, k = (counts[chosen] + room.order).T
        walls = gains[0][i] * gains[1][j]
        walls *= gains[2][k]
        walls *= weights[chosen, None]
        blocks = spectra[nearest[start : start + CHUNK]]
        blocks = fft.irfft(blocks * walls[:, None], size, overwrite_x=True)
        for delay, block in zip(delays[chosen].tolist(), blocks, strict=True):
            response[:, delay : delay + size] += block
    return response[:, :samples]


def _check(room: Room, listener: Listener, source: np.ndarray) -> None:
    if room.order == 0:
        return
    for name, place in (("listener", listener.position_m), ("source", source)):
        for axis, (value, length) in enumerate(zip(place, room.size_m, strict=True)):
            if not 0 < value < length:
                raise RoomError(
                    f"the {name} is at {'xyz'[axis]} = {value:g} m, outside the room, which is "
                    f"{length:g} m long there. Make the room larger, or move it."
                )


def _images(room: Room, source: np.ndarray, listener: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of all images, (images, 3), and the ways from the listener to them, m."""
    counts = _numbers(room.order)
    sizes = np.asarray(room.size_m)
    inside = np.where(counts % 2 == 0, source, sizes - source)
    return counts, counts * sizes + inside - listener


@lru_cache(maxsize=8)
def _numbers(order: int) -> np.ndarray:
    line = np.arange(-order, order + 1)
    grid = np.stack(np.meshgrid(line, line, line, indexing="ij"), axis=-1).reshape(-1, 3)
    return grid[np.abs(grid).sum(axis=1) <= order]


def _gains(room: Room, rate: int, size: int) -> list[np.ndarray]:
    """Return, for each axis, the gains of images -order to order along it, complex (images, bins)."""
    hz = fft.rfftfreq(size, 1 / rate)
    away = np.abs(np.arange(-room.order, room.order + 1))
    near, far = away // 2, (away + 1) // 2  # reflections in the two walls
    before = np.arange(-room.order, room.order + 1) < 0
    found = []
    for pair in room.walls.pairs:
        first, second = (reflection(room.materials[name], hz) for name in pair)
        begin, end = np.where(before, far, near), np.where(before, near, far)
        found.append((first ** begin[:, None] * second ** end[:, None]).astype(np.complex64))
    return found


def _size(head: Head) -> int:
    """Return the number of samples of a block: the response of the head, and a reflection's tail."""
    return fft.next_fast_len(head.responses.shape[-1] + ceil(TAIL_S * head.rate), real=True)


@lru_cache(maxsize=4)
def _spectra(head: Head, size: int) -> np.ndarray:
    return fft.rfft(head.responses.astype(np.float32), size)

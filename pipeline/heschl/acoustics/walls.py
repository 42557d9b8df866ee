"""What walls reflect: absorption in octave bands, and the spectrum of a reflection."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from heschl.acoustics.delays import minimum_phase
from heschl.params import section

OCTAVES_HZ = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0)  # centers of the bands
Absorption = Annotated[list[Annotated[float, Field(ge=0, le=1)]], Field(min_length=6, max_length=6)]


@section
class Walls:
    """What the six sides of a room are made of; names of materials.

    back, front : at x = 0 and at its end;  right, left : at y = 0 and at its end
    """

    back: str
    front: str
    right: str
    left: str
    floor: str
    ceiling: str

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the materials at the beginning and the end of each axis."""
        return (self.back, self.front), (self.right, self.left), (self.floor, self.ceiling)


def absorption(octaves: Sequence[float], hz: np.ndarray) -> np.ndarray:
    """Return the absorbed share of the energy at frequencies, linear in their logarithm between octaves.

    octaves : absorption, 0 to 1, at OCTAVES_HZ; below and above it is that of the nearest octave
    """
    return np.interp(np.log2(np.maximum(hz, OCTAVES_HZ[0] / 2)), np.log2(OCTAVES_HZ), octaves)


def reflection(octaves: Sequence[float], hz: np.ndarray) -> np.ndarray:
    """Return the pressure reflected at frequencies, complex (bins,), from 0 Hz to Nyquist.

    Its gain is sqrt(1 - absorption) for all angles, its delay the least that this gain allows. A wall that
    absorbs everything reflects exactly nothing.
    """
    gains = np.sqrt(1 - absorption(octaves, hz))
    return minimum_phase(gains) if gains.any() else np.zeros(len(hz), complex)


def mean_absorption(
    size_m: Sequence[float], walls: Walls, materials: Mapping[str, Sequence[float]]
) -> tuple[float, np.ndarray]:
    """Return the area of the walls of a room, m2, and their mean absorption in each octave, (octaves,)."""
    x, y, z = size_m
    areas = np.repeat([y * z, x * z, x * y], 2)
    octaves = np.array([materials[name] for pair in walls.pairs for name in pair])
    return float(areas.sum()), areas @ octaves / areas.sum()

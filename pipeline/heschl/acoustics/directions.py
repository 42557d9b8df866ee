"""Directions around a head: azimuth, elevation and unit vectors, and the angles between them.

As in SOFA files: x points ahead, y to the left, z up. Azimuth is counterclockwise as seen from above (90
degrees is left, 270 or -90 right), elevation upward; both in degrees.
"""

import re
from typing import Any

import numpy as np


def vectors(azimuth: Any, elevation: Any) -> np.ndarray:
    """Return unit vectors (..., 3) of directions in degrees, (...,) each."""
    azimuth, elevation = np.radians(np.broadcast_arrays(azimuth, elevation))
    level = np.cos(elevation)
    return np.stack([level * np.cos(azimuth), level * np.sin(azimuth), np.sin(elevation)], axis=-1)


def angles(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return azimuth, 0 to 360, and elevation, -90 to 90, of vectors (..., 3) of any length, in degrees."""
    x, y, z = np.moveaxis(np.asarray(vectors, float), -1, 0)
    return wrapped(np.degrees(np.arctan2(y, x))), np.degrees(np.arctan2(z, np.hypot(x, y)))


def wrapped(azimuth: Any) -> np.ndarray:
    """Return azimuths from 0 up to 360 degrees, 360 excluded."""
    turned = np.mod(np.asarray(azimuth, float), 360)
    return np.where(turned == 360, 0.0, turned)  # of a tiny negative azimuth


def signed(azimuth: Any) -> np.ndarray:
    """Return azimuths above -180 and up to 180 degrees: left is positive, right negative."""
    return 180 - wrapped(180 - np.asarray(azimuth, float))


def great_circle(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the angle between unit vectors (..., 3), degrees; precise also near 0 and 180."""
    apart = np.linalg.norm(np.cross(first, second), axis=-1)
    return np.degrees(np.arctan2(apart, (first * second).sum(-1)))


def label(azimuth: float, elevation: float) -> str:
    """Return the name of a direction in degrees: azimuth 90, elevation 0 is "090+00"."""
    return f"{azimuth:03.4g}{elevation:+03.4g}"


def of_labels(labels: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return azimuths and elevations, degrees, of names of directions.

    raises : ValueError naming one that is none
    """
    found = []
    for name in labels:
        match = re.fullmatch(r"(\d+\.?\d*)([+-]\d+\.?\d*)", name)
        if not match:
            raise ValueError(f"{name!r} is not a direction; expected azimuth and elevation, such as 090+00.")
        found.append([float(part) for part in match.groups()])
    azimuths, elevations = np.array(found).reshape(-1, 2).T
    return azimuths, elevations


def folded(azimuth: Any) -> np.ndarray:
    """Return azimuths as if from ahead, -90 to 90 degrees: those from behind are mirrored to the front."""
    return np.degrees(np.arcsin(np.sin(np.radians(azimuth))))


def turned(vectors: np.ndarray, azimuth: float) -> np.ndarray:
    """Return vectors (..., 3) in the coordinates of a head that faces `azimuth`, degrees."""
    cosine, sine = np.cos(np.radians(azimuth)), np.sin(np.radians(azimuth))
    x, y, z = np.moveaxis(np.asarray(vectors, float), -1, 0)
    return np.stack([cosine * x + sine * y, cosine * y - sine * x, z], axis=-1)

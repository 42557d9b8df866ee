"""A head: what a sound from each direction becomes at its two ears."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import cos, radians

import numpy as np
from scipy.spatial import ConvexHull, QhullError, cKDTree

from heschl.acoustics import directions
from heschl.acoustics.delays import advanced, onsets
from heschl.audio import resample

LEFT, RIGHT = 0, 1  # order of the ears in every array
MIRROR = np.array([1, -1, 1])  # of vectors, in the median plane
SAME = 1e-9  # between vectors of one direction, at most


class HeadError(ValueError):
    """A head that cannot be used; the message says why, and what to do."""


@dataclass(frozen=True, eq=False)
class Head:
    """Head-related impulse responses, measured or computed, far from any wall.

    name      : of the head
    vectors   : where each comes from, (directions, 3) unit vectors: ahead, left, up
    responses : (directions, ears, taps) float64; the left ear first
    rate      : of the samples, Hz
    distance_m: of the sources; nearer ones are heard as louder, and otherwise the same
    citation  : of the set
    """

    name: str
    vectors: np.ndarray
    responses: np.ndarray
    rate: int
    distance_m: float
    citation: str = ""

    def nearest(self, vectors: np.ndarray) -> np.ndarray:
        """Return which directions are nearest to unit vectors (..., 3): int, (...,)."""
        return self._tree.query(vectors)[1]

    def response(self, azimuth: float, elevation: float) -> np.ndarray:
        """Return the response to the nearest direction to one in degrees, (ears, taps)."""
        return self.responses[self.nearest(directions.vectors(azimuth, elevation))]

    def at_rate(self, rate: int) -> "Head":
        """Return the head for sounds at another sample rate, with the same gain at each frequency."""
        if rate == self.rate:
            return self
        flat = self.responses.reshape(-1, self.responses.shape[-1]) * (self.rate / rate)
        changed = np.stack([resample(each, self.rate, rate) for each in flat]).astype(float)
        return replace(self, responses=changed.reshape(*self.responses.shape[:2], -1), rate=rate)

    def refined(self, step: float) -> "Head":
        """Return the head with directions everywhere on the sphere, about `step` degrees apart.

        A response is the mean of those at the corners of the triangle of directions around it, weighted by
        nearness, with their delays taken out and their mean delay put in. Where nothing was measured, as
        below a head, triangles are large and the responses a guess, or there is none and it is the nearest.
        At measured directions it is as measured.

        raises : HeadError if the directions lie in a plane
        """
        wanted = rings(step)
        taken = self._tree.query(wanted)[0] > SAME
        found = np.concatenate([self.responses, self.toward(wanted[taken])])
        return replace(self, vectors=np.concatenate([self.vectors, wanted[taken]]), responses=found)

    def toward(self, vectors: np.ndarray) -> np.ndarray:
        """Return the responses to unit vectors (vectors, 3), interpolated as by `refined`.

        raises : HeadError if the directions lie in a plane
        """
        apart, nearest = self._tree.query(vectors)
        found = self.responses[nearest]
        between = apart > SAME
        if between.any():
            found[between] = self._blended(*self._corners(vectors[between]))
        return found

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(self.vectors)

    def _corners(self, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the directions around unit vectors and their weights, which sum to 1: (vectors, corners).

        Where the directions are symmetric, the corners are those of the vector and of its mirror image, so
        that the result does not depend on how squares of directions are cut into triangles.
        """
        places, weights = self._triangle(wanted)
        apart, mirrored = self._tree.query(self.vectors * MIRROR)
        if apart.max() > SAME:
            return places, weights
        others, more = self._triangle(wanted * MIRROR)
        return np.hstack([places, mirrored[others]]), np.hstack([weights, more]) / 2

    @cached_property
    def _triangles(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the corners of triangles of directions, (triangles, 3), and inverses of their vectors."""
        try:
            triangles = ConvexHull(self.vectors).simplices
        except QhullError:
            raise HeadError(
                f"{self.name} has directions in one plane alone: they cannot be interpolated. Set "
                "rooms.refined_deg to 0."
            ) from None
        corners = self.vectors[triangles]
        solid = np.abs(np.linalg.det(corners)) > 1e-12
        return triangles[solid], np.linalg.inv(corners[solid])

    @cached_property
    def _delays(self) -> np.ndarray:
        return onsets(self.responses)

    def _triangle(self, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the corners of the triangle that a unit vector is in, and their weights, (vectors, 3)."""
        triangles, inverse = self._triangles
        chosen, shares = [], []
        for vector in wanted:
            inside = vector @ inverse  # (triangles, 3): all are positive in the triangle around it
            best = inside.min(axis=1).argmax()
            part = np.maximum(inside[best], 0)
            if inside[best].min() < -1e-6:  # below all directions: no triangle is around it
                triangle, part = [self.nearest(vector)] * 3, np.array([1.0, 0.0, 0.0])
            else:
                triangle = triangles[best]
            chosen.append(triangle)
            shares.append(part / part.sum())
        return np.array(chosen).reshape(-1, 3), np.array(shares).reshape(-1, 3)

    def _blended(self, places: np.ndarray, weights: np.ndarray) -> np.ndarray:
        delays = self._delays
        found = np.zeros((len(places), *self.responses.shape[1:]))
        for corner, share in zip(places.T, weights.T, strict=True):
            mean = (weights[:, :, None] * delays[places]).sum(axis=1)
            found += share[:, None, None] * advanced(self.responses[corner], delays[corner] - mean)
        return found


def rings(step: float) -> np.ndarray:
    """Return unit vectors (directions, 3) all over the sphere, about `step` degrees apart, in rings.

    They are symmetric: left and right, ahead and behind, above and below.
    """
    found = []
    for elevation in np.linspace(-90, 90, round(180 / step) + 1):
        count = max(1, 2 * round(180 * cos(radians(elevation)) / step))
        found.append(directions.vectors(np.arange(count) * 360 / count, elevation))
    return np.concatenate(found)

"""A network's probabilities of directions, and the answers that follow from them."""

from dataclasses import dataclass

import numpy as np

SIDE = 90.001  # degrees; up to there a direction is ahead


@dataclass(frozen=True, eq=False)
class Answers:
    """Probabilities of directions, of each sound.

    probabilities : (sounds, directions)
    azimuth       : of each direction, degrees, -180 to 180: left is positive
    elevation     : of each, degrees
    """

    probabilities: np.ndarray
    azimuth: np.ndarray
    elevation: np.ndarray

    def among(self, chosen: np.ndarray) -> "Answers":
        """Return the answers if only some directions are possible, as listeners were told; chosen : mask."""
        left = self.probabilities[:, chosen]
        total = left.sum(axis=1, keepdims=True)
        even = np.full_like(left, 1 / left.shape[1])
        shares = np.divide(left, total, out=even, where=total > 0)
        return Answers(shares, self.azimuth[chosen], self.elevation[chosen])

    def horizontal(self) -> "Answers":
        """Return the answers among directions ahead, at the height of the ears or nearest to it."""
        level = np.abs(self.elevation)
        return self.among((np.abs(self.azimuth) < SIDE) & (level == level.min()))

    def best(self) -> tuple[np.ndarray, np.ndarray]:
        """Return azimuth and elevation of the most probable direction of each sound, degrees."""
        place = self.probabilities.argmax(axis=1)
        return self.azimuth[place], self.elevation[place]

    def mean_azimuth(self) -> np.ndarray:
        """Return the mean azimuth over the probabilities of each sound, degrees; for directions ahead."""
        return self.probabilities @ self.azimuth

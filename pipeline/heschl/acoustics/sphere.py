"""A rigid sphere as a head, in theory: for tests of physics, and where no measured head is wanted.

The sound is a plane wave, and an ear a point on the surface (Duda & Martens 1998, Journal of the Acoustical
Society of America 104(5), 3048-3058, for infinite distance). There are no pinnae: ahead and behind, above and
below are the same to both ears on a cone around their axis.
"""

from math import ceil

import numpy as np
from scipy import fft
from scipy.special import eval_legendre, spherical_jn, spherical_yn

from heschl.acoustics.head import Head, rings

RADIUS_M = 0.0875
SPEED = 343.0  # of sound, m/s
EARS = np.array([[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]])  # where they are on the sphere
CITATION = "Duda & Martens 1998, Journal of the Acoustical Society of America 104(5), 3048-3058"
LEAD = 16  # samples before the earliest sound: each response is band-limited and extends to both sides


def sphere(rate: int, step: float = 5.0, radius_m: float = RADIUS_M) -> Head:
    """Return a spherical head.

    rate     : Hz
    step     : degrees between neighboring directions
    radius_m : of the sphere
    """
    vectors = rings(step)
    cosines = vectors @ EARS.T
    reach = rate * radius_m / SPEED
    taps = fft.next_fast_len(ceil(2 * LEAD + 8 * reach), real=True)
    size = 4 * taps
    hz = fft.rfftfreq(size, 1 / rate)
    unique, where = np.unique(np.round(cosines, 12), return_inverse=True)
    gains = transfer(hz, unique, radius_m)
    delay = np.exp(-2j * np.pi * hz / rate * (LEAD + reach))
    gains = gains * delay
    gains[:, -1] = gains[:, -1].real
    responses = fft.irfft(gains, size)[:, :taps]
    return Head("sphere", vectors, responses[where.reshape(cosines.shape)], rate, 1.0, CITATION)


def transfer(hz: np.ndarray, cosines: np.ndarray, radius_m: float = RADIUS_M) -> np.ndarray:
    """Return the pressure on a rigid sphere over that at its center without it, (points, frequencies).

    hz      : (frequencies,) from 0 on
    cosines : of the angles between the source and each point, (points,)
    """
    found = np.ones((len(cosines), len(hz)), complex)
    audible = hz > 0
    mu = 2 * np.pi * hz[audible] * radius_m / SPEED
    total = np.zeros((len(cosines), len(mu)), complex)
    for order in range(ceil(mu.max() + 8 * mu.max() ** (1 / 3) + 12)):
        slope = _hankel_slope(order, mu)
        term = np.where(np.isfinite(slope), (-1j) ** (order - 1) * (2 * order + 1) / slope, 0)
        total += eval_legendre(order, cosines)[:, None] * term
    found[:, audible] = np.conj(total / mu**2)
    return found


def _hankel_slope(order: int, mu: np.ndarray) -> np.ndarray:
    """Return the derivative of the spherical Hankel function of the first kind; may overflow."""
    with np.errstate(over="ignore", invalid="ignore"):
        return spherical_jn(order, mu, True) + 1j * spherical_yn(order, mu, True)

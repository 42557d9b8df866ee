"""The sphere against the recurrence of Duda and Martens, far away, and Woodworth's formula."""

import numpy as np
import pytest

from heschl.acoustics import directions
from heschl.acoustics.delays import onsets
from heschl.acoustics.head import LEFT, MIRROR, RIGHT
from heschl.acoustics.sphere import RADIUS_M, SPEED, sphere, transfer


def duda_and_martens(hz, cosine, distance_m, threshold=1e-14):
    """The program printed in their appendix, for a source at a distance."""
    mu, rho = 2 * np.pi * hz * RADIUS_M / SPEED, distance_m / RADIUS_M
    zr, za = 1 / (1j * mu * rho), 1 / (1j * mu)
    qr2, qr1, qa2, qa1 = zr, zr * (1 - zr), za, za * (1 - za)
    p2, p1 = 1.0, cosine
    total = zr / (za * (za - 1)) + (3 * cosine * zr * (zr - 1)) / (za * (2 * za**2 - 2 * za + 1))
    ratios, m = [1.0, 1.0], 2
    while max(ratios) > threshold:
        qr, qa = -(2 * m - 1) * zr * qr1 + qr2, -(2 * m - 1) * za * qa1 + qa2
        p = ((2 * m - 1) * cosine * p1 - (m - 1) * p2) / m
        term = ((2 * m + 1) * p * qr) / ((m + 1) * za * qa - qa1)
        total += term
        ratios, m = [ratios[1], abs(term) / abs(total)], m + 1
        qr2, qr1, qa2, qa1, p2, p1 = qr1, qr, qa1, qa, p1, p
    return rho * np.exp(-1j * mu) * total / (1j * mu)


@pytest.mark.parametrize("hz", [200.0, 1000.0, 4000.0, 12000.0])
@pytest.mark.parametrize("degrees", [0, 45, 90, 150, 180])
def test_the_pressure_on_the_sphere_is_that_of_the_published_program(hz, degrees):
    cosine = np.cos(np.radians(degrees))
    found = transfer(np.array([0.0, hz]), np.array([cosine]))[0]
    wanted = duda_and_martens(hz, cosine, 2000 * RADIUS_M)
    assert found[0] == 1
    np.testing.assert_allclose(np.abs(found[1]), np.abs(wanted), rtol=0.01)


def test_the_sound_is_doubled_at_the_near_ear_at_high_frequencies_and_unchanged_at_low_ones():
    gains = np.abs(transfer(np.array([0.0, 20.0, 20000.0]), np.array([1.0])))[0]
    np.testing.assert_allclose(gains, [1, 1, 2], rtol=0.01)


@pytest.mark.parametrize("rate", [16000, 44100, 48000])
def test_the_interaural_delay_of_a_click_is_that_of_woodworth_within_30_us(rate):
    head = sphere(rate)
    degrees = np.arange(-90, 91, 15.0)
    delays = onsets(head.responses[head.nearest(directions.vectors(degrees, 0))]) / rate
    found = delays[:, RIGHT] - delays[:, LEFT]
    wanted = RADIUS_M / SPEED * (np.radians(degrees) + np.sin(np.radians(degrees)))
    np.testing.assert_allclose(found, wanted, atol=30e-6)


def test_ahead_and_behind_are_alike_and_left_mirrors_right():
    head = sphere(16000)
    behind = head.nearest(head.vectors * [-1, 1, 1])
    np.testing.assert_allclose(head.responses[behind], head.responses, atol=1e-9)
    mirrored = head.nearest(head.vectors * MIRROR)
    np.testing.assert_allclose(head.responses[mirrored][:, ::-1], head.responses, atol=1e-9)


def test_a_larger_head_has_longer_delays():
    small, large = sphere(44100, radius_m=0.07), sphere(44100, radius_m=0.1)
    delays = [onsets(head.response(90, 0)) @ [-1, 1] for head in (small, large)]
    assert delays[1] / delays[0] == pytest.approx(0.1 / 0.07, rel=0.03)

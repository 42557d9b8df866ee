"""Late reverberation against the images that it stands for, and against the theory of a diffuse field."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import signal

from heschl.acoustics.decay import reverberation_time
from heschl.acoustics.head import LEFT, RIGHT, rings
from heschl.acoustics.kemar import kemar
from heschl.acoustics.materials import MATERIALS
from heschl.acoustics.room import Listener, Room, Source, _images, impulse_response, position
from heschl.acoustics.sphere import RADIUS_M, SPEED, sphere
from heschl.acoustics.tail import BANDS_HZ, Energy, energy, tail
from heschl.acoustics.walls import Walls, absorption

WALLS = Walls("brick", "wood", "glass", "plasterboard", "wood", "plasterboard")
DEAD = Walls("curtain", "wood", "glass", "plasterboard", "carpet", "tiles")
SIZE = (5.0, 4.0, 3.0)
ROOM = Room(SIZE, WALLS, MATERIALS, 10)
LISTENER, SOURCE = Listener((1.6, 1.7, 1.3), 20.0), Source(40.0, 10.0, 1.2)
RATE, SAMPLES = 8000, 2400


def counted(room, bands, windows):
    """Return the energy of images of more than 10 reflections in windows of 50 ms, (bands, windows)."""
    counts, ways = _images(room, position(SOURCE, LISTENER), np.array(LISTENER.position_m))
    late = np.abs(counts).sum(axis=1) > 10
    number, distance = np.abs(counts[late]), np.linalg.norm(ways[late], axis=1)
    begin = np.where(counts[late] < 0, (number + 1) // 2, number // 2)
    found = []
    for band in bands:
        lost = np.array([[absorption(MATERIALS[name], band) for name in pair] for pair in room.walls.pairs])
        kept = (1 - lost[:, 0]) ** begin * (1 - lost[:, 1]) ** (number - begin)
        weights = kept.prod(axis=1) / distance**2
        found.append(np.histogram(distance / SPEED, np.arange(windows + 1) * 0.05, weights=weights)[0])
    return np.array(found)


@pytest.mark.parametrize(
    ("size", "walls", "order", "tolerance"),
    [
        (SIZE, WALLS, 60, [0.1, 0.03, 0.03, 0.03, 0.03]),
        ((6.0, 5.0, 2.4), DEAD, 85, [1.5] + [0.25] * 8),  # first, few images, which matter little
    ],
)
def test_its_energy_is_that_of_the_images_that_are_left_out(size, walls, order, tolerance):
    chosen, windows = [0, 9, 15], len(tolerance) + 1
    late = energy(replace(ROOM, size_m=size, walls=walls), windows * 0.05 + 0.01)
    steps = (np.arange(windows * 1000) + 0.5) * 5e-5
    fine = np.stack([np.interp(steps, late.times, late.bands[band]) for band in chosen])
    found = fine.reshape(3, windows, 1000).mean(axis=2) * 0.05
    wanted = counted(Room(size, walls, MATERIALS, order), BANDS_HZ[chosen], windows)
    assert found[:, 0] == pytest.approx(0)
    apart = np.abs(found[:, 1:] / wanted[:, 1:] - 1)
    assert (apart < tolerance).all(), apart


@pytest.mark.parametrize(("walls", "tolerance_db"), [(WALLS, 2.5), (DEAD, 4.0)])
def test_a_low_order_with_it_decays_as_a_high_order_without(walls, tolerance_db):
    head = sphere(RATE)
    full = impulse_response(head, Room(SIZE, walls, MATERIALS, 60), LISTENER, SOURCE, SAMPLES)
    room = Room(SIZE, walls, MATERIALS, 10)
    early, late = impulse_response(head, room, LISTENER, SOURCE, SAMPLES), energy(room, 0.31)
    rngs = map(np.random.default_rng, range(8))
    found = [early + tail(head, late, SOURCE.distance_m, SAMPLES, rng) for rng in rngs]
    for hz in (500, 1000, 2000):
        sos = signal.butter(3, [hz / 2**0.5, hz * 2**0.5], "band", fs=RATE, output="sos")
        windows = [
            np.mean([np.square(signal.sosfilt(sos, each)).reshape(2, 4, 600).sum((0, 2)) for each in some], 0)
            for some in ([full], [early], found)
        ]
        wanted, without, levels = 10 * np.log10(windows)
        np.testing.assert_allclose(levels, wanted, atol=tolerance_db)
        assert without[-1] < wanted[-1] - 20
        times = [reverberation_time(each[LEFT], RATE, hz) for each in found]
        assert np.mean(times) == pytest.approx(reverberation_time(full[LEFT], RATE, hz), rel=0.2)


@pytest.mark.parametrize("head", [sphere(RATE), kemar().at_rate(RATE)], ids=lambda head: head.name)
def test_the_ears_have_the_spectra_and_the_coherence_of_a_diffuse_field(head):
    steady = Energy(np.array([0.0, 99.0]), np.ones((len(BANDS_HZ), 2)))
    found = tail(head, steady, 1.0, 10 * RATE, np.random.default_rng(1)) * (RATE**0.5 / head.distance_m)
    hz, across = signal.csd(found[LEFT], found[RIGHT], RATE, nperseg=256)
    powers = [signal.welch(ear, RATE, nperseg=256)[1] for ear in found]
    every = np.fft.rfft(head.responses[head.nearest(rings(3))], 256)  # of directions all around
    wanted = [np.square(np.abs(every[:, ear])).mean(axis=0) for ear in (LEFT, RIGHT)]
    inner = slice(4, -4)
    for power, one in zip(powers, wanted, strict=True):
        np.testing.assert_allclose(power[inner] * RATE / 2, one[inner], rtol=0.25)
    coherence = across / np.sqrt(powers[0] * powers[1])
    both = (np.conj(every[:, LEFT]) * every[:, RIGHT]).mean(axis=0) / np.sqrt(wanted[0] * wanted[1])
    np.testing.assert_allclose(coherence[inner], both[inner], atol=0.12)
    if head.name == "sphere":
        low = (hz > 100) & (hz < 350)
        turns = 2 * np.pi * hz[low] / SPEED * 3 * RADIUS_M  # the way around it at low frequencies
        np.testing.assert_allclose(coherence[low].real, np.sin(turns) / turns, atol=0.12)


def test_it_depends_on_the_noise_alone_and_is_absent_without_walls():
    open_, head = Room(SIZE, WALLS, MATERIALS, 0), sphere(RATE)
    assert not tail(head, energy(open_, 0.2), 1.0, 800, np.random.default_rng(1)).any()
    late = energy(Room(SIZE, WALLS, MATERIALS, 3), 0.2)
    one, same, other = (tail(head, late, 1.0, 800, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.corrcoef(one[0], other[0])[0, 1] < 0.2
    floor = Walls(*["open"] * 4, "wood", "open")
    outdoors = energy(Room((200.0,) * 3, floor, MATERIALS | {"open": [1.0] * 6}, 10), 0.5)
    assert outdoors.bands.max() < 1e-9 * late.bands.max()

"""Rooms against a slow, plain image-source model, and against what physics says of them."""

from itertools import product

import numpy as np
import pytest

from heschl.acoustics import directions
from heschl.acoustics.decay import energy_decay, eyring, reverberation_time, sabine
from heschl.acoustics.delays import minimum_phase, onsets
from heschl.acoustics.head import LEFT, RIGHT
from heschl.acoustics.kemar import kemar
from heschl.acoustics.room import Listener, Room, RoomError, Source, _size, impulse_response, position
from heschl.acoustics.sphere import RADIUS_M, SPEED, sphere
from heschl.acoustics.walls import OCTAVES_HZ, Walls, absorption, mean_absorption, reflection

RATE = 16000
KEMAR = kemar().at_rate(RATE)
MATERIALS = {
    "brick": [0.03, 0.03, 0.03, 0.04, 0.05, 0.07],
    "carpet": [0.02, 0.06, 0.14, 0.37, 0.60, 0.65],
    "curtain": [0.07, 0.31, 0.49, 0.75, 0.70, 0.60],
    "tile": [0.20, 0.40, 0.70, 0.80, 0.60, 0.40],
    "open": [1.0] * 6,
}
MIXED = Walls("brick", "curtain", "tile", "brick", "carpet", "tile")
SIZE = (5.3, 4.1, 2.9)
LISTENER = Listener((2.2, 1.7, 1.5), 35.0)
SOURCE = Source(70.0, 10.0, 1.1)


def plain(head, room, listener, source, samples):
    """Mirror the source in one wall after the other, and add what comes from each image by its DFT."""
    ears, place = np.asarray(listener.position_m), position(source, listener)
    images = {(0, 0, 0): (place, np.zeros(6, int))}
    for _ in range(room.order):
        for (number, (image, hits)), axis, side in product(list(images.items()), range(3), (0, 1)):
            wall = side * room.size_m[axis]
            # beyond which wall an image lies tells in which it was mirrored last; again in it leads back
            mirrored, count = image.copy(), hits.copy()
            mirrored[axis] = 2 * wall - image[axis]
            count[2 * axis + side] += 1
            key = list(number)
            key[axis] = int(np.floor(mirrored[axis] / room.size_m[axis]))
            if sum(map(abs, key)) == count.sum():
                images.setdefault(tuple(key), (mirrored, count))
    size = _size(head)
    turns = -2j * np.pi * np.outer(np.arange(size), np.arange(size)) / size
    hz = np.arange(size // 2 + 1) * head.rate / size
    walls = [name for pair in room.walls.pairs for name in pair]
    spectra = [minimum_phase(np.sqrt(1 - absorption(room.materials[name], hz))) for name in walls]
    response = np.zeros((2, samples + size))
    for image, hits in images.values():
        way = image - ears
        distance = np.sqrt(way @ way)
        azimuth, elevation = directions.angles(way)
        seen = directions.vectors(azimuth - listener.azimuth, elevation)
        ear = head.responses[directions.great_circle(seen, head.vectors).argmin()]
        delay = round((distance - source.distance_m) / SPEED * head.rate)
        if delay >= samples:
            continue
        padded = np.zeros((2, size))
        padded[:, : ear.shape[-1]] = ear
        spectrum = padded @ np.exp(turns)
        gain = np.prod([each**count for each, count in zip(spectra, hits, strict=True)], axis=0)
        gain = np.concatenate([gain, np.conj(gain[1 : size - size // 2][::-1])])
        block = (spectrum * gain @ np.exp(-turns)).real / size
        response[:, delay : delay + size] += head.distance_m / distance * block
    return len(images), response[:, :samples]


@pytest.mark.parametrize(("order", "count"), [(0, 1), (1, 7), (3, 63), (4, 129)])
def test_a_response_is_that_of_the_plain_model(order, count):
    room = Room(SIZE, MIXED, MATERIALS, order)
    images, wanted = plain(KEMAR, room, LISTENER, SOURCE, 2000)
    found = impulse_response(KEMAR, room, LISTENER, SOURCE, 2000)
    assert images == count
    np.testing.assert_allclose(found, wanted, atol=1e-6 * np.abs(wanted).max())


def test_in_a_free_field_the_response_is_that_of_the_head():
    room = Room(SIZE, MIXED, MATERIALS, 0)
    for azimuth, elevation in ((0, 0), (90, 0), (245, -20), (0, 90)):
        source = Source(azimuth, elevation, KEMAR.distance_m)
        found = impulse_response(KEMAR, room, Listener((0, 0, 0), 0), source, 400)
        wanted = KEMAR.response(azimuth, elevation)
        np.testing.assert_allclose(found[:, : wanted.shape[1]], wanted, atol=1e-6 * np.abs(wanted).max())
        assert np.abs(found[:, wanted.shape[1] :]).max() < 1e-6 * np.abs(wanted).max()


def test_walls_that_absorb_everything_are_no_walls():
    opened = Room((6.0, 6.0, 6.0), Walls(*["open"] * 6), MATERIALS, 4)
    listener, source = Listener((3, 3, 3), 0), Source(30, 0, 1.4)
    found = impulse_response(KEMAR, opened, listener, source, 1000)
    free = impulse_response(KEMAR, Room(opened.size_m, opened.walls, MATERIALS, 0), listener, source, 1000)
    np.testing.assert_array_equal(found, free)


def test_a_mirrored_scene_is_heard_with_the_ears_exchanged():
    walls = Walls("brick", "curtain", "tile", "tile", "carpet", "tile")
    room = Room(SIZE, walls, MATERIALS, 6)
    for head, y in product((KEMAR, sphere(RATE)), (2.05, 1.31)):
        here, there = Listener((2.2, y, 1.5), 15.0), Listener((2.2, SIZE[1] - y, 1.5), -15.0)
        found = impulse_response(head, room, here, Source(40, 20, 1.1), 4000)
        mirrored = impulse_response(head, room, there, Source(-40, 20, 1.1), 4000)
        np.testing.assert_allclose(mirrored[::-1], found, atol=1e-9 * np.abs(found).max())


@pytest.mark.parametrize("facing", range(0, 360, 45))
@pytest.mark.parametrize("azimuth", range(0, 360, 45))
def test_a_source_is_heard_from_its_direction_however_the_head_is_turned(facing, azimuth):
    """Also where both angles sum to more than 180 degrees, where a published program errs."""
    listener = Listener((2.6, 2.0, 1.5), facing)
    source = Source(azimuth, 0, 1.4)
    found = impulse_response(KEMAR, Room(SIZE, MIXED, MATERIALS, 2), listener, source, 50)
    direct = KEMAR.response(azimuth, 0)[:, :50]
    np.testing.assert_allclose(found, direct, atol=1e-5 * np.abs(direct).max())
    way = position(source, listener) - listener.position_m
    bearing = directions.wrapped(np.degrees(np.arctan2(way[1], way[0])))
    assert abs(directions.signed(bearing - azimuth - facing)) < 1e-9


def test_the_interaural_delay_of_a_click_in_a_room_is_that_of_woodworth():
    head = sphere(44100)
    room = Room(SIZE, MIXED, MATERIALS, 3)
    for degrees in (-75, -30, 0, 45, 90):
        found = impulse_response(head, room, LISTENER, Source(degrees, 0, 1.0), 120)
        delays = onsets(found)
        wanted = RADIUS_M / SPEED * (np.radians(degrees) + np.sin(np.radians(degrees)))
        assert (delays[RIGHT] - delays[LEFT]) / 44100 == pytest.approx(wanted, abs=30e-6)


def test_a_reflection_arrives_when_and_as_loud_as_its_way_is_long():
    floor = Room(
        (30.0, 30.0, 30.0), Walls(*["open"] * 4, "brick", "open"), {"brick": [0.19] * 6, "open": [1.0] * 6}, 1
    )
    head = sphere(RATE)
    listener, source = Listener((15, 15, 2.0), 0), Source(0, 0, 3.0)
    found = impulse_response(head, floor, listener, source, 800)
    way = np.hypot(3.0, 4.0)
    late = round((way - 3.0) / SPEED * RATE)
    below = head.response(0, -np.degrees(np.arctan2(4.0, 3.0)))
    wanted = 0.9 * head.distance_m / way * below
    np.testing.assert_allclose(
        found[:, late : late + below.shape[1]], wanted, atol=2e-3 * np.abs(found).max()
    )


@pytest.mark.parametrize("share", [0.3, 0.5])
@pytest.mark.parametrize("size", [(5.0, 4.0, 3.0), (4.0, 4.0, 4.0)])
def test_the_energy_falls_as_eyring_says_within_a_fifth(share, size):
    head, materials, walls = sphere(8000), {"all": [share] * 6}, Walls(*["all"] * 6)
    area, mean = mean_absorption(size, walls, materials)
    listener, source = Listener((1.2, 1.1, 1.3), 0), Source(40, 10, 2.8)
    found = impulse_response(head, Room(size, walls, materials, 40), listener, source, 6000)
    times = [reverberation_time(ear, head.rate, 1000) for ear in found]
    np.testing.assert_allclose(times, eyring(size, area, mean[3]), rtol=0.2)


def test_reverberation_time_and_formulas():
    rate = 8000
    noise = np.random.default_rng(0).normal(size=2 * rate) * 10 ** (-3 * np.arange(2 * rate) / rate / 0.7)
    assert reverberation_time(noise, rate, 1000) == pytest.approx(0.7, rel=0.05)
    assert energy_decay(noise)[0] == 0
    with pytest.raises(ValueError, match="the response is silent"):
        reverberation_time(0 * noise, rate, 1000)
    assert sabine((5, 4, 3), 94, 0.1) == pytest.approx(0.161 * 60 / 9.4, rel=0.01)
    assert eyring((5, 4, 3), 94, 0.01) == pytest.approx(sabine((5, 4, 3), 94, 0.01), rel=0.01)


def test_absorption_is_that_of_the_octaves_and_linear_between_them():
    octaves = MATERIALS["carpet"]
    np.testing.assert_allclose(absorption(octaves, np.array(OCTAVES_HZ)), octaves)
    between = absorption(octaves, np.array([0.0, 60.0, 125 * 2**0.5, 4000 * 2**0.5, 16000.0]))
    np.testing.assert_allclose(between, [0.02, 0.02, 0.04, 0.65, 0.65])
    hz = np.linspace(0, 8000, 257)
    np.testing.assert_allclose(np.abs(reflection(octaves, hz)) ** 2, 1 - absorption(octaves, hz))


@pytest.mark.parametrize(
    ("place", "azimuth", "message"),
    [((7, 1, 1), 0, "the listener is at x = 7 m"), ((2, 3.5, 1), 90, "the source is at y = 4.6 m")],
)
def test_what_is_outside_the_room_is_an_error(place, azimuth, message):
    with pytest.raises(RoomError, match=message):
        impulse_response(
            KEMAR, Room(SIZE, MIXED, MATERIALS, 1), Listener(place, 0), Source(azimuth, 0, 1.1), 100
        )

"""Rooms: what is drawn fits, and responses are those of the acoustics, whatever was interrupted."""

from dataclasses import replace

import numpy as np
import pytest

from heschl.acoustics.room import impulse_response, position
from heschl.acoustics.sphere import SPEED, sphere
from heschl.acoustics.tail import energy
from heschl.audio import Sound
from heschl.params import ParamsError, load, parse, plain
from heschl.rooms.draw import grid, settings
from heschl.rooms.params import CLEAR_M, Directions, RoomsParams
from heschl.rooms.read import Rooms, heard
from heschl.rooms.responses import head_of, write_rooms

DEFAULT = load("rooms", RoomsParams)
SMALL = replace(
    DEFAULT, head="sphere", directions=Directions(8, [0.0, 45.0]), train=2, validation=1, test=1, order=2,
    length_s=0.02,
)  # fmt: skip
SOUND = Sound(8000, 0.5, channels=2)


def test_listeners_and_sources_are_within_their_rooms_and_outdoors_there_is_a_floor_alone():
    drawn = settings(replace(DEFAULT, train=60, repeats=2))
    for split, count in (("train", 60), ("validation", 4), ("test", 6)):
        outdoors = sum(each.outdoor for each in drawn if each.name.startswith(split))
        assert abs(outdoors - DEFAULT.outdoors * count) < 1
    for each in drawn:
        assert len(each.sources) == 2 * 72
        walls = set(np.ravel(each.room.walls.pairs)) - {each.room.walls.floor}
        assert (walls == {"open"}) == each.outdoor
        for source in each.sources:
            at = position(source, each.listener)
            assert (at > CLEAR_M - 1e-9).all()
            assert (at < np.array(each.room.size_m) - CLEAR_M + 1e-9).all()
            assert source.distance_m <= DEFAULT.distance_m.high
        to_walls = [
            *each.listener.position_m[:2],
            *(np.array(each.room.size_m) - each.listener.position_m)[:2],
        ]
        assert min(to_walls) >= DEFAULT.margin_m


def test_a_room_does_not_depend_on_how_many_there_are():
    few, many = settings(SMALL), settings(replace(SMALL, train=5))
    assert {each.name: each for each in many}.items() >= {each.name: each for each in few}.items()


def test_responses_are_those_of_the_table_and_go_on_after_an_interruption(tmp_path):
    listed = write_rooms(SMALL, SOUND, tmp_path / "heads", tmp_path)
    rooms, head = Rooms(tmp_path), sphere(8000)
    table = rooms.places()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(listed)
    assert table.direction.tolist()[:3] == ["000+00", "045+00", "090+00"]
    assert table.groupby("split").room.nunique().to_dict() == {"train": 2, "validation": 1, "test": 1}
    one = settings(SMALL)[1]
    tails = [
        rooms.responses("train-0001")[place]
        - impulse_response(head, one.room, one.listener, one.sources[place], 160)
        for place in (5, 6)
    ]
    late = energy(one.room, 0.05)
    for each, source in zip(tails, one.sources[5:7], strict=True):
        since = np.arange(160) / 8000 + source.distance_m / SPEED
        wanted = np.interp(since, late.times, late.bands.mean(axis=0)).sum() / 8000
        wanted *= 2 * np.square(head.responses[0, 0]).sum()
        assert np.square(each).sum() == pytest.approx(wanted, rel=0.8)
    assert abs(np.corrcoef(tails[0][0], tails[1][0])[0, 1]) < 0.3  # each place has its own noise
    (tmp_path / "train-0000.npy").unlink()
    before = (tmp_path / "train-0001.npy").stat().st_mtime_ns, (tmp_path / "places.parquet").read_bytes()
    write_rooms(SMALL, SOUND, tmp_path / "heads", tmp_path)
    assert before == (
        (tmp_path / "train-0001.npy").stat().st_mtime_ns,
        (tmp_path / "places.parquet").read_bytes(),
    )


def test_without_a_tail_responses_are_those_of_the_images(tmp_path):
    write_rooms(replace(SMALL, tail=False), SOUND, tmp_path, tmp_path)
    one = settings(SMALL)[1]
    wanted = impulse_response(sphere(8000), one.room, one.listener, one.sources[5], 160)
    found = Rooms(tmp_path).responses("train-0001")[5]
    np.testing.assert_allclose(found, wanted, atol=1e-6 * np.abs(wanted).max())


def test_with_one_channel_there_are_no_rooms(tmp_path):
    assert write_rooms(SMALL, replace(SOUND, channels=1), tmp_path, tmp_path) == [
        "places.parquet",
        "rooms.json",
    ]
    assert len(Rooms(tmp_path).places()) == 0
    assert Rooms(tmp_path).about() == {}


def test_what_is_heard_is_the_convolution_of_what_was_emitted_before_too():
    rng = np.random.default_rng(0)
    response, emitted = rng.normal(size=(2, 50)), rng.normal(size=249)
    wanted = [np.convolve(emitted, ear)[49:249] for ear in response]
    np.testing.assert_allclose(heard(emitted, response), wanted, atol=1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"walls": ["cheese"]}, "walls has 'cheese'; expected some of brick"),
        ({"width_m": {"low": 2.0, "high": 5.0}}, "width_m.low is 2.0; expected more than twice margin_m"),
        ({"width_m": {"low": 9.0, "high": 5.0}}, "are they swapped"),
        ({"ears_m": {"low": 1.0, "high": 2.5}}, "height_m.low less ears_m.high"),
        ({"margin_m": 0.05}, "a source between the head and a wall"),
        ({"refined_deg": 0.5}, "refined_deg is 0.5"),
        ({"materials": {"open": [0.0] * 6}}, "materials has 'open'"),
        ({"directions": {"azimuths": 4, "elevations": [90.0]}}, "elevations"),
        ({"directions": {"azimuths": 4, "elevations": [0.25]}}, "more than one decimal"),
        ({"directions": {"azimuths": 4, "elevations": [0, 0]}}, "elevations has one twice"),
        ({"materials": {"brick": [0.1]}}, "materials.brick"),
        ({"diffuse": 0}, "rooms.diffuse"),
    ],
)
def test_bad_params_are_named(change, message):
    with pytest.raises(ParamsError, match=message):
        parse("rooms", plain(DEFAULT) | change, RoomsParams)


def test_a_head_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ParamsError, match=r"rooms.head is 'mine.sofa'; expected kemar, sphere or a file in"):
        head_of(replace(SMALL, head="mine.sofa"), SOUND, tmp_path)
    with pytest.raises(ParamsError, match=r"rooms.head is '../mine.sofa'"):
        head_of(replace(SMALL, head="../mine.sofa"), SOUND, tmp_path)


def test_directions_may_be_interpolated(tmp_path):
    fine = head_of(replace(SMALL, refined_deg=2.0), SOUND, tmp_path)
    assert len(fine.vectors) > 2 * len(sphere(8000).vectors)
    assert len(grid(SMALL)) == 16


def test_a_missing_folder_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="dvc repro rooms"):
        Rooms(tmp_path)

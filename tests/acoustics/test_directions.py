import numpy as np
import pytest

from heschl.acoustics import directions


@pytest.mark.parametrize(
    ("azimuth", "elevation", "vector"),
    [
        (0, 0, (1, 0, 0)),
        (90, 0, (0, 1, 0)),  # left, as in SOFA files
        (-90, 0, (0, -1, 0)),
        (270, 0, (0, -1, 0)),
        (180, 0, (-1, 0, 0)),
        (0, 90, (0, 0, 1)),
    ],
)
def test_angles_are_those_of_sofa_files(azimuth, elevation, vector):
    np.testing.assert_allclose(directions.vectors(azimuth, elevation), vector, atol=1e-15)


def test_angles_of_vectors_are_those_they_were_made_from():
    azimuth, elevation = np.meshgrid(np.arange(0, 360, 7.0), np.arange(-85, 86, 5.0))
    found = directions.angles(3.7 * directions.vectors(azimuth, elevation))
    np.testing.assert_allclose(found, (azimuth, elevation), atol=1e-10)


def test_azimuths_are_wrapped_into_one_turn_or_given_a_sign():
    assert directions.wrapped([-1e-20, -90, 360, 725]).tolist() == [0, 270, 0, 5]
    assert directions.signed([180, -180, 270, 181, -0.5]).tolist() == [180, 180, -90, -179, -0.5]


def test_great_circle_is_that_of_the_arc_cosine():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 200, 3))
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second /= np.linalg.norm(second, axis=1, keepdims=True)
    wanted = np.degrees(np.arccos((first * second).sum(1)))
    np.testing.assert_allclose(directions.great_circle(first, second), wanted, atol=1e-6)
    assert directions.great_circle(first, first).max() < 1e-6
    np.testing.assert_allclose(directions.great_circle(first, -first), 180)


@pytest.mark.parametrize("facing", range(0, 360, 30))
def test_a_head_that_turns_hears_everything_turned_back(facing):
    seen = directions.turned(directions.vectors(np.arange(0, 360, 10.0), 20.0), facing)
    azimuth, elevation = directions.angles(seen)
    apart = directions.signed(azimuth - (np.arange(0, 360, 10.0) - facing))
    np.testing.assert_allclose(apart, 0, atol=1e-9)
    np.testing.assert_allclose(elevation, 20)


def test_azimuths_from_behind_are_mirrored_to_the_front_and_names_of_directions_are_read():
    found = directions.folded([0, 30, 150, 180, 200, 270, 350])
    np.testing.assert_allclose(found, [0, 30, 30, 0, -20, -90, -10], atol=1e-9)
    names = [directions.label(*each) for each in ((90, 0), (7.5, -20), (355, 12.5))]
    assert names == ["090+00", "7.5-20", "355+12.5"]
    np.testing.assert_allclose(directions.of_labels(names), [[90, 7.5, 355], [0, -20, 12.5]])
    with pytest.raises(ValueError, match="'__nowhere__' is not a direction"):
        directions.of_labels(["__nowhere__"])

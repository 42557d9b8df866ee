from dataclasses import replace

import numpy as np
import pytest

from heschl.acoustics import directions
from heschl.acoustics.delays import advanced, minimum_phase, onsets
from heschl.acoustics.head import LEFT, MIRROR, RIGHT, HeadError
from heschl.acoustics.kemar import AZIMUTHS, kemar


def test_kemar_has_the_directions_of_gardner_and_martin():
    head = kemar()
    azimuth, elevation = directions.angles(head.vectors)
    assert head.responses.shape == (710, 2, 512)
    assert (head.rate, head.distance_m) == (44100, 1.4)
    assert {e: int((np.rint(elevation) == e).sum()) for e in AZIMUTHS} == AZIMUTHS
    assert directions.great_circle(head.vectors[100], directions.vectors(azimuth[100], elevation[100])) < 1e-6


def test_kemar_hears_a_sound_from_the_left_first_and_loudest_in_the_left_ear():
    head = kemar()
    for azimuth in range(20, 161, 20):
        response = head.response(azimuth, 0)
        delays, energy = onsets(response), np.square(response).sum(axis=1)
        assert delays[LEFT] < delays[RIGHT]
        assert energy[LEFT] > energy[RIGHT]


def test_kemar_is_symmetric():
    head = kemar()
    mirrored = head.nearest(head.vectors * MIRROR)
    np.testing.assert_array_equal(head.responses[mirrored][:, ::-1], head.responses)


def test_nearest_is_that_of_the_smallest_angle():
    head, rng = kemar(), np.random.default_rng(0)
    wanted = rng.normal(size=(50, 3))
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    angles = directions.great_circle(wanted[:, None], head.vectors[None])
    np.testing.assert_array_equal(head.nearest(wanted), angles.argmin(axis=1))


@pytest.mark.parametrize("rate", [16000, 32000, 48000])
def test_at_another_rate_a_head_has_the_same_gain_at_each_frequency(rate):
    head, hz = kemar(), np.array([300.0, 1000.0, 3000.0, 6000.0])
    chosen = head.nearest(directions.vectors([0, 60, 300], [0, 20, -10]))

    def gains(responses, of_rate):
        turns = np.exp(-2j * np.pi * np.outer(hz, np.arange(responses.shape[-1])) / of_rate)
        return 20 * np.log10(np.abs(responses @ turns.T))

    found = gains(head.at_rate(rate).responses[chosen], rate)
    np.testing.assert_allclose(found, gains(head.responses[chosen], head.rate), atol=0.2)
    assert head.at_rate(head.rate) is head


def test_a_refined_head_is_as_measured_where_it_was_measured_and_symmetric_elsewhere():
    head = kemar().at_rate(16000)
    fine = head.refined(5.0)
    assert len(fine.vectors) > 2 * len(head.vectors)
    np.testing.assert_array_equal(fine.responses[fine.nearest(head.vectors)], head.responses)
    apart, mirrored = fine._tree.query(fine.vectors * MIRROR)
    assert apart.max() < 1e-9
    np.testing.assert_allclose(fine.responses[mirrored][:, ::-1], fine.responses, atol=1e-12)
    spread = directions.great_circle(fine.vectors[fine.nearest(SPHERE)], SPHERE)
    assert spread.max() < 5.0


def test_directions_left_out_are_guessed_from_their_neighbors_better_than_by_the_nearest():
    """Ten degrees apart, up to 4 kHz, whose response KEMAR has at five."""
    head = kemar().at_rate(8000)
    azimuth, elevation = directions.angles(head.vectors)
    at_ten = (np.rint(azimuth) % 10 == 0) & (np.abs(elevation) < 21)
    missing = np.flatnonzero(~at_ten & (np.abs(elevation) < 11))
    coarse = type(head)("coarse", head.vectors[at_ten], head.responses[at_ten], head.rate, head.distance_m)
    places, weights = coarse._corners(head.vectors[missing])
    truth = head.responses[missing]

    def error(guessed):
        return np.square(guessed - truth).sum() / np.square(truth).sum()

    guessed = error(coarse._blended(places, weights))
    assert guessed < 0.25 * error(coarse.responses[coarse.nearest(head.vectors[missing])])
    assert guessed < 0.02


def test_below_all_directions_the_nearest_is_taken_and_a_ring_alone_is_an_error():
    head = kemar().at_rate(8000)
    above = head.vectors[:, 2] > 0.1
    half = replace(head, vectors=head.vectors[above], responses=head.responses[above])
    fine = half.refined(15.0)
    assert np.isfinite(fine.responses).all()
    left, below = half.response(90, 10), fine.response(90, -60)
    np.testing.assert_allclose(below, half.responses[half.nearest(directions.vectors(90, -60))], atol=1e-9)
    assert np.abs(left - below).max() < np.abs(left).max()
    level = np.abs(head.vectors[:, 2]) < 1e-9
    with pytest.raises(HeadError, match="in one plane alone"):
        replace(head, vectors=head.vectors[level], responses=head.responses[level]).refined(5.0)


def test_a_delay_of_part_of_a_sample_is_that_of_a_finer_rate():
    rng = np.random.default_rng(1)
    fine = np.convolve(rng.normal(size=400), np.hanning(60), "same") * np.hanning(400)
    early, late = fine[0::4], np.concatenate([np.zeros(3), fine])[0:400:4]
    np.testing.assert_allclose(advanced(late, 0.75), early, atol=0.01 * np.abs(fine).max())


def test_onsets_are_the_delays_that_responses_were_given():
    rng = np.random.default_rng(2)
    gains = np.exp(0.3 * np.cumsum(rng.normal(size=257)) / 8)
    response = np.fft.irfft(minimum_phase(gains))[:256]
    delayed = np.stack([advanced(response, -delay) for delay in (3.0, 10.5, 40.25)])
    np.testing.assert_allclose(onsets(delayed), (3.0, 10.5, 40.25), atol=0.13)


def test_minimum_phase_is_that_of_a_filter_with_its_zeros_inside_the_circle():
    taps = np.poly([0.5, -0.7, 0.3 + 0.4j, 0.3 - 0.4j]).real
    spectrum = np.fft.rfft(taps, 512)
    np.testing.assert_allclose(minimum_phase(np.abs(spectrum)), spectrum, atol=1e-9)


SPHERE = np.random.default_rng(3).normal(size=(500, 3))
SPHERE /= np.linalg.norm(SPHERE, axis=1, keepdims=True)

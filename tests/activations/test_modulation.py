"""The filters against convolutions in time and frequency, ripples and modulated noise."""

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.signal import hilbert

from heschl import params
from heschl.activations.modulation import (
    Filter,
    ModulationFilters,
    ModulationParams,
    by_filter,
    features,
)
from heschl.activations.transfer import temporal
from heschl.audio import Sound
from tests.activations.test_transfer import mexican_hat

PARAMS = ModulationParams(
    envelope_hz=100.0, channels_per_octave=8, rates_hz=(2.0, 8.0, 32.0), scales=(0.2, 0.4, 0.8)
)  # dense enough for closed forms
DEFAULT = params.load("modulation", ModulationParams, Path(__file__).parents[2] / "params.yaml")


@pytest.fixture(scope="module")
def bank(sound):
    return ModulationFilters(PARAMS, sound)


@pytest.fixture(scope="module")
def default():
    return ModulationFilters(DEFAULT, Sound(sample_rate=16000, clip_s=2.0))


def ripple(bank, rate, scale, direction, envelope_hz=100.0):
    """A cochleagram (channels, frames) of one ripple, of amplitude 1."""
    octaves, seconds = np.log2(bank.frequencies_hz)[:, None], np.arange(bank.ear.frames) / envelope_hz
    return torch.from_numpy(
        np.cos(2 * np.pi * (rate * seconds + (scale if direction == "down" else -scale) * octaves))
    )


def test_powers_are_those_of_convolutions_in_time_and_frequency(bank):
    """Directions as (h g -+ their Hilbert transforms) / 2, convolved along one axis after the other."""
    channels, frames = len(bank.frequencies_hz), bank.ear.frames
    heard = np.random.default_rng(0).standard_normal((channels, frames)) + 1
    found = bank.of_cochleagrams(torch.from_numpy(heard)[None])[0]
    octaves = np.arange(-2048, 2048) / 8
    for number, (rate, scale, direction) in enumerate(bank.filters):
        time = np.fft.ifft(temporal(rate, 100.0, frames)).real
        time = hilbert(np.r_[np.zeros(len(time) // 2), time[: len(time) // 2]])
        frequency = hilbert(mexican_hat(scale, octaves) / 8)[2048 - channels + 1 : 2048 + channels]
        signed = frequency if direction == "down" else frequency.conj()
        rows = np.array(
            [
                np.convolve(column, signed, "valid")
                for column in np.pad(heard, ((channels - 1,) * 2, (0, 0))).T
            ]
        ).T
        padded = np.fft.fft(rows, 2 * len(time)) * np.fft.fft(
            time, 2 * len(time)
        )  # long enough: a plain convolution
        response = np.fft.ifft(padded).real / 2
        near = (
            1e-5 if rate < 20 else 1e-3
        )  # cut off at half of the frame rate, a response is as long as it is computed
        np.testing.assert_allclose(
            found[number], (response**2).sum(1) / frames, rtol=near, err_msg=str(bank.filters[number])
        )


@pytest.mark.parametrize(
    ("rate", "scale", "direction"),
    [(4.0, 1.0, "up"), (16.0, 0.5, "down"), (64.0, 2.0, "up"), (8.0, 4.0, "down")],
)
def test_a_ripple_excites_its_own_filter_most(default, rate, scale, direction):
    power = default.of_cochleagrams(ripple(default, rate, scale, direction, 400.0)[None])[0]
    middle = power[:, 60:-60].mean(1)
    own = default.filters.index(Filter(rate, scale, direction))
    assert middle.argmax() == own
    assert middle[own] == pytest.approx(
        0.5, rel=0.1
    )  # mean square of an amplitude of 1, less what its edges spread to other filters
    other = default.filters.index(Filter(rate, scale, "down" if direction == "up" else "up"))
    assert middle[other] < 0.02 * middle[own]


def test_noise_modulated_at_4_hz_has_most_power_at_4_hz(default):
    time, rng = np.arange(32000) / 16000, np.random.default_rng(0)
    modulator = 1 + np.sin(2 * np.pi * 4 * time)
    waveforms = np.round(2000 * modulator * rng.standard_normal((3, 32000))).astype(np.int16)
    power = by_filter(default.power(waveforms, 2)).reshape(3, 9, 7)
    assert (power.sum(2).argmax(1) == DEFAULT.rates_hz.index(4.0)).all()


def test_a_rising_tone_moves_up(default):
    time = np.arange(32000) / 16000
    rising = np.round(8000 * np.sin(2 * np.pi * 200 * 2 ** (2 * time) / (2 * np.log(2)))).astype(
        np.int16
    )  # 2 octaves a second
    power = default.power(np.stack([rising, rising[::-1]]), 2).mean(2).reshape(2, 9, 7, 2)
    up, down = power[:, DEFAULT.rates_hz.index(4.0), DEFAULT.scales.index(2.0)].T
    assert up[0] > 5 * down[0]
    assert down[1] > 5 * up[1]


def test_nothing_wraps_around(bank):
    """An event has the same power at the end as at the start; neither ends nor edges of the axis meet."""
    heard = torch.zeros(4, len(bank.frequencies_hz), bank.ear.frames, dtype=torch.float64)
    heard[0, 20, 0] = heard[1, 20, -1] = heard[2, 20, 0] = heard[2, 20, -1] = heard[3, -1, 0] = 1
    first, last, both, top = bank.of_cochleagrams(heard)
    torch.testing.assert_close(last, first, rtol=1e-9, atol=1e-15)
    fast = [number for number, each in enumerate(bank.filters) if each.rate_hz >= 8]
    torch.testing.assert_close(both[fast], first[fast] + last[fast], rtol=0.01, atol=1e-12)
    dense = [number for number, each in enumerate(bank.filters) if each.scale >= 0.4]
    assert (top[dense, 0] < 1e-4 * top[dense, -1]).all()  # the tail of an oriented filter, over 7 octaves
    torch.testing.assert_close(top[:, -20:], first[:, 1:21], rtol=1e-9, atol=1e-15)


def test_power_is_that_of_the_sounds_alone_at_any_level(bank, sound):
    rng = np.random.default_rng(0)
    waveforms = np.round(500 * rng.standard_normal((5, sound.samples))).astype(np.int16)
    waveforms.setflags(write=False)
    power = bank.power(waveforms, 2)
    assert power.shape == (5, 18, len(bank.frequencies_hz))
    assert power.dtype == np.float32
    np.testing.assert_allclose(bank.power(waveforms[3:4] * np.int16(8), 7)[0], power[3], rtol=1e-3)
    assert (bank.power(np.zeros((1, sound.samples), np.int16), 1) == 0).all()
    assert bank.power(waveforms[:0], 2).shape == (0, *power.shape[1:])


def test_features_and_power_by_filter(bank):
    power = np.random.default_rng(0).random((2, 18, 5))
    assert features(power).shape == (2, 90)
    found = by_filter(power)
    assert found.shape == (2, len(bank.names)) == (2, 9)
    at = [number for number, each in enumerate(bank.filters) if each[:2] == (8.0, 0.4)]
    np.testing.assert_allclose(
        found[:, bank.names.index("8 Hz, 0.4 cycles/octave")], power[:, at].sum(1).mean(1)
    )


def test_frequency_axis(bank, default):
    """Octaves, from rows of the ear: a cochleagram that rises with the logarithm of frequency still does."""
    for each, per_octave, top in ((bank, 8, 4000), (default, 24, 8000)):
        assert np.diff(np.log2(each.frequencies_hz)) == pytest.approx(1 / per_octave)
        assert each.frequencies_hz[0] > 20
        assert 0.9 * top < each.frequencies_hz[-1] < top
        np.testing.assert_allclose(
            each.axis.array @ np.log2(each.ear.centers_hz), np.log2(each.frequencies_hz), rtol=1e-9
        )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"rates_hz": (2.0, 50.0)},
            r"modulation\.rates_hz contains 50; expected less than 50, half of modulation\.envelope_hz\.",
        ),
        (
            {"scales": (4.0, 5.0)},
            r"modulation\.scales contains 4, 5; expected less than 4, half of modulation\.channels",
        ),
        ({"scales": (1.0, 1.0)}, r"modulation\.scales repeats a value: 1, 1"),
        (
            {"envelope_hz": 150.0},
            r"at modulation\.envelope_hz: .* 150 frames in a clip of 8000 samples; expected a whole",
        ),
    ],
)
def test_params_that_do_not_fit(changes, message, sound):
    with pytest.raises(ValueError, match=message):
        ModulationFilters(params.parse("modulation", params.plain(PARAMS) | changes, ModulationParams), sound)


@pytest.mark.parametrize(
    ("key", "value"), [("rates_hz", []), ("rates_hz", [-1.0]), ("scales", [0.0]), ("channels_per_octave", 0)]
)
def test_rates_and_scales_must_be_positive(key, value):
    with pytest.raises(params.ParamsError, match=rf"modulation\.{key}"):
        params.parse("modulation", params.plain(PARAMS) | {key: value}, ModulationParams)

"""The ears that keep timing, against the formulas with NumPy alone, and sounds whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.signal import resample_poly

from heschl.audio import Sound
from heschl.ear.cochleagram import Cochleagram
from heschl.ear.interaural import FLOOR, LEAST, phase_locking
from heschl.ear.params import CochleagramParams, Timing
from tests.ear.test_cochleagram import reference_envelopes, reference_filters

RATE = 16000
ONE, TWO = Sound(RATE, 1.0), Sound(RATE, 1.0, channels=2)
PARAMS = CochleagramParams(
    program="pycochleagram", low_hz=50.0, high_hz=8000.0, filters=20, sample_factor=1, padding=0,
    envelope_hz=100.0, compression=0.3, rms=0.1, image=None, oversampling=1.5,
)  # fmt: skip
INTERAURAL = replace(PARAMS, timing=Timing("interaural", 3000.0))
RECTIFIED = replace(PARAMS, envelope_hz=8000.0, timing=Timing("rectified", 3000.0))
SMALL = Sound(1000, 0.3, channels=2)
SMALL_EAR = replace(INTERAURAL, low_hz=20.0, high_hz=450.0, filters=4, envelope_hz=50.0)


def noises(count=2, seed=0, sound=TWO):
    rng = np.random.default_rng(seed)
    return 0.1 * rng.standard_normal((count, 2, sound.samples))


def delayed(samples, seed=0, sound=TWO):
    """(1, 2, samples) noise that reaches the right ear later, in the period of the clip."""
    noise = noises(1, seed, sound)[0, 0]
    return np.stack([noise, np.roll(noise, samples)])[None]


def leveled(both, rms=0.1):
    centered = both - both.mean(-1, keepdims=True)
    return centered * rms / np.sqrt(np.square(centered).mean((-2, -1), keepdims=True))


def reference_coherence(both, params, sound):
    """Formula by formula at the rate of the samples: (2, frequency, time)."""
    left, right = leveled(both)
    hz = np.fft.rfftfreq(sound.samples, 1 / sound.sample_rate)
    factor, rows = round(sound.sample_rate / params.envelope_hz), []
    ear = Cochleagram(params, sound)
    for gain, center in zip(reference_filters(params, hz), ear.centers_hz, strict=True):
        bands = []
        for waveform in (left, right):
            spectrum = np.zeros(sound.samples, complex)
            spectrum[: len(hz)] = np.fft.rfft(waveform) * gain
            spectrum[1 : sound.samples // 2] *= 2
            bands.append(np.fft.ifft(spectrum))
        product = bands[0] * np.conj(bands[1])
        parts = [np.abs(bands[0]) ** 2, np.abs(bands[1]) ** 2, product.real, product.imag]
        first, second, real, imaginary = resample_poly(np.stack(parts), 1, factor, axis=1)
        floored = [np.maximum(power, 0) + FLOOR**2 for power in (first, second)]
        found = np.stack([real, imaginary]) / np.sqrt(floored[0] * floored[1])
        found /= np.maximum(np.hypot(*found), 1)
        scale = phase_locking(np.array([center]), params.timing.limit_hz)[0] ** 2
        rows.append(found * (scale if scale >= LEAST else 0))
    return np.stack(rows, axis=1)


def test_the_interaural_form_is_that_of_its_formulas():
    ear, both = Cochleagram(INTERAURAL, TWO), np.concatenate([noises(1), delayed(5)])
    found = ear(torch.from_numpy(both)).numpy()
    assert found.shape == (2, *ear.shape) == (2, 4, 22, 100)
    for clip, heard in zip(both, found, strict=True):
        wanted = reference_coherence(clip, INTERAURAL, TWO)
        assert np.linalg.norm(heard[2:] - wanted) < 0.005 * np.linalg.norm(wanted)
        np.testing.assert_allclose(heard[2:, :, 2:-2], wanted[:, :, 2:-2], atol=0.02)
        for waveform, envelopes in zip(leveled(clip), heard[:2], strict=True):
            plain = np.maximum(reference_envelopes(PARAMS, waveform), 0) ** 0.3
            error = np.linalg.norm(envelopes - plain) / np.linalg.norm(plain)
            assert error < 0.005


@pytest.mark.parametrize("late", [-8, -3, 0, 5])
def test_the_angle_of_the_coherence_is_the_delay_between_the_ears(late):
    ear = Cochleagram(INTERAURAL, TWO)
    found = ear(torch.from_numpy(delayed(late)))[0, 2:].numpy()
    low = (ear.centers_hz > 200) & (ear.centers_hz < 900)
    real, imaginary = found[:, low, 10:-10].mean(-1)
    late_s = np.arctan2(imaginary, real) / (2 * np.pi * ear.centers_hz[low])
    np.testing.assert_allclose(late_s, late / RATE, atol=4e-5)
    size = np.hypot(real, imaginary) / phase_locking(ear.centers_hz[low], 3000.0) ** 2
    assert (size > 0.8).all()


def test_ears_that_hear_the_same_are_coherent_and_those_that_do_not_are_not():
    ear, noise = Cochleagram(INTERAURAL, TWO), noises(1)
    same = ear(torch.from_numpy(noise[:, 0]))  # one channel: both ears
    torch.testing.assert_close(same, ear(torch.from_numpy(noise[:, [0, 0]])))
    scale = torch.from_numpy(phase_locking(ear.centers_hz, 3000.0) ** 2)
    followed = scale >= LEAST
    real = same[0, 2][followed] / scale[followed, None]
    torch.testing.assert_close(
        real.median(1).values, torch.ones(int(followed.sum()), dtype=real.dtype), atol=1e-3, rtol=0
    )
    assert same[0, 3].abs().max() < 1e-6
    apart = ear(torch.from_numpy(noise))[0, 2:, followed].mean(-1)
    assert apart.abs().max() < 0.3


def test_a_lower_limit_of_phase_locking_takes_the_timing_of_high_bands():
    both = torch.from_numpy(delayed(3))
    sizes = []
    for limit_hz in (3000.0, 320.0, 50.0):
        ear = Cochleagram(replace(PARAMS, timing=Timing("interaural", limit_hz)), TWO)
        sizes.append(torch.linalg.vector_norm(ear(both)[0, 2:], dim=0).mean(-1))
    band = int(np.argmin(np.abs(ear.centers_hz - 250)))
    assert sizes[0][band] > 2 * sizes[1][band] > 10 * sizes[2][band]
    assert (sizes[0][ear.centers_hz > 7000] == 0).all()


def test_both_ears_are_scaled_alike_and_silence_stays_silent():
    ear, noise = Cochleagram(PARAMS, TWO), noises(1)
    quiet = noise * np.array([1, 0.1])[:, None]
    found = ear(torch.from_numpy(quiet))[0]
    ratio = (found[1] / found[0]).median()
    assert ratio == pytest.approx(0.1**0.3, rel=0.05)
    for params in (PARAMS, INTERAURAL, RECTIFIED):
        silent = Cochleagram(params, TWO)(torch.zeros(1, 2, TWO.samples))
        assert silent.abs().max() == 0


def test_the_rectified_form_is_that_of_its_formulas():
    ear, both = Cochleagram(RECTIFIED, TWO), noises(1)
    found = ear(torch.from_numpy(both))[0].numpy()
    assert found.shape == ear.shape == (2, 22, 8000)
    hz, size = np.fft.rfftfreq(RATE, 1 / RATE), RATE + 80
    for waveform, heard in zip(leveled(both[0]), found, strict=True):
        spectrum = np.fft.rfft(waveform)
        for gain, row in zip(reference_filters(PARAMS, hz), heard, strict=True):
            band = np.maximum(np.fft.irfft(spectrum * gain, RATE), 0)
            low_pass = (1 + 1j * np.fft.rfftfreq(size, 1 / RATE) / 6000) ** -7
            fine = np.fft.rfft(band, size) * low_pass
            fine[np.fft.rfftfreq(size, 1 / RATE) > 4000] = 0
            wanted = np.maximum(np.fft.irfft(fine, size)[:RATE:2], 0) ** 0.3
            error = np.linalg.norm(row - wanted) / max(np.linalg.norm(wanted), 1e-9)
            assert error < 0.02  # at the ends of the clip


def test_the_rectified_form_keeps_the_phase_of_a_tone_and_one_ear_can_have_it():
    ear = Cochleagram(RECTIFIED, ONE)
    time = np.arange(RATE) / RATE
    found = ear(torch.from_numpy(np.sin(2 * np.pi * 500 * time))[None])[0].numpy()
    assert found.shape == ear.shape
    row = found[np.argmin(np.abs(ear.centers_hz - 500))]
    spectrum = np.abs(np.fft.rfft(row - row.mean()))
    assert np.fft.rfftfreq(len(row), 1 / 8000)[spectrum.argmax()] == 500


def test_the_rectified_form_passes_what_does_not_change():
    ear = Cochleagram(replace(RECTIFIED, rms=None, compression=1.0), ONE)
    found = ear(torch.full((1, RATE), 0.2, dtype=torch.float64))[0, 0]  # the lowest filter passes 0 Hz
    assert found[1000:7000].mean() == pytest.approx(0.2, rel=0.01)


def test_without_phase_locking_there_is_no_coherence():
    ear = Cochleagram(replace(PARAMS, timing=Timing("interaural", 5.0)), TWO)
    assert ear(torch.from_numpy(noises(1)))[0, 2:].abs().max() == 0


@pytest.mark.parametrize(
    "params",
    [
        SMALL_EAR,
        replace(SMALL_EAR, timing=None),
        replace(SMALL_EAR, envelope_hz=500.0, timing=Timing("rectified", 100.0)),
    ],
    ids=["interaural", "envelopes", "rectified"],
)  # fmt: skip
def test_the_gradient_is_that_of_small_steps(params):
    ear = Cochleagram(replace(params, compression=1.0), SMALL)
    waveform = torch.from_numpy(noises(1, 3, SMALL)).mT.contiguous().mT.requires_grad_()  # in any order
    weights = torch.randn(ear.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def total(clip):
        return (ear(clip)[0] * weights).sum()

    total(waveform).backward()
    direction = torch.from_numpy(noises(1, 4, SMALL))
    with torch.no_grad():
        step = 1e-5
        slope = (total(waveform + step * direction) - total(waveform - step * direction)) / (2 * step)
    assert float((waveform.grad * direction).sum()) == pytest.approx(float(slope), rel=1e-3)


@pytest.mark.parametrize(
    ("params", "sound", "message"),
    [
        (INTERAURAL, ONE, "timing is interaural, but sound.channels is 1"),
        (replace(PARAMS, image=(8, 8)), TWO, "cochleagram.image"),
        (replace(RECTIFIED, image=(8, 8)), ONE, "cochleagram.image"),
    ],
)
def test_what_does_not_fit_is_named(params, sound, message):
    with pytest.raises(ValueError, match=message):
        Cochleagram(params, sound)


def test_a_clip_of_another_shape_is_an_error():
    with pytest.raises(ValueError, match=r"shape \(1, 3, 16000\); expected \(batch, 2, 16000\)"):
        Cochleagram(PARAMS, TWO)(torch.zeros(1, 3, RATE))

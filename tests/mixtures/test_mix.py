import numpy as np
import pytest
import torch
from scipy import signal
from torchaudio.functional import add_noise

from heschl import audio
from heschl.mixtures import backgrounds, mix


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.mark.parametrize("snr_db", [-9.0, 0.0, 3.0, 17.5])
def test_mix_at_snr_agrees_with_torchaudio(rng, snr_db):
    target, noise = rng.standard_normal(4000), 3 * rng.standard_normal(4000)
    expected = add_noise(
        torch.tensor(target)[None], torch.tensor(noise)[None], torch.tensor([snr_db], dtype=torch.float64)
    )[0]
    np.testing.assert_allclose(
        target + mix.mix_at_snr(target, noise, snr_db), expected.numpy(), rtol=1e-9, atol=1e-9
    )


def test_a_silent_part_has_no_snr(rng):
    with pytest.raises(ValueError, match="the background is silent: no gain reaches 3"):
        mix.mix_at_snr(rng.standard_normal(10), np.zeros(10), 3)
    with pytest.raises(ValueError, match="the target is silent"):
        mix.mix_at_snr(np.zeros(10), rng.standard_normal(10), 3)
    with pytest.raises(ValueError, match="a piece of the background is silent"):
        backgrounds.babble([rng.standard_normal(10), np.zeros(10)])


def test_babble_is_a_sum_at_equal_rms(rng):
    quiet, loud = 0.01 * rng.standard_normal(9000), rng.standard_normal(9000)
    total = backgrounds.babble([quiet, loud])
    np.testing.assert_allclose(total, quiet / audio.rms(quiet) + loud / audio.rms(loud))
    assert np.corrcoef(total, quiet)[0, 1] == pytest.approx(np.corrcoef(total, loud)[0, 1], abs=1e-3)


def test_shaped_noise_has_the_spectrum_of_what_it_masks(tmp_path, rng):
    sos = signal.butter(4, [500, 1500], "bandpass", fs=8000, output="sos")
    speech = signal.sosfilt(sos, rng.standard_normal(80000))
    audio.write(tmp_path / "a.wav", 0.1 * speech / audio.rms(speech), 8000)
    spectrum = mix.long_term_spectrum((str(tmp_path / "a.wav"),))
    noise = np.concatenate([backgrounds.shaped_noise(spectrum, 16000, seed) for seed in range(10)])
    hz, expected = signal.welch(speech, 8000, nperseg=256)
    _, found = signal.welch(noise, 8000, nperseg=256)
    inside = (hz > 600) & (hz < 1400)
    ratio = 10 * np.log10(found / found.sum() / (expected / expected.sum()))
    assert np.abs(ratio[inside]).max() < 2
    assert found[hz > 3000].sum() / found.sum() < 1e-3
    assert not np.array_equal(noise[:16000], noise[16000:32000])
    np.testing.assert_array_equal(
        backgrounds.shaped_noise(spectrum, 16000, 3), backgrounds.shaped_noise(spectrum, 16000, 3)
    )


def test_envelope_follows_the_modulation_of_a_tone():
    time = np.arange(16000) / 8000
    modulation = 1 + 0.8 * np.sin(2 * np.pi * 4 * time)
    found = backgrounds.envelope(modulation * np.sin(2 * np.pi * 1000 * time), 8000)
    assert found.min() >= 0
    np.testing.assert_allclose(found[1000:-1000], modulation[1000:-1000], atol=0.02)


@pytest.mark.parametrize("samples", [16000, 15999])
@pytest.mark.parametrize("kind", [np.int16, np.float32, np.float64])
def test_envelope_is_the_smoothed_magnitude_of_the_analytic_signal(samples, kind):
    speech = (np.random.default_rng(0).standard_normal(samples) * 8000).astype(kind)
    hz = np.fft.rfftfreq(samples, 1 / 8000)
    magnitude = np.fft.rfft(np.abs(signal.hilbert(speech.astype(float)))) / (1 + (hz / 30) ** 4)
    found = backgrounds.envelope(speech, 8000)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, np.maximum(np.fft.irfft(magnitude, samples), 0), rtol=1e-4)


@pytest.mark.parametrize("samples", [16000, 15999])
def test_shaped_noise_has_its_length(samples):
    assert backgrounds.shaped_noise(np.ones(129), samples, 3).shape == (samples,)


def test_a_cut_beyond_the_file_is_silence_or_the_file_again(tmp_path):
    audio.write(tmp_path / "a.wav", np.arange(1, 101) / audio.FULL_SCALE, 100)
    path = tmp_path / "a.wav"
    inside = audio.cut(path, 0.2, 50)
    np.testing.assert_array_equal(inside * audio.FULL_SCALE, np.arange(21, 71))
    both = audio.cut(path, -0.1, 200) * audio.FULL_SCALE
    np.testing.assert_array_equal(both, np.r_[np.zeros(10), np.arange(1, 101), np.zeros(90)])
    again = audio.cut(path, 0.9, 150, repeat=True) * audio.FULL_SCALE
    np.testing.assert_array_equal(again, np.r_[np.arange(91, 101), np.arange(1, 101), np.arange(1, 41)])

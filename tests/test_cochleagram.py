from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.signal import lfilter, resample_poly

from pipeline import params
from pipeline.audio import Sound
from pipeline.cochleagram import FLOOR, Cochleagram, CochleagramParams, erb_filters, lanczos, magnitude

SOUND = Sound(sample_rate=16000, clip_s=2.0)
KELL = CochleagramParams(
    low_hz=20.0, high_hz=8000.0, filters=50, sample_factor=4, envelope_hz=200.0, compression=0.3, rms=0.1, image=None, oversampling=2.0
)  # fmt: skip
DEFAULT = params.load("cochleagram", CochleagramParams)
TINY_SOUND = Sound(sample_rate=1000, clip_s=0.3)
TINY = CochleagramParams(
    low_hz=20.0, high_hz=450.0, filters=4, sample_factor=2, envelope_hz=50.0, compression=0.3, rms=0.1, image=(5, 7), oversampling=1.0
)  # fmt: skip


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def voice(time):
    """A gliding voice of three formants that stops and starts."""
    phase = np.cumsum(120 + 30 * np.sin(2 * np.pi * 2 * time)) / 16000
    sound = np.diff(np.floor(phase), prepend=0)
    for hz in (500, 1500, 2500):
        sound = lfilter([1], [1, -2 * 0.97 * np.cos(2 * np.pi * hz / 16000), 0.97**2], sound)
    return sound * np.clip(np.sin(2 * np.pi * 1.5 * time), 0, None)


@pytest.fixture(scope="module")
def sounds():
    """Noise, a tone, clicks and a voice, (4, samples) float64, on a floor of noise at -80 dB."""
    time, rng = np.arange(32000) / 16000, np.random.default_rng(0)
    clicks = np.zeros(32000)
    clicks[[0, 5000, 5400, 31999]] = 1, 1, -1, 1
    raw = np.stack([rng.standard_normal(32000), np.sin(2 * np.pi * 440.3 * time), clicks, voice(time)])
    raw /= np.sqrt(np.mean(raw**2, axis=1, keepdims=True))
    return torch.from_numpy(0.3 * (raw + 1e-4 * rng.standard_normal(raw.shape)) + 0.05)


def reference_filters(p, sample_rate, samples):
    """The filters of science.md, one by one: low-pass, band-pass, high-pass reversed."""

    def erb(hz):
        return 9.265 * np.log(1 + hz / (24.7 * 9.265))

    hz = np.arange(samples // 2 + 1) * sample_rate / samples
    s, count = p.sample_factor, p.sample_factor * (p.filters + 1) - 1
    grid = np.linspace(erb(p.low_hz), erb(p.high_hz), count + 2)
    d = grid[1] - grid[0]
    centres = 24.7 * 9.265 * (np.exp(grid[1:-1] / 9.265) - 1)
    bands = []
    for c in grid[1:-1]:
        band = np.cos(np.pi * (erb(hz) - c) / (2 * s * d))
        band[np.abs(erb(hz) - c) >= s * d] = 0
        bands.append(band)
    low = [np.sqrt(1 - bands[i] ** 2) * (hz < centres[i]) for i in range(s)]
    high = [np.sqrt(1 - bands[-1 - i] ** 2) * (hz > centres[-1 - i]) for i in range(s)]
    return np.array(low + bands + high[::-1]) / np.sqrt(s)


def reference_envelopes(p, waveform, sample_rate=16000):
    """(samples,) -> (frequency, time) at the full rate, as pycochleagram computes it."""
    samples = len(waveform)
    spectrum = np.fft.fft(waveform)[: samples // 2 + 1]
    analytic = np.zeros(samples, complex)
    rows = []
    for gain in reference_filters(p, sample_rate, samples):
        analytic[: samples // 2 + 1] = spectrum * gain
        analytic[1 : samples // 2] *= 2
        rows.append(np.abs(np.fft.ifft(analytic)))
    return resample_poly(np.array(rows), 1, round(sample_rate / p.envelope_hz), axis=1)


def reference(p, waveform):
    levelled = waveform - waveform.mean()
    levelled *= p.rms / np.sqrt(np.mean(levelled**2))
    return np.maximum(reference_envelopes(p, levelled), FLOOR) ** p.compression


def error(found, expected):
    """Relative L2 error of each clip."""
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    return np.sqrt(((found - expected) ** 2).sum((1, 2)) / (expected**2).sum((1, 2)))


@pytest.mark.parametrize("p", [KELL, DEFAULT], ids=["kell2018", "default"])
def test_exact_and_fast_agree_with_an_independent_program(sounds, p):
    p = replace(p, image=None, oversampling=2.0)
    expected = np.stack([reference(p, waveform.numpy()) for waveform in sounds])
    exact, fast = Cochleagram(p, SOUND, exact=True), Cochleagram(p, SOUND)
    assert exact.shape == fast.shape == expected.shape[1:]
    assert fast(sounds).dtype == torch.float64
    assert fast(sounds.float()).dtype == torch.float32
    assert (error(exact(sounds), expected) < 1e-6).all()
    assert error(exact(sounds[:1].float()), expected[:1]) < 1e-6
    within = [1e-3, 2e-3, 1e-2, 2e-3]  # noise, tone, clicks, voice
    assert (error(fast(sounds), expected) < within).all()
    assert (error(fast(sounds.float()), expected) < within).all()
    coarse = Cochleagram(replace(p, oversampling=1.0), SOUND)
    finer = Cochleagram(replace(p, oversampling=4.0), SOUND)
    noise, truth = sounds[:1], expected[:1]
    assert error(finer(noise), truth) < 2e-4 < error(fast(noise), truth) < error(coarse(noise), truth) < 1e-2


def test_squared_filters_sum_to_one():
    for p in (KELL, DEFAULT):
        gains, centres = erb_filters(np.fft.rfftfreq(32000, 1 / 16000), p.low_hz, p.high_hz, p.filters, p.sample_factor)
        np.testing.assert_allclose((gains**2).sum(axis=0), 1, atol=1e-12)
        np.testing.assert_allclose(gains, reference_filters(p, 16000, 32000), atol=1e-7)
        assert len(gains) == len(centres) == p.sample_factor * (p.filters + 3) - 1
        assert (np.diff(centres) >= 0).all()


def test_a_tone_peaks_at_its_frequency():
    ear = Cochleagram(KELL, SOUND)
    time = torch.arange(32000, dtype=torch.float64) / 16000
    for hz in (100, 440, 1500, 6000):
        picture = ear(torch.sin(2 * np.pi * hz * time)[None])[0]
        peak = ear.centres_hz[int(picture.mean(dim=1).argmax())]
        assert abs(peak / hz - 1) < 0.02 + 5 / hz


def test_level_is_removed_and_compression_is_a_power(sounds):
    ear = Cochleagram(replace(KELL, image=None), SOUND)
    noise = sounds[:1]
    torch.testing.assert_close(ear(0.01 * noise - 3), ear(noise))
    whole, half = (ear.envelopes(x - x.mean()).clamp_min(0) ** 0.3 for x in (noise, noise / 2))
    torch.testing.assert_close(half, whole * 2**-0.3)


def test_low_pass_keeps_a_steady_envelope():
    """A tone's envelope over all filters is that of the tone: the squared gains sum to 1."""
    tone = torch.sin(2 * np.pi * 1000 * torch.arange(32000, dtype=torch.float64) / 16000)[None]
    power = Cochleagram(replace(KELL, image=None), SOUND).envelopes(tone).square().sum(dim=1)
    torch.testing.assert_close(power[:, 20:-20], torch.ones(1, 360, dtype=torch.float64), rtol=1e-3, atol=0)


@pytest.mark.parametrize("image", [None, (64, 48)])
def test_silence_is_finite_and_so_is_its_gradient(image):
    silence = torch.zeros(2, 32000)
    silence[1, 100] = 1  # a click: most envelopes are near 0
    silence.requires_grad_()
    picture = Cochleagram(replace(DEFAULT, image=image), SOUND)(silence)
    picture.square().sum().backward()
    assert picture.isfinite().all()
    assert silence.grad.isfinite().all()
    assert (silence.grad[0] == 0).all()
    assert (silence.grad[1] != 0).any()


def test_gradient_is_right():
    waveform = torch.from_numpy(np.random.default_rng(1).standard_normal((1, 200))).requires_grad_()
    for image in (None, TINY.image):
        ear = Cochleagram(replace(TINY, image=image), Sound(sample_rate=1000, clip_s=0.2))
        assert torch.autograd.gradcheck(ear, waveform, atol=1e-6, rtol=1e-4)
    signal = torch.tensor([3 - 4j, 0, 1e-3j], dtype=torch.complex128, requires_grad=True)
    assert magnitude(signal).tolist() == pytest.approx([5, 0, 1e-3], abs=1e-14)
    magnitude(signal).sum().backward()
    torch.testing.assert_close(signal.grad, torch.tensor([0.6 - 0.8j, 0, 1j], dtype=torch.complex128))


@pytest.mark.parametrize(("size", "new_size"), [(400, 256), (211, 256), (64, 64), (30, 211)])
def test_lanczos_agrees_with_pillow(size, new_size):
    rows = np.random.default_rng(2).uniform(0, 255, (3, size)).astype(np.float32)
    expected = np.asarray(Image.fromarray(rows).resize((new_size, 3), Image.Resampling.LANCZOS))
    np.testing.assert_allclose(rows @ lanczos(size, new_size), expected, atol=1e-3)


def test_picture_agrees_with_pillow(sounds):
    plain = Cochleagram(replace(KELL, image=None), SOUND)(sounds[3:].float())[0].numpy()
    scaled = 255 * (plain - plain.min()) / (plain.max() - plain.min())
    expected = np.asarray(Image.fromarray(scaled).resize((250, 240), Image.Resampling.LANCZOS))
    ear = Cochleagram(replace(KELL, image=(240, 250)), SOUND)
    assert ear.shape == expected.shape
    np.testing.assert_allclose(ear(sounds[3:].float())[0], expected, atol=0.02)


def test_a_clip_does_not_depend_on_its_batch(sounds):
    for p in (KELL, DEFAULT):
        ear = Cochleagram(p, SOUND)
        batch = ear(sounds.float().repeat(3, 1)[:11])  # more than one chunk, the last one short
        alone = torch.cat([ear(clip[None]) for clip in sounds.float()])
        torch.testing.assert_close(batch, alone.repeat(3, 1, 1)[:11], rtol=1e-3, atol=1e-4)


def test_autocast_and_half_modules_leave_it_in_float32(sounds):
    ear, waveform = Cochleagram(DEFAULT, SOUND), sounds.float()
    plain = ear(waveform)
    with torch.autocast("cpu", torch.bfloat16):
        inside = ear(waveform)
    assert inside.dtype == torch.float32
    torch.testing.assert_close(inside, plain, rtol=0, atol=0)
    torch.testing.assert_close(ear.bfloat16()(waveform), plain, rtol=0, atol=0)
    assert not ear.state_dict()


def test_training_after_a_validation_in_inference_mode():
    ear, waveform = Cochleagram(TINY, TINY_SOUND), torch.randn(1, 300, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        ear(waveform)
    waveform.requires_grad_()
    ear(waveform).sum().backward()
    assert waveform.grad.isfinite().all()


def test_frames_that_no_block_divides():
    """15 frames, where the low-pass reaches 10 to each side, and 37."""
    for clip_s in (0.3, 0.74):
        sound = Sound(sample_rate=1000, clip_s=clip_s)
        p = replace(TINY, image=None)
        waveform = np.random.default_rng(3).standard_normal(sound.samples)
        found = Cochleagram(p, sound, exact=True).envelopes(torch.from_numpy(waveform)[None])[0]
        np.testing.assert_allclose(found, reference_envelopes(p, waveform, 1000), atol=1e-9)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"high_hz": 9000.0}, r"20\.0 to 9000\.0 Hz; expected 0 <= low_hz < high_hz <= 8000\.0 Hz, half of sound\.sample_rate"),
        ({"low_hz": 8000.0}, "expected 0 <= low_hz < high_hz"),
        ({"envelope_hz": 0.3}, r"envelope_hz 0\.3 gives 0\.6 frames a clip of 32000 samples"),
        ({"envelope_hz": 150.0}, "gives 300 frames .* expected a whole number that divides the samples"),
        ({"envelope_hz": -5.0}, "envelope_hz -5.0; expected more than 0"),
        ({"oversampling": 0.5}, r"oversampling is 0\.5; expected at least 1"),
        ({"filters": 0}, "filters 0, .* expected at least 1"),
        ({"image": (0, 256)}, r"image \(0, 256\); expected at least 1"),
        ({"rms": 0.0}, r"rms 0\.0, .* expected more than 0"),
    ],
)
def test_params_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        Cochleagram(replace(KELL, **changes), SOUND)


def test_filters_too_narrow_for_the_clip_are_refused():
    with pytest.raises(ValueError, match=r"filters at 21\.2, .* Hz are narrower than the 3\.33333 Hz that a clip of 0\.3 s resolves"):
        Cochleagram(replace(TINY, filters=200), TINY_SOUND)


def test_a_clip_of_another_length_is_refused():
    ear = Cochleagram(TINY, TINY_SOUND)
    for shape in ((2, 299), (300,), (1, 1, 300)):
        with pytest.raises(ValueError, match=r"expected \(batch, 300\) samples"):
            ear(torch.zeros(shape))

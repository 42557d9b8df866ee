"""Against an independent program: the formulas of both published cochleagrams, with numpy and scipy alone."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from PIL import Image
from scipy.signal import lfilter, resample_poly

from heschl import params
from heschl.audio import Sound
from heschl.ear.cochleagram import Cochleagram, level, magnitude
from heschl.ear.filters import erb_filters, lanczos
from heschl.ear.gradients import Compression
from heschl.ear.params import PRESETS, CochleagramParams
from heschl.soundfiles.heard import heard
from tests.helpers import presets

ROOT = Path(__file__).parents[2]
REAL = Path(os.environ.get("HESCHL_RECORDINGS", ROOT.parent / "shared" / "data"))
KELL, SOUND = PRESETS["kell2018"]
DEFAULT = params.load("cochleagram", CochleagramParams)
TINY_SOUND = Sound(sample_rate=1000, clip_s=0.3)
TINY = CochleagramParams(
    program="pycochleagram", low_hz=20.0, high_hz=450.0, filters=4, sample_factor=2, padding=0,
    envelope_hz=50.0, compression=0.3, rms=0.1, image=(5, 7), oversampling=1.0,
)  # fmt: skip
KINDS = ["speech", "music", "noise", "tone", "clicks"]


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def voice(time, rate):
    """A gliding voice of three formants that stops and starts."""
    phase = np.cumsum(120 + 30 * np.sin(2 * np.pi * 2 * time)) / rate
    sound = np.diff(np.floor(phase), prepend=0)
    for hz in (500, 1500, 2500):
        sound = lfilter([1], [1, -2 * 0.97 * np.cos(2 * np.pi * hz / rate), 0.97**2], sound)
    return sound * np.clip(np.sin(2 * np.pi * 1.5 * time), 0, None)


def chords(time):
    """Two chords of decaying harmonics, one after the other."""
    notes = [(hz * harmonic, harmonic) for hz in (220, 277.2, 329.6) for harmonic in range(1, 8)]
    return sum(
        np.sin(2 * np.pi * hz * (1 + 0.122 * (time > 1)) * time) / n * np.exp(-2 * (time % 1))
        for hz, n in notes
    )


def kinds_of_sound(rate):
    """KINDS of sound, (5, samples) float64, rms 0.3, and 0.05 added."""
    time, rng = np.arange(2 * rate) / rate, np.random.default_rng(0)
    clicks = np.zeros(2 * rate)
    clicks[[0, 5000, 5400, 2 * rate - 1]] = 1, 1, -1, 1
    raw = np.stack(
        [
            voice(time, rate),
            chords(time),
            rng.standard_normal(2 * rate),
            np.sin(2 * np.pi * 440.3 * time),
            clicks,
        ]
    )
    raw += 1e-4 * rng.standard_normal(raw.shape) * (np.array(KINDS) != "clicks")[:, None]
    return torch.from_numpy(0.3 * raw / np.sqrt(np.mean(raw**2, axis=1, keepdims=True)) + 0.05)


def reference_filters(p, hz):
    """The filters, one by one: low-pass, band-pass, high-pass reversed."""

    def erb(hz):
        return 9.265 * np.log(1 + hz / (24.7 * 9.265))

    s, count = p.sample_factor, p.sample_factor * (p.filters + 1) - 1
    grid = np.linspace(erb(p.low_hz), erb(p.high_hz), count + 2)
    d = grid[1] - grid[0]
    centers = 24.7 * 9.265 * (np.exp(grid[1:-1] / 9.265) - 1)
    bands = []
    for c in grid[1:-1]:
        band = np.cos(np.pi * (erb(hz) - c) / (2 * s * d))
        band[np.abs(erb(hz) - c) >= s * d] = 0
        bands.append(band)
    low = [np.sqrt(1 - bands[i] ** 2) * (hz < centers[i]) for i in range(s)]
    high = [np.sqrt(1 - bands[-1 - i] ** 2) * (hz > centers[-1 - i]) for i in range(s)]
    return np.array(low + bands + high[::-1]) / np.sqrt(s)


def reference_envelopes(p, waveform, rate=16000):
    """(samples,) -> (frequency, time), before compression, as each program computes it."""
    samples, factor = len(waveform), round(rate / p.envelope_hz)
    whole = np.r_[waveform, np.zeros(p.padding)]
    spectrum, half = np.fft.rfft(whole), len(whole) // 2
    rows = []
    for gain in reference_filters(p, np.arange(half + 1) * rate / len(whole)):
        analytic = np.zeros(len(whole), complex)
        analytic[: half + 1] = spectrum * gain
        if p.program == "pycochleagram":
            analytic[1 : (len(whole) + 1) // 2] *= 2
            rows.append(np.abs(np.fft.ifft(analytic)))
        else:
            rows.append(np.sqrt(np.maximum(np.abs(np.fft.ifft(analytic)) ** 2, 1e-16)))
    rows = np.array(rows)[:, :samples]
    if p.program == "pycochleagram":
        return resample_poly(rows, 1, factor, axis=1)
    taps = np.arange(10 * factor + 1)
    taps = np.sinc((taps - 5 * factor - 0.5) / factor) / factor * np.kaiser(len(taps), 5)
    return np.stack(
        [rows[:, at : at + len(taps)] @ taps for at in range(0, samples - len(taps) + 1, factor)], axis=1
    )


def reference(p, waveform, rate=16000):
    if p.rms is not None:
        waveform = waveform - waveform.mean()
        waveform = waveform * p.rms / np.sqrt(np.mean(waveform**2))
    offset = 1e-8 if p.program == "chcochleagram" else 0
    return (np.maximum(reference_envelopes(p, waveform, rate), 0) + offset) ** p.compression


def error(found, expected):
    """Relative L2 error of each clip."""
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    return np.sqrt(((found - expected) ** 2).sum((1, 2)) / (expected**2).sum((1, 2)))


@pytest.fixture(scope="module", params=["kell2018", "cochdnn", "default"])
def truth(request):
    """Params without picture, the sound, five kinds of it, and what the independent program makes of them."""
    p, sound = (DEFAULT, SOUND) if request.param == "default" else PRESETS[request.param]
    p, sounds = replace(p, image=None), kinds_of_sound(sound.sample_rate)
    return p, sound, sounds, np.stack([reference(p, each.numpy(), sound.sample_rate) for each in sounds])


@pytest.mark.slow
def test_exact_agrees_with_an_independent_program(truth):
    p, sound, sounds, expected = truth
    exact = Cochleagram(p, sound, exact=True)
    assert exact.shape == expected.shape[1:]
    assert (error(exact(sounds), expected) < 1e-6).all()
    assert (error(exact(sounds.float()), expected)[:3] < 1e-4).all()


def test_fast_errs_little_and_less_with_more_oversampling(truth):
    p, sound, sounds, expected = truth
    coarse, usual, fine = (
        Cochleagram(replace(p, oversampling=o), sound) for o in (1.0, KELL.oversampling, 4.75)
    )
    assert usual(sounds).dtype == torch.float64
    assert usual(sounds.float()).dtype == torch.float32
    within = np.array([1, 1, 1, 1, 6]) * (1e-3 if p.envelope_hz == 200 else 2e-3)
    assert (error(usual(sounds), expected) < within).all(), KINDS
    assert (error(usual(sounds.float()), expected) < within).all(), KINDS
    assert (error(fine(sounds), expected)[:3] < within[:3] / 3).all()
    assert (error(fine(sounds), expected) < error(usual(sounds), expected)).all()
    assert (error(usual(sounds), expected) < error(coarse(sounds), expected)).all()
    assert (error(coarse(sounds), expected)[:3] < 6e-3).all()  # as params.yaml has it


def test_clicks_err_more_than_other_sounds():
    """0.1 % holds for speech, music and noise. Clicks have up to 0.6 %, most where they are few."""
    p, clicks = replace(KELL, padding=0, image=None), torch.zeros(3, SOUND.samples, dtype=torch.float64)
    for clip, gap in zip(clicks, (32000, 4000, 1000), strict=True):
        clip[gap // 2 :: gap] = 0.5
    found = error(Cochleagram(p, SOUND)(clicks), Cochleagram(p, SOUND, exact=True)(clicks))
    assert 0.001 < found[0] < 0.006
    assert (np.diff(found) < 0).all()


def test_the_demos_zeros_change_the_image_and_the_preset_has_them():
    """By more than 10 of 255 in single points, where a clip ends loud: the released weights want them."""
    assert (KELL.padding, PRESETS["cochdnn"][0].padding) == (2, 0)
    assert presets.load("kell2018", "cochleagram", CochleagramParams).padding == 2
    sounds = kinds_of_sound(16000)[:3]
    with_zeros = Cochleagram.preset("kell2018", oversampling=4.75)(sounds)
    without = Cochleagram.preset("kell2018", oversampling=4.75, padding=0)(sounds)
    assert (with_zeros - without).abs().max() > 10


@pytest.mark.slow
def test_the_released_demos_padding():
    """Two zeros after the clip, exact and fast; they matter more than the error of the fast form."""
    p, sounds = replace(KELL, padding=2, image=None), kinds_of_sound(16000)[:1]
    expected = reference(p, sounds[0].numpy())[None]
    assert error(Cochleagram(p, SOUND, exact=True)(sounds), expected) < 1e-6
    assert error(Cochleagram(p, SOUND)(sounds), expected) < 1e-3
    assert error(Cochleagram(replace(p, padding=0), SOUND, exact=True)(sounds), expected) > 1e-3


@pytest.mark.parametrize("program", ["pycochleagram", "chcochleagram"])
@pytest.mark.parametrize("padding", [0, 1, 100, 299])
def test_a_dft_longer_than_the_clip(program, padding):
    """Also of an odd number of samples, and in both forms."""
    p, waveform = (
        replace(TINY, program=program, padding=padding, image=None, oversampling=8.0),
        np.random.default_rng(4).standard_normal(300),
    )
    expected = reference(p, waveform, 1000)[None]
    waveform = torch.from_numpy(waveform)[None]
    assert error(Cochleagram(p, TINY_SOUND, exact=True)(waveform), expected) < 1e-9
    assert error(Cochleagram(p, TINY_SOUND)(waveform), expected) < 5e-3


@pytest.mark.skipif(
    not (REAL / "librispeech").is_dir(), reason=f"no recordings in {REAL}; set HESCHL_RECORDINGS"
)
@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.slow
def test_real_speech_and_music(name):
    p, sound = PRESETS[name]
    p, clips = replace(p, image=None), []
    for kind, count in (("librispeech/**/*.flac", 4), ("music/librosa/*.ogg", 4)):
        for path in [path for path in sorted(REAL.glob(kind)) if soundfile.info(path).duration > 3][:count]:
            with heard(path, sound.sample_rate) as found:
                start = sound.sample_rate // 2
                clips.append(found.waveform()[start : start + sound.samples])
    clips = torch.from_numpy(np.stack(clips))
    expected = [reference(p, clip.double().numpy(), sound.sample_rate) for clip in clips[[0, 4]]]
    exact = Cochleagram(p, sound, exact=True)
    assert (error(exact(clips[[0, 4]].double()), expected) < 1e-6).all()
    whole = exact(clips).view(2, -1, exact.frames)  # of speech, of music
    for oversampling, within in ((KELL.oversampling, 1e-3), (4.75, 2e-4)):
        found = Cochleagram(replace(p, oversampling=oversampling), sound)(clips).view(whole.shape)
        assert (error(found, whole) < within).all()


def test_presets_are_what_a_params_file_gives():
    assert (
        presets.load("kell2018", "cochleagram", CochleagramParams),
        presets.load("kell2018", "sound", Sound),
    ) == PRESETS["kell2018"]
    for name, (p, _) in PRESETS.items():
        assert params.parse("cochleagram", params.plain(p), CochleagramParams) == p
        assert Cochleagram.preset(name).params == p
    assert Cochleagram.preset("kell2018").shape == (256, 256)
    assert Cochleagram.preset("kell2018", image=None).shape == (211, 400)
    assert Cochleagram.preset("cochdnn").shape == (211, 390)
    assert Cochleagram.preset("cochdnn", sound=Sound(20000, 1.0), exact=True).shape == (211, 190)
    with pytest.raises(ValueError, match="no cochleagram preset 'kell'; there are kell2018, cochdnn"):
        Cochleagram.preset("kell")


def test_squared_filters_sum_to_one():
    for p, sound in ((KELL, SOUND), PRESETS["cochdnn"], (DEFAULT, SOUND)):
        hz = np.fft.rfftfreq(sound.samples, 1 / sound.sample_rate)
        gains, centers = erb_filters(hz, p.low_hz, p.high_hz, p.filters, p.sample_factor)
        np.testing.assert_allclose((gains**2).sum(axis=0), 1, atol=1e-12)
        np.testing.assert_allclose(gains, reference_filters(p, hz), atol=1e-7)
        assert len(gains) == len(centers) == p.sample_factor * (p.filters + 3) - 1
        assert (np.diff(centers) >= 0).all()


@pytest.mark.parametrize("changes", [{"image": None}, {}])
def test_a_tone_peaks_at_its_frequency(changes):
    ear = Cochleagram.preset("kell2018", **changes)
    time = torch.arange(32000, dtype=torch.float64) / 16000
    for hz in (100, 440, 1500, 6000):
        picture = ear(torch.sin(2 * np.pi * hz * time)[None])[0]
        peak = ear.frequencies_hz[int(picture.mean(dim=1).argmax())]
        assert abs(peak / hz - 1) < 0.02 + 5 / hz


@pytest.mark.parametrize(
    ("name", "changes"), [("kell2018", {"image": None}), ("kell2018", {}), ("cochdnn", {})]
)
def test_a_click_peaks_at_its_time(name, changes):
    ear = Cochleagram.preset(name, **changes)
    for time_s in (0.5, 1.2):
        click = torch.zeros(1, ear.samples)
        click[0, round(time_s * ear.sound.sample_rate)] = 1
        assert ear.times_s[int(ear(click)[0].mean(dim=0).argmax())] == pytest.approx(time_s, abs=0.01)
    assert len(ear.times_s) == ear.shape[1]


def test_half_the_amplitude():
    """Gives 2^-0.3 where the level is kept, the same where it is set, and the same picture."""
    noise = kinds_of_sound(16000)[2:3]
    kept, set_, picture = (
        Cochleagram.preset("kell2018", **c) for c in ({"image": None}, {"image": None, "rms": 0.1}, {})
    )
    torch.testing.assert_close(kept(noise / 2), kept(noise) * 2**-0.3)
    torch.testing.assert_close(set_(0.01 * noise - 3), set_(noise))
    torch.testing.assert_close(picture(noise / 2), picture(noise))
    int16 = (noise * 3000).round()
    torch.testing.assert_close(picture(int16), picture(int16 / 32768))


def test_low_pass_keeps_a_steady_envelope():
    """A tone's envelope over all filters is that of the tone: the squared gains sum to 1."""
    tone = torch.sin(2 * np.pi * 1000 * torch.arange(32000, dtype=torch.float64) / 16000)[None]
    power = Cochleagram.preset("kell2018").envelopes(tone).square().sum(dim=1)
    torch.testing.assert_close(power[:, 20:-20], torch.ones(1, 360, dtype=torch.float64), rtol=1e-3, atol=0)


@pytest.mark.parametrize("name", [*PRESETS, "default"])
def test_silence_is_finite_and_so_is_its_gradient(name):
    ear = Cochleagram(DEFAULT, SOUND) if name == "default" else Cochleagram.preset(name)
    silence = torch.zeros(2, ear.samples)
    silence[1, 1000] = 1  # a click: most envelopes are near 0
    silence.requires_grad_()
    picture = ear(silence)
    picture.square().sum().backward()
    assert picture.isfinite().all()
    assert silence.grad.isfinite().all()
    assert (silence.grad[0] == 0).all()
    assert (silence.grad[1] != 0).any()


@pytest.mark.parametrize("name", PRESETS)
def test_silence_is_what_it_is_by_the_definition(name):
    ears = (Cochleagram.preset(name, exact, image=None) for exact in (True, False))
    exact, fast = (ear(torch.zeros(1, ear.samples, dtype=torch.float64)) for ear in ears)
    torch.testing.assert_close(fast, exact, rtol=1e-4, atol=1e-6)
    assert (fast == 0).all() if name == "kell2018" else (fast > 0.003).all()


@pytest.mark.parametrize(
    "changes",
    [{"image": None}, {}, {"padding": 2}, {"program": "chcochleagram", "rms": 100.0}, {"compression": 1.0}],
)
def test_gradient_is_that_of_small_changes(changes):
    """In float64, where the low-pass gives nothing negative and no slope is clipped."""
    p, sound = replace(TINY, **changes), Sound(sample_rate=1000, clip_s=0.24)
    waveform = torch.from_numpy(np.random.default_rng(1).standard_normal((2, 240))).requires_grad_()
    ear = Cochleagram(p, sound)
    assert ear.envelopes(level(waveform, p.rms)).min() > 1e-4
    assert torch.autograd.gradcheck(ear, waveform, atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize("changes", [{}, {"program": "chcochleagram"}])
def test_fast_gradient_is_that_of_exact(changes):
    """With a point for every sample the fast form is exact, and its gradient that of autograd."""
    p = replace(TINY, image=None, oversampling=1000.0, **changes)
    waveform = torch.from_numpy(np.random.default_rng(2).standard_normal((3, 740)))
    heard, gradients = [], []
    for exact in (True, False):
        sound = waveform.clone().requires_grad_()
        heard.append(Cochleagram(p, Sound(sample_rate=1000, clip_s=0.74), exact)(sound))
        weights = torch.linspace(-1, 1, heard[0].numel(), dtype=torch.float64).view_as(heard[0])
        gradients += torch.autograd.grad((heard[-1] * weights).sum(), sound)
    torch.testing.assert_close(heard[1], heard[0], rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(gradients[1], gradients[0], rtol=1e-9, atol=1e-9)


def test_compressions_slope_is_clipped_as_published():
    """The power's at 5, and the relu passes on what is negative (chcochleagram)."""
    envelopes = torch.tensor([0.5, 1e-3, 0.0, -2e-4], dtype=torch.float64, requires_grad=True)
    compressed = Compression.apply(envelopes, 0.3, 1e-8, 5.0)
    assert compressed.tolist() == pytest.approx(
        [(0.5 + 1e-8) ** 0.3, (1e-3 + 1e-8) ** 0.3, 1e-8**0.3, 1e-8**0.3]
    )
    (2 * compressed).sum().backward()
    assert envelopes.grad.tolist() == pytest.approx([0.6 * (0.5 + 1e-8) ** -0.7, 10, 10, 10])
    for power, slope in ((0.3, 1000), (1.0, 1), (2.0, 0)):
        silent = torch.zeros(1, requires_grad=True)
        Compression.apply(silent, power, 0.0, 1000.0).backward()
        assert silent.grad == slope


def test_magnitude():
    signal = torch.tensor([3 - 4j, 0, 1e-3j], dtype=torch.complex128, requires_grad=True)
    assert magnitude(signal).tolist() == pytest.approx([5, 0, 1e-3], abs=1e-14)
    magnitude(signal, floor=1e-2).sum().backward()
    torch.testing.assert_close(signal.grad, torch.tensor([0.6 - 0.8j, 0, 0], dtype=torch.complex128))


@pytest.mark.parametrize(("size", "new_size"), [(400, 256), (211, 256), (64, 64), (30, 211)])
def test_lanczos_agrees_with_pillow(size, new_size):
    rows = np.random.default_rng(2).uniform(0, 255, (3, size)).astype(np.float32)
    expected = np.asarray(Image.fromarray(rows).resize((new_size, 3), Image.Resampling.LANCZOS))
    np.testing.assert_allclose(rows @ lanczos(size, new_size), expected, atol=1e-3)


@pytest.mark.parametrize("image", [(256, 256), (240, 250)])
def test_picture_agrees_with_pillow(image):
    sound = kinds_of_sound(16000)[:1].float()
    plain = Cochleagram.preset("kell2018", image=None)(sound)[0].numpy()
    scaled = 255 * (plain - plain.min()) / (plain.max() - plain.min())
    expected = np.asarray(Image.fromarray(scaled).resize(image[::-1], Image.Resampling.LANCZOS))
    ear = Cochleagram.preset("kell2018", image=image)
    assert ear.shape == expected.shape
    np.testing.assert_allclose(ear(sound)[0], expected, atol=0.02)


def test_a_clip_does_not_depend_on_its_batch():
    sounds = kinds_of_sound(16000).float()
    for p in (KELL, DEFAULT):
        ear = Cochleagram(p, SOUND)
        batch = ear(sounds.repeat(3, 1)[:13])  # more than one chunk of KELL, the last one short
        assert ear.chunk(batch.device) < 13 or p is DEFAULT
        alone = torch.cat([ear(clip[None]) for clip in sounds])
        assert (error(batch, alone.repeat(3, 1, 1)[:13]) < 1e-4).all()


def test_autocast_and_half_modules_leave_it_in_float32():
    ear, waveform = Cochleagram(DEFAULT, SOUND), kinds_of_sound(16000).float()
    plain = ear(waveform)
    with torch.autocast("cpu", torch.bfloat16):
        inside = ear(waveform)
    assert inside.dtype == torch.float32
    torch.testing.assert_close(inside, plain, rtol=0, atol=0)
    torch.testing.assert_close(ear.bfloat16()(waveform), plain, rtol=0, atol=0)
    assert not ear.state_dict()


@pytest.mark.parametrize("exact", [False, True])
def test_gradient_under_autocast_is_that_in_float32(exact):
    ear = Cochleagram(TINY, TINY_SOUND, exact)
    waveform = torch.randn(1, 300, generator=torch.Generator().manual_seed(0)).requires_grad_()
    plain = torch.autograd.grad(ear(waveform).sum(), waveform)[0]
    outside = ear(waveform)
    with torch.autocast("cpu", torch.bfloat16):
        for heard in (outside, ear(waveform)):
            inside = torch.autograd.grad(heard.sum(), waveform)[0]
            torch.testing.assert_close(inside, plain, rtol=0, atol=0)
        with torch.no_grad():
            torch.testing.assert_close(
                ear.envelopes(waveform),
                Cochleagram(TINY, TINY_SOUND, exact).envelopes(waveform),
                rtol=0,
                atol=0,
            )


@pytest.mark.parametrize("exact", [False, True])
def test_second_derivatives_are_refused(exact):
    waveform = torch.ones(1, 300, requires_grad=True)
    with pytest.raises(RuntimeError, match="no second derivative: leave out create_graph=True"):
        torch.autograd.grad(Cochleagram(TINY, TINY_SOUND, exact)(waveform).sum(), waveform, create_graph=True)


def test_training_after_a_validation_in_inference_mode():
    ear, waveform = (
        Cochleagram(TINY, TINY_SOUND),
        torch.randn(1, 300, generator=torch.Generator().manual_seed(0)),
    )
    with torch.inference_mode():
        ear(waveform)
    waveform.requires_grad_()
    ear(waveform).sum().backward()
    assert waveform.grad.isfinite().all()


@pytest.mark.parametrize("program", ["pycochleagram", "chcochleagram"])
def test_frames_that_no_block_divides(program):
    """15 frames, where the low-pass reaches 10 to each side, and 37."""
    for clip_s in (0.3, 0.74):
        sound = Sound(sample_rate=1000, clip_s=clip_s)
        p = replace(TINY, program=program, image=None, oversampling=1000.0)
        waveform = np.random.default_rng(3).standard_normal(sound.samples)
        for exact in (True, False):
            found = Cochleagram(p, sound, exact).envelopes(torch.from_numpy(waveform)[None])[0]
            np.testing.assert_allclose(found, reference_envelopes(p, waveform, 1000), atol=1e-9)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"high_hz": 9000.0},
            r"20\.0 to 9000\.0 Hz; expected 0 <= low_hz < high_hz <= 8000\.0 Hz, half of sound\.sample_rate",
        ),
        ({"low_hz": 8000.0}, "expected 0 <= low_hz < high_hz"),
        ({"envelope_hz": 0.3}, r"envelope_hz 0\.3 gives 0\.6 frames in a clip of 32000 samples"),
        ({"envelope_hz": 150.0}, "gives 300 frames .* expected a whole number that divides the samples"),
        ({"envelope_hz": -5.0}, "envelope_hz -5.0; expected more than 0"),
        (
            {"envelope_hz": 5.0, "program": "chcochleagram"},
            "gives 10 frames in a clip, of which chcochleagram leaves out 10 at the ends",
        ),
        ({"oversampling": 0.5}, r"oversampling is 0\.5; expected at least 1"),
        ({"filters": 0}, "filters 0, .* expected at least 1"),
        ({"image": (0, 256)}, r"image \(0, 256\); expected at least 1"),
        ({"rms": 0.0}, r"rms 0\.0, .* expected more than 0"),
        ({"padding": -1}, "padding is -1; expected 0 to 31999 samples"),
        ({"padding": 32000}, "padding is 32000; expected 0 to 31999 samples"),
        ({"oversampling": float("nan")}, "oversampling is nan; expected at least 1"),
        ({"envelope_hz": float("inf")}, "gives inf frames"),
    ],
)
def test_params_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        Cochleagram(replace(KELL, **changes), SOUND)


def test_a_clip_whose_frames_are_whole_but_for_rounding():
    assert 200 * 1.1 != 220
    assert Cochleagram.preset("kell2018", sound=Sound(16000, 1.1), image=None).shape == (211, 220)


def test_filters_too_narrow_for_the_clip_are_refused():
    with pytest.raises(
        ValueError,
        match=r"filters at 21\.2, .* Hz are narrower than the 3\.33333 Hz that a clip of 0\.3 s resolves",
    ):
        Cochleagram(replace(TINY, filters=200), TINY_SOUND)


def test_a_clip_of_another_length_is_refused():
    ear = Cochleagram(TINY, TINY_SOUND)
    for shape in ((2, 299), (300,), (1, 1, 300), (0, 300)):
        with pytest.raises(ValueError, match=r"expected \(batch, 300\) samples, at least one clip"):
            ear(torch.zeros(shape))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
@pytest.mark.parametrize("name", PRESETS)
def test_a_gpu_gives_what_the_cpu_gives(name):
    ear = Cochleagram.preset(name)
    sounds = kinds_of_sound(ear.sound.sample_rate)[:3].float()
    found = []
    for device in ("cpu", "cuda"):
        waveform = sounds.to(device).requires_grad_()
        heard = ear(waveform)
        found += [heard.detach().cpu(), torch.autograd.grad(heard.square().sum(), waveform)[0].cpu()]
    heard, gradient, heard_there, gradient_there = found
    assert (error(heard_there, heard) < 1e-4).all()
    assert (gradient_there - gradient).norm() < 1e-3 * gradient.norm()

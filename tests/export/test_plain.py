import numpy as np
import pytest
import torch

from heschl.audio import Sound
from heschl.ear.cochleagram import Cochleagram
from heschl.ear.params import Timing
from heschl.export.plain import PlainEar, PlainError, fourier


@pytest.mark.parametrize("n", [1, 7, 60, 32000, 32002])
@pytest.mark.parametrize("sign", [-1, 1])
def test_the_transform_is_numpys(n, sign):  # 32002 is twice a prime
    rng = np.random.default_rng(1)
    signal = rng.standard_normal((2, n)) + 1j * rng.standard_normal((2, n))
    real, imaginary = fourier(n, sign)(
        *(torch.from_numpy(part).float() for part in (signal.real, signal.imag))
    )
    expected = np.fft.fft(signal) if sign < 0 else n * np.fft.ifft(signal)
    error = np.abs(real.numpy() + 1j * imaginary.numpy() - expected).max() / np.abs(expected).max()
    assert error < 3e-6
    (alone, _), whole = fourier(n, sign)(torch.from_numpy(signal.real).float()), signal.real
    expected = np.fft.fft(whole) if sign < 0 else n * np.fft.ifft(whole)
    np.testing.assert_allclose(alone.numpy(), expected.real, atol=3e-6 * np.abs(expected).max())


@pytest.mark.parametrize("name", ["kell2018", "cochdnn"])
def test_the_plain_ear_is_the_ear(name):
    ear = Cochleagram.preset(name)
    sound = 0.1 * torch.randn(2, ear.sound.samples, generator=torch.Generator().manual_seed(1))
    sound[1] *= torch.linspace(0, 1, ear.sound.samples)
    expected, found = ear(sound), PlainEar(ear)(sound)
    assert found.shape == expected.shape
    assert (found - expected).norm() / expected.norm() < 1e-5


def test_an_ear_with_timing_has_no_plain_form():
    sound = Sound(16000, 0.5, 2)
    timed = Cochleagram.preset("cochdnn", sound=sound, high_hz=8000.0, timing=Timing("interaural", 3000.0))
    with pytest.raises(PlainError, match="keeps timing, or has two channels"):
        PlainEar(timed)

"""The transfer functions against the impulse responses as published, in closed form."""

import numpy as np
import pytest

from heschl.activations.transfer import spectral, temporal


def gammatone(rate, envelope_hz, seconds):
    """The temporal impulse response as it is published."""
    t = np.arange(0, seconds, 1 / envelope_hz) * rate
    return t**2 * np.exp(-3.5 * t) * np.sin(2 * np.pi * t)


def mexican_hat(scale, octaves):
    """The second derivative of a Gaussian: transform of (S / scale)^2 exp(1 - (S / scale)^2)."""
    a = np.pi * scale * octaves
    return np.e * np.sqrt(np.pi) * scale * (0.5 - a**2) * np.exp(-(a**2))


@pytest.mark.parametrize("rate", [2.0, 8.0, 32.0])
def test_temporal_filter_is_a_convolution_with_the_published_response(rate):
    """Its gain is the amplitude of a sinusoid convolved with the impulse response, after the onset."""
    transfer = np.abs(temporal(rate, 100.0, 100))
    hz = np.fft.fftfreq(len(transfer), 0.01)
    published, seconds = gammatone(rate, 100.0, 12 / rate), np.arange(0, 24 / rate + 1, 0.01)

    def gain(at):
        return np.abs(
            np.convolve(np.exp(2j * np.pi * at * seconds), published)[len(published) : len(seconds)]
        ).mean()

    near = np.array([np.argmin(np.abs(hz - factor * rate)) for factor in (0.5, 0.9, 1.0, 1.2)])
    gains = np.array([gain(hz[at]) for at in near])
    np.testing.assert_allclose(
        transfer[near] / transfer[near[2]], gains / gains[2], rtol=0.02
    )  # what taking out DC does
    assert transfer.max() == pytest.approx(1)
    assert transfer[0] < 1e-12
    assert 0.9 * rate < abs(hz[transfer.argmax()]) < 1.05 * rate


def test_temporal_filter_is_causal():
    response = np.fft.ifft(temporal(4.0, 100.0, 100))
    assert np.abs(response[len(response) // 2 :]).max() < 1e-15
    assert np.abs(response.imag).max() < 1e-15
    published = gammatone(4.0, 100.0, 3.0)
    np.testing.assert_allclose(
        response.real[:300] / np.abs(response).max(), published / np.abs(published).max(), atol=0.02
    )


@pytest.mark.parametrize("scale", [0.2, 0.4, 0.8])
def test_spectral_filter_is_the_second_derivative_of_a_gaussian(scale):
    transfer = spectral(scale, 8, 50)
    octaves = np.fft.fftfreq(len(transfer)) * len(transfer) / 8
    np.testing.assert_allclose(np.fft.ifft(transfer), mexican_hat(scale, octaves) / 8, atol=1e-9)
    assert transfer.max() == pytest.approx(1, abs=0.01)
    assert transfer[0] == 0

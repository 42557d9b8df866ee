import pytest
import torch
from torch import nn
from torch.autograd import gradcheck, gradgradcheck

from heschl.network.normalization import LocalResponseNorm

SHAPES = [(2, 7, 3, 4), (1, 2, 1, 5), (3, 12, 2, 2)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("size", "beta"), [(5, 0.75), (4, 0.75), (1, 0.5), (3, 1.3)])
def test_is_torchs(shape, size, beta):
    torch.manual_seed(0)
    x = 3 * torch.randn(shape, dtype=torch.float64)
    expected = nn.LocalResponseNorm(size, 0.5, beta, 2.0)(x)
    torch.testing.assert_close(LocalResponseNorm(size, 0.5, beta, 2.0)(x), expected, rtol=1e-12, atol=1e-12)


def test_is_tensorflows():
    """tf.nn.local_response_normalization: x / (bias + alpha sum over depth_radius on both sides)^beta."""
    torch.manual_seed(0)
    x = 50 * torch.randn(2, 9, 2, 3, dtype=torch.float64)
    expected = torch.empty_like(x)
    for c in range(9):
        around = (x[:, max(0, c - 2) : c + 3] ** 2).sum(1)
        expected[:, c] = x[:, c] / (1 + 1e-3 * around) ** 0.75
    torch.testing.assert_close(LocalResponseNorm(5, 5e-3, 0.75, 1.0)(x), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("size", [4, 5])
@pytest.mark.parametrize("beta", [0.75, 0.6])
def test_gradients_are_those_of_small_changes(size, beta):
    torch.manual_seed(0)
    x = torch.randn(2, 6, 2, 2, dtype=torch.float64, requires_grad=True)
    norm = LocalResponseNorm(size, 0.7, beta, 1.5)
    assert gradcheck(norm, x)
    assert gradgradcheck(norm, x)


def test_half_precision_is_computed_in_float32():
    x = (100 * torch.randn(1, 8, 2, 2)).to(torch.bfloat16)
    found = LocalResponseNorm(5, 5e-3, 0.75, 1.0)(x)
    assert found.dtype == torch.bfloat16
    expected = nn.LocalResponseNorm(5, 5e-3, 0.75, 1.0)(x.float())
    torch.testing.assert_close(found.float(), expected, rtol=2**-8, atol=0)

"""Metamers of a small layer, beside those that plenoptic makes with the same settings."""

import warnings

import pytest
import torch
from torch import nn

from heschl.metamers.descent import descend
from heschl.metamers.match import Response, distance, frozen
from heschl.metamers.params import Descent

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    po = pytest.importorskip("plenoptic", reason="plenoptic is not installed (test extra)")
STEPS, RATE, SAMPLES = 100, 0.01, 200


class Layer(nn.Module):
    """Half-wave rectified channels of a waveform, pooled in time."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.layers = nn.Sequential(nn.Conv1d(1, 6, 9, stride=2), nn.Softplus(), nn.AvgPool1d(4))

    def forward(self, image):
        return self.layers(image.reshape(len(image), 1, SAMPLES))


def relative(natural, changed):
    return torch.linalg.vector_norm(changed - natural) / torch.linalg.vector_norm(natural)


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning")
def test_the_loss_is_that_of_plenoptic():
    layer, generator = Layer(), torch.Generator().manual_seed(2)
    natural, noise = (
        0.1 * torch.randn(2, SAMPLES, generator=generator),
        0.01 * torch.randn(2, SAMPLES, generator=generator),
    )
    with frozen(layer):
        wanted = layer(natural).flatten(1)
        ours = descend(Response(layer), wanted, noise, Descent("adam", STEPS, RATE, 0))
        for place in range(2):
            image, start = (each[place].reshape(1, 1, 1, SAMPLES) for each in (natural, noise))
            theirs = po.Metamer(image, layer, loss_function=relative, penalty_lambda=0)
            theirs.setup(
                start,
                torch.optim.Adam, {"lr": RATE, "eps": 1e-12, "amsgrad": False},
                torch.optim.lr_scheduler.CosineAnnealingLR, {"T_max": STEPS},
            )  # fmt: skip
            theirs.synthesize(STEPS, stop_criterion=0)
            found = theirs.metamer.detach().reshape(1, SAMPLES)
            away = distance(layer(found).flatten(1), wanted[place : place + 1]).item()
            assert ours.losses[0, place] > 10 * away
            own = distance(layer(ours.sounds[place : place + 1]).flatten(1), wanted[place : place + 1]).item()
            assert own == pytest.approx(away, rel=0.05)

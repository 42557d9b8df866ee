"""A small network with random weights, as training saves it, and noise as sounds."""

import numpy as np
import pytest
import torch

from heschl.activations.sounds import Sounds
from heschl.audio import Sound
from heschl.network.hearing import Hearing
from heschl.network.saved import config_of, save_network
from tests.helpers.trainings import EAR, LAYERS, network_of

LABELS = {"word": ["__genre__", "high", "low"], "genre": ["__speech__", "bass"]}


@pytest.fixture(scope="session")
def network_folder(tmp_path_factory):
    torch.manual_seed(0)
    config = config_of(
        {
            "sound": Sound(sample_rate=8000, clip_s=1.0),
            "cochleagram": EAR,
            "network": network_of(*(layer["name"] for layer in LAYERS), branch_after="norm1"),
        },
        LABELS,
    )
    path = tmp_path_factory.mktemp("models") / "network"
    save_network(path, Hearing.from_config(config).network.state_dict(), config, [{"epoch": 0.0}], "none")
    return path


@pytest.fixture(scope="session")
def layer_names():
    """The layers of the network, without dropout."""
    return ["cochleagram", "conv1", "norm1", "word.pool1", "word.readout", "genre.pool1", "genre.readout"]


@pytest.fixture(scope="session")
def sounds():
    waveforms = np.random.default_rng(0).integers(-3000, 3000, (5, 8000)).astype(np.int16)
    return Sounds(tuple("abcde"), waveforms, {})

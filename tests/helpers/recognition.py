"""A network with random weights, and sound files, for the tests of recognition."""

import numpy as np
import pytest
import soundfile
import torch

from heschl.network.hearing import Hearing
from heschl.network.saved import config_of, save_network
from tests.helpers.trainings import EAR, LAYERS, TRAIN, changed, network_of

LABELS = {
    "word": ["__genre__", "high", "low"],
    "genre": ["bass", "flute", "__speech__"],
    "place": ["sea", "hill", "old market-place"],
}
RATE = 8000


def noise(samples, seed=0):
    return (0.1 * np.random.default_rng(seed).standard_normal(samples)).astype(np.float32)


def made(folder, sound, **train):
    """Save a network with random weights."""
    torch.manual_seed(0)
    sections = changed({"train": TRAIN, "machine": None}, **train)
    config = config_of(
        {
            "sound": sound,
            "cochleagram": EAR,
            "network": network_of(*(layer["name"] for layer in LAYERS)),
            **sections,
        },
        LABELS,
    )
    save_network(folder, Hearing.from_config(config).network.state_dict(), config, [{"epoch": 1.0}], "run")
    return folder


@pytest.fixture
def network(tmp_path, sound):
    return made(tmp_path / "network", sound)


@pytest.fixture
def write(tmp_path):
    def write(name, waveform, rate=RATE, **options):
        soundfile.write(tmp_path / name, waveform, rate, **options)
        return tmp_path / name

    return write

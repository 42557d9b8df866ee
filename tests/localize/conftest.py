"""A setting for the experiments: KEMAR, and the directions of Saddler & McDermott (2024)."""

import numpy as np
import pytest

from pipeline.acoustics.kemar import kemar
from pipeline.audio import Sound
from pipeline.localize.ears import stretched
from pipeline.localize.experiment import Setting


@pytest.fixture(scope="package")
def setting():
    """Return a setting with 504 directions; its natural sounds are SYNTHETIC noise."""
    sound = Sound(sample_rate=32000, clip_s=0.5, channels=2)
    head = kemar().at_rate(sound.sample_rate)
    azimuth, elevation = np.meshgrid(np.arange(0, 360, 5), np.arange(0, 61, 10))
    azimuth = 180 - (180 - azimuth.ravel()) % 360
    others = {"x 0.8": stretched(head, 0.8), "x 1.25": stretched(head, 1.25)}
    return Setting(
        sound, head, others, azimuth.astype(float), elevation.ravel().astype(float), 2,
        lambda rng: rng.standard_normal(sound.samples),
    )  # fmt: skip

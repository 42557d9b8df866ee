"""Observers whose answers are known, and what an experiment measures of them."""

import numpy as np
import pandas as pd

from heschl.acoustics import directions
from heschl.acoustics.kemar import kemar
from heschl.audio import Sound
from heschl.localize.answers import Answers
from heschl.localize.ears import stretched
from heschl.localize.experiment import Setting


def surroundings(repeats=2):
    """Return a setting with KEMAR and the 504 directions of Saddler & McDermott (2024).

    Its natural sounds are SYNTHETIC noise.
    """
    sound = Sound(sample_rate=32000, clip_s=0.5, channels=2)
    head = kemar().at_rate(sound.sample_rate)
    azimuth, elevation = np.meshgrid(np.arange(0, 360, 5), np.arange(0, 61, 10))
    azimuth = directions.signed(azimuth.ravel())
    others = {"x 0.8": stretched(head, 0.8), "x 1.25": stretched(head, 1.25)}
    return Setting(
        sound, head, others, azimuth, elevation.ravel().astype(float), repeats,
        lambda rng: rng.standard_normal(sound.samples),
    )  # fmt: skip


def measured(experiment, setting, observer):
    """Return {(condition, measure): value} of an observer: trial -> azimuth and elevation that it answers."""
    trials = experiment.trials(setting)
    said = np.array([observer(trial) for trial in trials], float)
    values = experiment.values(pd.DataFrame(trials), answers(setting, said), setting)
    return values.set_index(["condition", "measure"]).value


def claimed(experiment, setting, observer):
    """Return the statements about an observer, and whether they hold."""
    return {
        claim: bool(holds)
        for claim, holds in experiment.claims(measured(experiment, setting, observer), setting).items()
    }


def answers(setting, said):
    """Return answers that are certain of the nearest direction; said : (sounds, 2) azimuth and elevation."""
    there = directions.vectors(setting.azimuth, setting.elevation)
    nearest = (directions.vectors(*said.T) @ there.T).argmax(axis=1)
    return Answers(np.eye(len(there))[nearest], setting.azimuth, setting.elevation)

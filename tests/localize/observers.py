"""Observers whose answers are known, and what an experiment measures of them."""

import numpy as np
import pandas as pd

from pipeline.acoustics import directions
from pipeline.localize.answers import Answers


def measured(experiment, setting, observer):
    """Return {(condition, measure): value} of an observer: trial -> azimuth and elevation that it answers."""
    trials = experiment.trials(setting)
    said = np.array([observer(trial) for trial in trials], float)
    values = experiment.values(pd.DataFrame(trials), answers(setting, said), setting)
    return values.set_index(["condition", "measure"]).value


def answers(setting, said):
    """Return answers that are certain of the nearest direction; said : (sounds, 2) azimuth and elevation."""
    there = directions.vectors(setting.azimuth, setting.elevation)
    nearest = (directions.vectors(*said.T) @ there.T).argmax(axis=1)
    return Answers(np.eye(len(there))[nearest], setting.azimuth, setting.elevation)

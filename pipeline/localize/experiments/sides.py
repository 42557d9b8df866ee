"""A control for leaks: without differences between the ears, nobody can tell left from right.

Natural sounds from ahead, to one side: as they are; at one ear alone, with silence at the other; the left
ear's at both ears; and with the ears exchanged in half of the sounds.
"""

import numpy as np
import pandas as pd

from pipeline.acoustics.head import LEFT, RIGHT
from pipeline.localize.answers import Answers
from pipeline.localize.experiment import Experiment, Setting, Trial, rows

AZIMUTHS = (-80, -60, -40, -20, 20, 40, 60, 80)
WHOLE, EXCHANGED = "as they are", "exchanged at random"
CHANGES = (WHOLE, "left ear alone", "right ear alone", "left ear at both", EXCHANGED)
TIMES = 5  # sounds at a place for each repeat


def trials(setting: Setting) -> list[Trial]:
    """Return sounds from each azimuth with each change."""
    return [
        {"change": change, "azimuth": azimuth}
        for change in CHANGES
        for azimuth in AZIMUTHS
        for _ in range(TIMES * setting.repeats)
    ]


def sound(trial: Trial, setting: Setting, rng: np.random.Generator) -> np.ndarray:
    """Return a natural sound from an azimuth, changed."""
    ears = setting.from_place(setting.natural(rng), trial["azimuth"])
    if trial["change"] == "left ear at both":
        return ears[[LEFT, LEFT]]
    if trial["change"] == EXCHANGED:
        return ears[::-1] if rng.random() < 0.5 else ears
    silent = {"left ear alone": RIGHT, "right ear alone": LEFT}.get(trial["change"])
    if silent is not None:
        ears[silent] = 0
    return ears


def values(table: pd.DataFrame, answers: Answers, setting: Setting) -> pd.DataFrame:
    """Return the percentage of answers to the right side; one to neither counts as a half."""
    side = np.sin(np.radians(answers.best()[0]))
    right = np.where(np.abs(side) < 1e-6, 0.5, (side > 0) == (table.azimuth > 0))
    found = []
    for change, group in pd.Series(right).groupby(table.change, sort=False):
        found += rows(str(change), np.nan, {"left or right": 100 * float(group.mean())})
    return pd.DataFrame(found)


EXPERIMENT = Experiment("sides", "control: left and right", "", None, trials, sound, values)

"""A control: left and right of natural sounds from ahead, to one side.

With the sum of both ears at each, which is the same from left and right, and with the ears exchanged in half
of the sounds, left and right are at chance unless something leaks. One ear alone, with silence at the other,
still hears the shadow of the head in the spectrum.
"""

import numpy as np
import pandas as pd

from heschl.acoustics.head import LEFT, RIGHT
from heschl.localize.answers import Answers
from heschl.localize.experiment import Claims, Experiment, Setting, Trial, rows

AZIMUTHS = (-80, -60, -40, -20, 20, 40, 60, 80)
WHOLE, EXCHANGED = "as they are", "exchanged at random"
BOTH = "their sum at both ears"
CHANGES = (WHOLE, "left ear alone", "right ear alone", BOTH, EXCHANGED)
TIMES = 5  # sounds at a place for each repeat
SPREAD = 2.58  # standard deviations from chance within which 99 % of the shares lie


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
    if trial["change"] == BOTH:
        return np.stack([ears.sum(axis=0)] * 2)
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


def claims(found: pd.Series, setting: Setting) -> Claims:
    """Say whether the side is correct, and at chance where nothing tells it."""
    beyond = SPREAD * 50 / np.sqrt(len(AZIMUTHS) * TIMES * setting.repeats)
    right = found.xs("left or right", level="measure") - 50
    return {
        "the side of natural sounds is named above chance": right[WHOLE] > beyond,
        "the side is at chance if both ears hear the sum": abs(right[BOTH]) <= beyond,
        "the side is at chance if the ears are exchanged at random": abs(right[EXCHANGED]) <= beyond,
    }


EXPERIMENT = Experiment(
    "sides",
    "control: left and right",
    "",
    None,
    trials,
    sound,
    values,
    value_label="correct (%)",
    claims=claims,
)

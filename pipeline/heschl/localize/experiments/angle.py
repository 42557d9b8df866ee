"""The minimum audible angle: the smallest difference of azimuth that is heard, of tones below 1 kHz."""

import numpy as np
import pandas as pd

from heschl.localize import sounds
from heschl.localize.answers import Answers
from heschl.localize.experiment import Claims, Experiment, Setting, Trial, published, rows
from heschl.localize.threshold import threshold

TONES_HZ = (250, 500, 750)
REFERENCES = (0, 30, 45, 60, 75)  # azimuths, to both sides
NEAR = 10  # degrees from a reference to the sounds that are compared
STEP = 1
LARGEST = 90.0


def trials(setting: Setting) -> list[Trial]:
    """Return tones at azimuths a degree apart."""
    outermost = REFERENCES[-1] + NEAR
    return [
        {"hz": hz, "azimuth": azimuth}
        for hz in TONES_HZ
        for azimuth in range(-outermost, outermost + 1, STEP)
        for _ in range(setting.repeats)
    ]


def sound(trial: Trial, setting: Setting, rng: np.random.Generator) -> np.ndarray:
    """Return a tone from an azimuth."""
    tone = sounds.tone(rng, setting.samples, setting.rate, trial["hz"])
    return setting.from_place(tone, trial["azimuth"])


def values(table: pd.DataFrame, answers: Answers, setting: Setting) -> pd.DataFrame:
    """Return the threshold at each reference: the mean over tones and sides, degrees."""
    said = answers.horizontal().mean_azimuth()
    found = []
    for reference in REFERENCES:
        angles = []
        for hz in TONES_HZ:
            for side in {reference, -reference}:
                near = ((table.hz == hz) & (np.abs(table.azimuth - side) <= NEAR)).to_numpy()
                angles.append(threshold(table.azimuth.to_numpy(float)[near], said[near], LARGEST))
        found += rows(f"{reference}°", reference, {"angle": float(np.mean(angles))})
    return pd.DataFrame(found)


def claims(found: pd.Series, setting: Setting) -> Claims:
    """Say whether angles grow to the side."""
    ahead, side = (found[f"{reference}°", "angle"] for reference in (REFERENCES[0], REFERENCES[-1]))
    return {"the smallest angle is smaller straight ahead than at 75 degrees": ahead < side}


def people(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean threshold over the tones."""
    found = []
    for azimuth, group in table[table.f.isin(TONES_HZ)].groupby("azim"):
        found += published(rows(f"{azimuth}°", azimuth, {"angle": group.maa.mean()}))
    return pd.DataFrame(found)


EXPERIMENT = Experiment(
    "angle",
    "minimum audible angle",
    "Mills 1958, Journal of the Acoustical Society of America 30(4), 237-246",
    "mills_1958_minimum_audible_angle.csv",
    trials,
    sound,
    values,
    people,
    x_label="azimuth (°)",
    value_label="smallest angle (°)",
    claims=claims,
)

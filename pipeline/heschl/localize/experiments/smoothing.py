"""Spectral detail: can noise through smoothed ears be told from noise through the listener's own?

People said which of two sounds was the virtual one. Of the network, it is how often an observer of one sound
who knows nothing but the network's mean probabilities would be right: 50 % and half of the total variation
between those for smoothed and for its own ears, with the same noises.
"""

import numpy as np
import pandas as pd

from heschl.localize.answers import Answers
from heschl.localize.ears import smoothed
from heschl.localize.experiment import Claims, Experiment, Setting, Trial, over_people, rows
from heschl.localize.sounds import heard, noise, ramped

COEFFICIENTS = (1024, 512, 256, 128, 64, 32, 16, 8)
OWN = 0  # coefficients of the listener's own ears
AZIMUTHS = (0, 45, -45, 180)
TIMES = 5  # sounds for each repeat: there are few places


def trials(setting: Setting) -> list[Trial]:
    """Return noises from each azimuth through the listener's own ears and through each smoothed one."""
    return [
        {"coefficients": number, "azimuth": azimuth, "token": token}
        for number in (OWN, *COEFFICIENTS)
        for azimuth in AZIMUTHS
        for token in range(TIMES * setting.repeats)
    ]


def sound(trial: Trial, setting: Setting, rng: np.random.Generator) -> np.ndarray:
    """Return noise from an azimuth."""
    response = setting.response(trial["azimuth"])
    if trial["coefficients"] != OWN:
        response = smoothed(response, setting.rate, trial["coefficients"])
    return heard(ramped(noise(rng, setting.samples, setting.rate), setting.rate), response)


def values(table: pd.DataFrame, answers: Answers, setting: Setting) -> pd.DataFrame:
    """Return the percentage that an observer would get right, for each number of coefficients."""

    def mean(number: int, azimuth: int) -> np.ndarray:
        chosen = (table.coefficients == number) & (table.azimuth == azimuth)
        return answers.probabilities[chosen.to_numpy()].mean(axis=0)

    found = []
    for number in COEFFICIENTS:
        apart = [np.abs(mean(number, each) - mean(OWN, each)).sum() / 2 for each in AZIMUTHS]
        found += rows(str(number), number, {"told apart": 100 * float(0.5 + np.mean(apart) / 2)})
    return pd.DataFrame(found)


def claims(found: pd.Series, setting: Setting) -> Claims:
    """Say whether stronger smoothing is easier to hear."""
    most, least = (found[str(number), "told apart"] for number in (min(COEFFICIENTS), max(COEFFICIENTS)))
    return {"ears are told apart more often with the least than with the most spectral detail": most > least}


def people(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean percentage of listeners who told them apart."""
    means = table.groupby(["smoothed", "subject"]).pct_correct.mean().reset_index()
    named = means.assign(condition=means.smoothed.astype(str), x=means.smoothed)
    return over_people(named.rename(columns={"pct_correct": "told apart"}), ["told apart"])


EXPERIMENT = Experiment(
    "smoothing",
    "smoothed spectral detail",
    "Kulkarni & Colburn 1998, Nature 396, 747-749",
    "kulkarni_colburn_1998_spectral_smoothing.csv",
    trials,
    sound,
    values,
    people,
    x_label="coefficients",
    value_label="told apart (%)",
    logarithmic=True,
    claims=claims,
)

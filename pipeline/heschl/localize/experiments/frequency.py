"""Frequency: errors of azimuth of tones from all around; ahead and behind count as the same."""

import numpy as np
import pandas as pd

from heschl.acoustics import directions
from heschl.localize import sounds
from heschl.localize.answers import Answers
from heschl.localize.experiment import TABLES, Experiment, Setting, Trial, published, rows

TABLE = "stevens_newman_1936_frequency_dependency.csv"
AZIMUTHS = range(-165, 181, 15)


def trials(setting: Setting) -> list[Trial]:
    """Return tones of the frequencies that people heard, from each azimuth."""
    return [
        {"hz": hz, "azimuth": azimuth}
        for hz in pd.read_csv(TABLES / TABLE).f
        if setting.audible(hz)
        for azimuth in AZIMUTHS
        for _ in range(setting.repeats)
    ]


def sound(trial: Trial, setting: Setting, rng: np.random.Generator) -> np.ndarray:
    """Return a tone from an azimuth."""
    return setting.from_place(sounds.tone(rng, setting.samples, setting.rate, trial["hz"]), trial["azimuth"])


def values(table: pd.DataFrame, answers: Answers, setting: Setting) -> pd.DataFrame:
    """Return the mean error of azimuth of each tone, degrees."""
    said, _ = answers.best()
    wrong = np.abs(directions.folded(said) - directions.folded(table.azimuth))
    found = []
    for hz, group in pd.Series(wrong).groupby(table.hz):
        found += rows(f"{hz:.0f} Hz", hz, {"error": float(group.mean())})
    return pd.DataFrame(found)


def people(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean errors of listeners."""
    found = []
    for row in table.itertuples():
        errors = rows(f"{row.f:.0f} Hz", row.f, {"error": row.deg_azim_err_mean})
        found += published(errors)
    return pd.DataFrame(found)


EXPERIMENT = Experiment(
    "frequency",
    "tones from all around",
    "Stevens & Newman 1936, American Journal of Psychology 48(2), 297-306",
    TABLE,
    trials,
    sound,
    values,
    people,
    x_label="frequency (Hz)",
    value_label="error (°)",
    logarithmic=True,
    counted=False,
)

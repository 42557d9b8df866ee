"""Elevation in the median plane: filtered noises from ahead, above and behind.

People answered with one of nine loudspeakers, here the answers are the directions that the network knows in
the plane: how often chance is right differs.
"""

import numpy as np
import pandas as pd

from heschl.localize.answers import Answers
from heschl.localize.experiment import Experiment, LocalizeError, Setting, Trial, published, rows
from heschl.localize.sounds import noise

LOWPASS_KHZ = (3.9, 6.0, 8.0, 10.3, 12.0, 14.5, 16.0)
HIGHPASS_KHZ = (3.8, 5.8, 7.5, 10.0, 13.2, 15.3)
HIGHEST_HZ = 20000  # that people heard
NARROWEST = 0.9  # of the highest frequency: a high-pass above it leaves nothing
TIMES = 4  # sounds at a place for each repeat: there are few places


def plane(setting: Setting) -> np.ndarray:
    """Return which directions are in the plane, as a mask."""
    side = np.abs(setting.azimuth)
    return np.isclose(side, 0) | np.isclose(side, 180)


def trials(setting: Setting) -> list[Trial]:
    """Return noises of each filter that the sample rate allows, at each direction in the plane."""
    chosen = plane(setting)
    if np.isclose(setting.azimuth[chosen], setting.azimuth[chosen].min()).all():
        raise LocalizeError("the network knows no directions both ahead and behind in the median plane")
    highest = setting.rate / 2000
    filters = [("low-pass", khz, 0.0, khz) for khz in LOWPASS_KHZ if khz <= highest]
    filters += [("high-pass", khz, khz, np.inf) for khz in HIGHPASS_KHZ if khz < NARROWEST * highest]
    bands = [
        {"filter": kind, "khz": khz, "low_hz": 1000 * low, "high_hz": 1000 * high}
        for kind, khz, low, high in filters
    ]
    places = zip(setting.azimuth[chosen], setting.elevation[chosen], strict=True)
    every = [{"azimuth": azimuth, "elevation": elevation} for azimuth, elevation in places]
    return [band | place for band in bands for place in every for _ in range(TIMES * setting.repeats)]


def sound(trial: Trial, setting: Setting, rng: np.random.Generator) -> np.ndarray:
    """Return filtered noise from a place in the plane."""
    source = noise(rng, setting.samples, setting.rate, trial["low_hz"], trial["high_hz"])
    return setting.from_place(source, trial["azimuth"], trial["elevation"])


def values(table: pd.DataFrame, answers: Answers, setting: Setting) -> pd.DataFrame:
    """Return the percentage of right answers with each filter."""
    azimuth, elevation = answers.among(plane(setting)).best()
    right = np.isclose(azimuth, table.azimuth) & np.isclose(elevation, table.elevation)
    found = []
    for (kind, khz), group in pd.Series(right).groupby([table["filter"], table.khz]):
        correct = rows(f"{kind} {khz:g} kHz", khz, {f"{kind} correct": 100 * float(group.mean())})
        faithful = kind == "low-pass" or setting.reaches(HIGHEST_HZ)
        found += [row | {"faithful": faithful} for row in correct]
    return pd.DataFrame(found)


def people(table: pd.DataFrame) -> pd.DataFrame:
    """Return the percentage of right answers of listeners."""
    found = []
    for row in table.itertuples():
        kind = {0: "low-pass", 1: "high-pass"}[row.condition]
        right = {f"{kind} correct": row.pct_correct_15deg}
        found += published(rows(f"{kind} {row.cutoff:g} kHz", row.cutoff, right))
    return pd.DataFrame(found)


EXPERIMENT = Experiment(
    "median",
    "median plane, filtered noise",
    "Hebrank & Wright 1974, Journal of the Acoustical Society of America 56(6), 1829-1834",
    "hebrank_wright_1974_median_plane_spectral_cues.csv",
    trials,
    sound,
    values,
    people,
    x_label="cutoff (kHz)",
    value_label="correct (%)",
)

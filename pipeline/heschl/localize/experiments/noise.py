"""Natural sounds in noise: how far answers are from the truth, against the signal-to-noise ratio.

The sound comes from one of 95 loudspeakers ahead, 10 degrees apart in azimuth and elevation; noise comes from
nine of them at once, with the same power in each auditory filter. People heard threshold-equalizing noise,
which has somewhat less power below 500 Hz.
"""

import numpy as np
import pandas as pd

from heschl.acoustics import directions
from heschl.audio import from_db, rms
from heschl.localize.answers import SIDE, Answers
from heschl.localize.experiment import (
    Claims,
    Experiment,
    LocalizeError,
    Setting,
    Trial,
    over_people,
    rows,
)
from heschl.localize.sounds import equal_noise

AZIMUTHS, ELEVATIONS = range(-90, 91, 10), range(0, 41, 10)
NOISE = [(azimuth, elevation) for azimuth in (-80, 0, 80) for elevation in (0, 20, 40)]
SNRS_DB = (-13.6, -6.8, 0.0, 6.8, 13.6, np.inf)
QUIET = "quiet"  # shown, not compared
MEASURES = ("great_circle", "azimuth", "elevation")


def trials(setting: Setting) -> list[Trial]:
    """Return a trial for each loudspeaker at each SNR."""
    if not _possible(setting.azimuth, setting.elevation).any():
        raise LocalizeError("the network knows no directions ahead, 0 to 40 degrees high in steps of 10")
    return [
        {"snr_db": snr, "azimuth": azimuth, "elevation": elevation}
        for snr in SNRS_DB
        for elevation in ELEVATIONS
        for azimuth in AZIMUTHS
        for _ in range(setting.repeats)
    ]


def sound(trial: Trial, setting: Setting, rng: np.random.Generator) -> np.ndarray:
    """Return a natural sound from a loudspeaker, with noise from nine; the SNR is that of both ears."""
    ears = setting.from_place(setting.natural(rng), trial["azimuth"], trial["elevation"])
    if not np.isfinite(trial["snr_db"]):
        return ears
    noises = [setting.from_place(equal_noise(rng, setting.samples, setting.rate), *place) for place in NOISE]
    noise = np.sum(noises, axis=0)
    return ears / rms(ears) * from_db(trial["snr_db"]) + noise / rms(noise)


def values(table: pd.DataFrame, answers: Answers, setting: Setting) -> pd.DataFrame:
    """Return the mean errors at each SNR, degrees, of answers among directions that have loudspeakers."""
    azimuth, elevation = answers.among(_possible(answers.azimuth, answers.elevation)).best()
    wrong = pd.DataFrame(
        {
            "great_circle": directions.great_circle(
                directions.vectors(table.azimuth, table.elevation), directions.vectors(azimuth, elevation)
            ),
            "azimuth": np.abs(azimuth - table.azimuth),
            "elevation": np.abs(elevation - table.elevation),
        }
    )
    found = []
    for snr, group in wrong.groupby(table.snr_db):
        found += rows(_name(snr), snr, group.mean().to_dict())
    return pd.DataFrame(found)


def claims(found: pd.Series, setting: Setting) -> Claims:
    """Say whether errors fall with the SNR."""
    low, high = (found[_name(snr), "great_circle"] for snr in (SNRS_DB[0], SNRS_DB[-2]))
    return {"errors are smaller at the highest than at the lowest SNR": high < low}


def people(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean errors of listeners."""
    names = {"deg_err": "great_circle", "deg_azim_err": "azimuth", "deg_elev_err": "elevation"}
    table = table.rename(columns=names)
    return over_people(table.assign(condition=table.snr.map(_name), x=table.snr), MEASURES)


def _possible(azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    """Return which directions have loudspeakers, as a mask."""
    ahead = (np.abs(azimuth) < SIDE) & (elevation >= 0) & (elevation <= 40)
    return ahead & np.isclose(np.stack([azimuth, elevation]) % 10, 0).all(axis=0)


def _name(snr: float) -> str:
    return f"{snr:g} dB" if np.isfinite(snr) else QUIET


EXPERIMENT = Experiment(
    "noise",
    "natural sounds in noise",
    "Saddler & McDermott 2024, Nature Communications 15, 10590",
    "saddler_2023_snr.csv",
    trials,
    sound,
    values,
    people,
    x_label="SNR (dB)",
    value_label="error (°)",
    compared=lambda table: table.condition != QUIET,
    claims=claims,
)

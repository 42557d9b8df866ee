"""Bandwidth: errors of azimuth against the width of a noise around 250, 2000 and 4000 Hz."""

import numpy as np
import pandas as pd

from heschl.audio import rms
from heschl.localize.answers import Answers
from heschl.localize.experiment import Claims, Experiment, Setting, Trial, published, rows
from heschl.localize.sounds import band_noise

CENTERS_HZ = (250, 2000, 4000)
OCTAVES = (0.0, 1 / 20, 1 / 10, 1 / 6, 1 / 3, 1.0, 2.0)
AZIMUTHS = range(-75, 76, 15)  # of eleven loudspeakers


def trials(setting: Setting) -> list[Trial]:
    """Return noises of each width and center from each loudspeaker."""
    return [
        {"hz": hz, "octaves": octaves, "azimuth": azimuth}
        for octaves in OCTAVES
        for hz in CENTERS_HZ
        if setting.audible(hz)
        for azimuth in AZIMUTHS
        for _ in range(setting.repeats)
    ]


def sound(trial: Trial, setting: Setting, rng: np.random.Generator) -> np.ndarray:
    """Return a band of noise from an azimuth."""
    source = band_noise(rng, setting.samples, setting.rate, trial["hz"], trial["octaves"])
    return setting.from_place(source, trial["azimuth"])


def values(table: pd.DataFrame, answers: Answers, setting: Setting) -> pd.DataFrame:
    """Return the root-mean-square error of azimuth for each width, degrees."""
    said, _ = answers.horizontal().best()
    found = []
    for octaves, group in (pd.Series(said) - table.azimuth).groupby(table.octaves):
        found += rows(_name(octaves), octaves, {"error": rms(group.to_numpy())})
    return pd.DataFrame(found)


def claims(found: pd.Series, setting: Setting) -> Claims:
    """Say whether errors fall with the width of the noise."""
    tone, wide = (found[_name(octaves), "error"] for octaves in (OCTAVES[0], OCTAVES[-1]))
    return {"errors are smaller for noise of two octaves than for tones": wide < tone}


def people(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean over centers of the errors of listeners."""
    found = []
    for octaves, group in table.groupby(table.bandwidth.round(4)):
        errors = rows(_name(octaves), octaves, {"error": group.rms_error.mean()})
        found += published(errors, group.rms_error_std.mean())
    return pd.DataFrame(found)


def _name(octaves: float) -> str:
    return f"{octaves:.3g} octaves"


EXPERIMENT = Experiment(
    "bandwidth",
    "width of a noise",
    "Yost & Zhong 2014, Journal of the Acoustical Society of America 136(5), 2737-2746",
    "yost_zhong_2014_bandwidth_dependency.csv",
    trials,
    sound,
    values,
    people,
    x_label="width (octaves)",
    value_label="error (°)",
    claims=claims,
)

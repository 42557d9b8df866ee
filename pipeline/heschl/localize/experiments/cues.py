"""Which cue is used: low and high noises from ahead, without interaural differences of time or of level.

Without time, both ears have the phases of their mean; without level, at each frequency their geometric mean
gain.
"""

import numpy as np
import pandas as pd

from heschl.localize.answers import Answers
from heschl.localize.ears import without_level, without_time
from heschl.localize.experiment import Claims, Experiment, Setting, Trial, rows
from heschl.localize.sounds import heard, noise, ramped

AZIMUTHS = range(-60, 61, 20)
BANDS = {"below 1.5 kHz": (100.0, 1500.0), "above 3 kHz": (3000.0, np.inf)}
CHANGES = {"all cues": np.asarray, "without time": without_time, "without level": without_level}
TIMES = 5  # sounds at a place for each repeat


def trials(setting: Setting) -> list[Trial]:
    """Return noises of each band from each azimuth with each change."""
    return [
        {"band": band, "change": change, "azimuth": azimuth}
        for band in BANDS
        for change in CHANGES
        for azimuth in AZIMUTHS
        for _ in range(TIMES * setting.repeats)
    ]


def sound(trial: Trial, setting: Setting, rng: np.random.Generator) -> np.ndarray:
    """Return noise from an azimuth through changed ears."""
    source = noise(rng, setting.samples, setting.rate, *BANDS[trial["band"]])
    return heard(ramped(source, setting.rate), CHANGES[trial["change"]](setting.response(trial["azimuth"])))


def values(table: pd.DataFrame, answers: Answers, setting: Setting) -> pd.DataFrame:
    """Return the mean error of azimuth with each change, degrees."""
    said, _ = answers.horizontal().best()
    found = []
    for (band, change), group in pd.Series(np.abs(said - table.azimuth)).groupby([table.band, table.change]):
        found += rows(f"{band}, {change}", np.nan, {"error": float(group.mean())})
    return pd.DataFrame(found)


def claims(found: pd.Series, setting: Setting) -> Claims:
    """Say whether each cue is used where the head provides it."""
    error = found.xs("error", level="measure")
    low, high = ({change: error[f"{band}, {change}"] for change in CHANGES} for band in BANDS)
    time, level = low["without time"], high["without level"]
    return {
        "errors below 1.5 kHz are larger without time differences": time > low["all cues"],
        "errors below 1.5 kHz are larger without time than without level": time > low["without level"],
        "errors above 3 kHz are larger without level differences": level > high["all cues"],
        "errors above 3 kHz are larger without level than without time": level > high["without time"],
    }


EXPERIMENT = Experiment(
    "cues",
    "control: one cue removed",
    "",
    None,
    trials,
    sound,
    values,
    value_label="error (°)",
    claims=claims,
)

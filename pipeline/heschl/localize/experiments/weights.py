"""The weights of interaural time and level: noises from ahead whose cues are changed.

The time by which the left ear leads is changed by 300 or 600 microseconds, or its level by 10 or 20 dB. The
azimuths that are answered are turned back into the cue that the head has there. The weight is the slope: the
change that is answered over the change that was made; 1 if a listener follows one cue alone.
"""

import numpy as np
import pandas as pd

from heschl.acoustics import directions
from heschl.localize import cues
from heschl.localize.answers import Answers
from heschl.localize.experiment import Claims, Experiment, Setting, Trial, over_people, rows
from heschl.localize.sounds import heard, noise, ramped

BANDS_HZ = ((500, 2000), (4000, 16000), (500, 16000))
ALONE = BANDS_HZ[:2]  # bands that are compared
AZIMUTHS = range(-40, 41, 10)
WIDE = 20  # azimuth up to which the larger changes are made
TIMES_US, LEVELS_DB = (300, 600), (10, 20)  # to both sides


def trials(setting: Setting) -> list[Trial]:
    """Return noises of each band at each azimuth, as they are and with each change that is possible there."""
    changes = [(0, 0)]
    changes += [(sign * time, 0) for time in TIMES_US for sign in (-1, 1)]
    changes += [(0, sign * level) for level in LEVELS_DB for sign in (-1, 1)]
    found = []
    for band in BANDS_HZ:
        known = {"band": name(band), "low_hz": band[0], "high_hz": band[1]}
        for azimuth in AZIMUTHS:
            for time, level in changes:
                small = abs(time) <= TIMES_US[0] and abs(level) <= LEVELS_DB[0]
                if small or abs(azimuth) <= WIDE:
                    trial = known | {"azimuth": azimuth, "itd_us": time, "ild_db": level}
                    found += [trial] * setting.repeats
    return found


def sound(trial: Trial, setting: Setting, rng: np.random.Generator) -> np.ndarray:
    """Return noise from an azimuth with changed cues."""
    silent = setting.rate // 50  # at both ends, so that what is shifted stays within
    inner = noise(rng, setting.samples - 2 * silent, setting.rate, trial["low_hz"], trial["high_hz"])
    source = np.pad(ramped(inner, setting.rate), silent)
    ears = heard(source, setting.response(trial["azimuth"]))
    return cues.impose(ears, setting.rate, 1e-6 * trial["itd_us"], trial["ild_db"])


def values(table: pd.DataFrame, answers: Answers, setting: Setting) -> pd.DataFrame:
    """Return the weights of time and level in each band."""
    azimuth, _ = answers.best()
    said = directions.folded(azimuth)
    found = []
    for band in BANDS_HZ:
        chosen = (table.band == name(band)).to_numpy()
        times, levels = cues.table(setting.head, *band)
        weights = {
            f"{cue} weight": _weight(table[chosen], said[chosen], column, other, unit * curve)
            for cue, column, other, unit, curve in (
                ("time", "itd_us", "ild_db", 1e6, times), ("level", "ild_db", "itd_us", 1.0, levels),
            )
        }  # fmt: skip
        found += [row | {"faithful": setting.reaches(band[1])} for row in rows(name(band), np.nan, weights)]
    return pd.DataFrame(found)


def _weight(table: pd.DataFrame, said: np.ndarray, column: str, other: str, curve: np.ndarray) -> float:
    """Return the slope of a cue that is answered against the one that was imposed, in the same unit."""
    alone = (table[other] == 0).to_numpy()
    by = [table[each][alone].to_numpy() for each in ("azimuth", column)]
    means = pd.Series(said[alone]).groupby(by).mean()
    cue = pd.Series(np.interp(means, cues.AHEAD, curve), means.index)
    change = cue - cue.xs(0, level=1).reindex(cue.index, level=0)
    change = change.groupby(level=1).mean()
    return float(np.polyfit(change.index.to_numpy(float), change.to_numpy(), 1)[0])


def claims(found: pd.Series, setting: Setting) -> Claims:
    """Say whether the weights show the duplex pattern; the high band ends where the sample rate says."""
    low, high = (found[name(band)] for band in ALONE)
    said = {
        "time has a larger weight than level in noise of 0.5-2 kHz": low["time weight"] > low["level weight"]
    }
    if setting.reaches(2 * ALONE[1][0]):  # an octave
        said["level has a larger weight than time above 4 kHz"] = high["level weight"] > high["time weight"]
    return said


def people(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean weights of listeners."""
    names = {"itd_bias_weight": "time weight", "ild_bias_weight": "level weight"}
    bands = [name(band) for band in zip(table.cutoff_low, table.cutoff_high, strict=True)]
    table = table.rename(columns=names).assign(condition=bands, x=np.nan)
    return over_people(table, list(names.values()))


def name(band: tuple[float, float]) -> str:
    """Return the name of a band: 0.5-2 kHz."""
    return f"{band[0] / 1000:g}-{band[1] / 1000:g} kHz"


EXPERIMENT = Experiment(
    "weights",
    "weights of time and level",
    "Macpherson & Middlebrooks 2002, Journal of the Acoustical Society of America 111(5), 2219-2236",
    "macpherson_middlebrooks_2002_itd_ild_weighting.csv",
    trials,
    sound,
    values,
    people,
    value_label="weight",
    compared=lambda table: table.condition.isin([name(band) for band in ALONE]),
    claims=claims,
)

"""The smallest interaural difference of time that is heard, of tones over headphones, against frequency."""

import numpy as np
import pandas as pd

from heschl.localize import sounds
from heschl.localize.answers import Answers
from heschl.localize.experiment import Experiment, Setting, Trial, over_people, rows
from heschl.localize.sounds import ramped
from heschl.localize.threshold import threshold

TONES_HZ = (250, 500, 700, 800, 900, 1000, 1200, 1250, 1300, 1350, 1400)
DELAYS_US = range(-320, 321, 20)
LARGEST_US = 320.0


def trials(setting: Setting) -> list[Trial]:
    """Return tones with delays."""
    return [
        {"hz": hz, "itd_us": delay}
        for hz in TONES_HZ
        if setting.audible(hz)
        for delay in DELAYS_US
        for _ in range(setting.repeats)
    ]


def sound(trial: Trial, setting: Setting, rng: np.random.Generator) -> np.ndarray:
    """Return a tone of which one ear leads, by its fine structure; both begin at once."""
    hz, phase = trial["hz"], rng.random()
    shift = 1e-6 * trial["itd_us"] * setting.rate / 2
    time = np.arange(setting.samples) + np.array([[shift], [-shift]])
    return ramped(np.sin(2 * np.pi * (hz * time / setting.rate + phase)), setting.rate, 10 * sounds.RAMP_S)


def values(table: pd.DataFrame, answers: Answers, setting: Setting) -> pd.DataFrame:
    """Return the threshold of each tone, microseconds."""
    said, _ = answers.horizontal().best()
    found = []
    for hz, group in table.groupby("hz"):
        place = table.index.get_indexer(group.index)
        least = threshold(group.itd_us.to_numpy(float), said[place], LARGEST_US)
        found += rows(f"{hz} Hz", hz, {"itd": least})
    return pd.DataFrame(found)


def people(table: pd.DataFrame) -> pd.DataFrame:
    """Return the geometric mean over listeners who could be measured."""
    named = table.assign(condition=[f"{hz:g} Hz" for hz in table.f], x=table.f)
    found = over_people(named.assign(itd=np.log(table.itd_threshold)), ["itd"])
    mean = np.exp(found.value)
    return found.assign(value=mean, error=mean * found.error)


EXPERIMENT = Experiment(
    "delay",
    "smallest interaural delay",
    "Brughera, Dunai & Hartmann 2013, Journal of the Acoustical Society of America 133(5), 2839-2855",
    "brughera_etal_2013_itd_threshold.csv",
    trials,
    sound,
    values,
    people,
    x_label="frequency (Hz)",
    value_label="smallest delay (µs)",
    scale=np.log,
)

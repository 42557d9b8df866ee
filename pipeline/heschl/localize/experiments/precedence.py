"""The precedence effect: short noises from two places, one of them later.

One is ahead, the other 20, 40 or 60 degrees to a side; either may be the first. The error is that of the
answer as if to the first, and as if to the second. Without delay there is one source alone.
"""

import numpy as np
import pandas as pd

from heschl.audio import rms
from heschl.localize.answers import Answers
from heschl.localize.experiment import Claims, Experiment, Setting, Trial, published, rows
from heschl.localize.sounds import heard, pink_noise, ramped

DELAYS_MS = (0, 5, 10, 25, 50, 100)
SIDES = (-60, -40, -20, 20, 40, 60)
BURST_S, FALL_S = 0.025, 0.002
EVERY_S = 0.25  # from one burst to the next, while there is time


def trials(setting: Setting) -> list[Trial]:
    """Return pairs of places with each delay; without delay the second is silent, where the first is."""
    pairs = [pair for side in SIDES for pair in ((0, side), (side, 0))]
    return [
        {"delay_ms": delay, "first": first, "second": second if delay else first}
        for delay in DELAYS_MS
        for first, second in pairs
        for _ in range(setting.repeats)
    ]


def sound(trial: Trial, setting: Setting, rng: np.random.Generator) -> np.ndarray:
    """Return bursts of noise from the first place, and the same ones later from the second."""
    burst = ramped(pink_noise(rng, round(BURST_S * setting.rate), setting.rate), setting.rate, FALL_S)
    later = round(trial["delay_ms"] * setting.rate / 1000)
    train, step = np.zeros(setting.samples), round(EVERY_S * setting.rate)
    for start in range(step // 5, setting.samples - len(burst) - later, step):
        train[start : start + len(burst)] = burst
    ears = heard(train, setting.response(trial["first"]))
    if later:
        ears[:, later:] += heard(train, setting.response(trial["second"]))[:, :-later]
    return ears


def values(table: pd.DataFrame, answers: Answers, setting: Setting) -> pd.DataFrame:
    """Return the root-mean-square errors for each delay, degrees."""
    said, _ = answers.horizontal().best()
    found = []
    for delay, group in table.groupby("delay_ms"):
        wrong = said[table.index.get_indexer(group.index), None] - group[["first", "second"]].to_numpy()
        errors = {f"error to the {name}": rms(wrong[:, at]) for at, name in enumerate(("first", "second"))}
        found += rows(f"{delay} ms", delay, errors)
    return pd.DataFrame(found)


def claims(found: pd.Series, setting: Setting) -> Claims:
    """Say whether the first of two sounds is the one that is heard."""
    errors = found[f"{DELAYS_MS[1]} ms"]
    first = errors["error to the first"] < errors["error to the second"]
    return {f"with a delay of {DELAYS_MS[1]} ms, answers are closer to the first sound": first}


def people(table: pd.DataFrame) -> pd.DataFrame:
    """Return the errors of listeners."""
    found = []
    for row in table.itertuples():
        measure = {0: "error to the first", 1: "error to the second"}[row.condition]
        errors = rows(f"{row.delay} ms", row.delay, {measure: row.rms_error_mean})
        found += published(errors, row.rms_error_std)
    return pd.DataFrame(found)


EXPERIMENT = Experiment(
    "precedence",
    "precedence effect",
    "Litovsky & Godar 2010, Journal of the Acoustical Society of America 128(4), 1979-1991",
    "litovsky_godar_2010_precedence_effect.csv",
    trials,
    sound,
    values,
    people,
    x_label="delay (ms)",
    value_label="error (°)",
    claims=claims,
)

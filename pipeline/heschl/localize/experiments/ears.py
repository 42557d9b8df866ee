"""New ears: localization with pinnae that are not one's own.

People wore molds in their ears. Here the new ears are those of `localize.ears`. People's places are a grid of
4 by 4 directions ahead, which are compared with 4 by 4 of the network in their order.
"""

import numpy as np
import pandas as pd

from heschl.acoustics import directions
from heschl.localize.answers import Answers
from heschl.localize.experiment import Claims, Experiment, Setting, Trial, over_people, rows
from heschl.localize.sounds import heard, noise, ramped

AZIMUTHS, ELEVATIONS = (-30, -10, 10, 30), (0, 10, 20, 30)
OWN = "own"
MEASURES = ("azimuth", "elevation")


def trials(setting: Setting) -> list[Trial]:
    """Return noises from each place with own ears, and as many with new ones."""
    ears = [OWN] * len(setting.others) + list(setting.others)
    return [
        {"ears": name, "azimuth": azimuth, "elevation": elevation}
        for name in ears
        for azimuth in AZIMUTHS
        for elevation in ELEVATIONS
        for _ in range(setting.repeats)
    ]


def sound(trial: Trial, setting: Setting, rng: np.random.Generator) -> np.ndarray:
    """Return noise from a place with own or with new ears."""
    head = setting.others.get(trial["ears"], setting.head)
    response = head.toward(directions.vectors([trial["azimuth"]], [trial["elevation"]]))[0]
    return heard(ramped(noise(rng, setting.samples, setting.rate), setting.rate), response)


def values(table: pd.DataFrame, answers: Answers, setting: Setting) -> pd.DataFrame:
    """Return the mean errors at each place with own and with new ears; answers from behind are mirrored."""
    azimuth, elevation = answers.best()
    wrong = pd.DataFrame(
        {
            "azimuth": np.abs(directions.folded(azimuth) - table.azimuth),
            "elevation": np.abs(elevation - table.elevation),
            "new": table.ears != OWN,
        }
    )
    places = {place: number for number, place in enumerate(np.unique(AZIMUTHS))}
    heights = {place: number for number, place in enumerate(np.unique(ELEVATIONS))}
    wrong["condition"] = [
        _name(*each)
        for each in zip(wrong.new, table.azimuth.map(places), table.elevation.map(heights), strict=True)
    ]
    found = []
    for condition, group in wrong.groupby("condition"):
        found += rows(str(condition), np.nan, {name: float(group[name].mean()) for name in MEASURES})
    return pd.DataFrame(found)


def claims(found: pd.Series, setting: Setting) -> Claims:
    """Say whether new ears disturb elevation, and more than azimuth, if elevations can be answered."""
    if len(np.unique(setting.elevation)) == 1:
        return {}
    means = found.groupby([found.index.get_level_values(0).str.split().str[0], "measure"]).mean()
    azimuth, elevation = (means["new", measure] - means[OWN, measure] for measure in MEASURES)
    return {
        "errors of elevation are larger with new ears": elevation > 0,
        "errors of elevation grow more with new ears than errors of azimuth": elevation > azimuth,
    }


def people(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean errors of listeners with and without molds, at each place in their order."""
    places = [table[name].rank(method="dense").astype(int) - 1 for name in ("azim_true", "elev_true")]
    named = [_name(*each) for each in zip(table.new_ears > 0, *places, strict=True)]
    wrong = table.assign(
        condition=named,
        x=np.nan,
        azimuth=(table.azim_pred - table.azim_true).abs(),
        elevation=(table.elev_pred - table.elev_true).abs(),
    )
    return over_people(wrong, MEASURES)


def _name(new: bool, place: int, height: int) -> str:
    return f"{'new' if new else OWN} ears, place {place + 1}, height {height + 1}"


EXPERIMENT = Experiment(
    "ears",
    "new ears",
    "Hofman, Van Riswick & Van Opstal 1998, Nature Neuroscience 1, 417-421",
    "hofman_etal_1998_new_ears.csv",
    trials,
    sound,
    values,
    people,
    value_label="error (°)",
    claims=claims,
)

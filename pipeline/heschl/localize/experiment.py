"""What an experiment is, and what it is done with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from heschl.acoustics import directions
from heschl.acoustics.head import Head
from heschl.audio import Sound
from heschl.localize.answers import Answers
from heschl.localize.sounds import heard, ramped

TABLES = Path(__file__).with_name("people")
HIGHEST = 0.45  # of the sample rate: the highest frequency of a tone
# What is known of a sound. Sounds with the same `token`, if there is one, have the same noise.
Trial: TypeAlias = dict[str, Any]
Claims: TypeAlias = dict[str, bool]  # a statement about a network, and whether it holds


class LocalizeError(ValueError):
    """An experiment that cannot be done; the message says why, and what to do."""


@dataclass(frozen=True, eq=False)
class Setting:
    """What an experiment is done with.

    sound     : rate and length of the clips
    head      : of the listener, at that rate
    others    : heads with other ears, by name
    azimuth   : of the directions that can be answered, degrees, -180 to 180
    elevation : of each
    repeats   : sounds of each condition at each place
    natural   : draws a natural sound, (samples,)
    """

    sound: Sound
    head: Head
    others: Mapping[str, Head]
    azimuth: np.ndarray
    elevation: np.ndarray
    repeats: int
    natural: Callable[[np.random.Generator], np.ndarray]

    @property
    def rate(self) -> int:
        """Return the sample rate, Hz."""
        return self.sound.sample_rate

    @property
    def samples(self) -> int:
        """Return the number of samples of a sound."""
        return self.sound.samples

    def audible(self, hz: float) -> bool:
        """Return whether a tone of this frequency can be made."""
        return hz <= HIGHEST * self.rate

    def reaches(self, hz: float) -> bool:
        """Return whether a band up to this frequency can be made."""
        return hz <= self.rate / 2

    def response(self, azimuth: float, elevation: float = 0.0) -> np.ndarray:
        """Return the response of the head to a direction in degrees, (ears, taps)."""
        return self.head.toward(directions.vectors([azimuth], [elevation]))[0]

    def from_place(self, sound: np.ndarray, azimuth: float, elevation: float = 0.0) -> np.ndarray:
        """Return a sound (samples,) with soft ends as it is heard from a direction, (ears, samples)."""
        return heard(ramped(sound, self.rate), self.response(azimuth, elevation))


@dataclass(frozen=True)
class Experiment:
    """A published experiment, and how to repeat it.

    name     : in params and tables
    title    : for a reader
    citation : of the publication
    table    : file of people's data in `people`; None: a control, which is not compared with people
    trials   : the sounds to make: what is known of each
    sound    : makes the sound of a trial, (ears, samples), at any level
    values   : what is measured, from trials and answers: a table with condition, x, measure, value, and
               faithful, if the sample rate keeps some sounds from being those that people heard
    people   : the same of people, from their data, with error (standard error) and n, nan if not known
    compared : whether a row of people's table is compared with the network
    scale    : on which values are compared, such as their logarithm
    counted  : whether it is one of those over which Saddler & McDermott (2024) average
    claims   : statements about a network, from its values, (condition, measure) -> value; stage `replicate`
               counts in how many trainings each holds

    For the figure: `x_label` and `value_label` say what x and the values are, with their units; without x the
    network's values are drawn against people's. `logarithmic`: whether x is drawn so.
    """

    name: str
    title: str
    citation: str
    table: str | None
    trials: Callable[[Setting], list[Trial]]
    sound: Callable[[Trial, Setting, np.random.Generator], np.ndarray]
    values: Callable[[pd.DataFrame, Answers, Setting], pd.DataFrame]
    people: Callable[[pd.DataFrame], pd.DataFrame] = field(default=lambda table: table)
    compared: Callable[[pd.DataFrame], pd.Series] = field(default=lambda table: pd.Series(True, table.index))
    scale: Callable[[np.ndarray], np.ndarray] = field(default=np.asarray)
    counted: bool = True
    claims: Callable[[pd.Series, Setting], Claims] = field(default=lambda values, setting: {})
    x_label: str = ""
    value_label: str = "value"
    logarithmic: bool = False

    def of_people(self) -> pd.DataFrame:
        """Return people's values: condition, x, measure, value, error, n, compared; no row for a control."""
        if self.table is None:
            return pd.DataFrame(columns=["condition", "x", "measure", "value", "error", "n", "compared"])
        found = self.people(pd.read_csv(TABLES / self.table))
        return found.assign(compared=self.compared(found).astype(int))


def rows(condition: str, x: float, measures: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return the rows of a condition, a row for each measure."""
    return [
        {"condition": condition, "x": x, "measure": name, "value": value} for name, value in measures.items()
    ]


def published(
    found: Sequence[dict[str, Any]], error: float = np.nan, number: float = np.nan
) -> list[dict[str, Any]]:
    """Return rows with a standard error and a number of listeners, nan if not known."""
    return [row | {"error": error, "n": number} for row in found]


def over_people(table: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """Return means over people, with their standard errors.

    table : condition, x, and a column for each measure, a row for each person in each condition
    """
    found = []
    for (condition, x), group in table.groupby(["condition", "x"], sort=False, dropna=False):
        for name in measures:
            values = group[name]
            means = rows(str(condition), x, {name: float(values.mean())})
            found += published(means, float(values.sem()), len(values))
    return pd.DataFrame(found)

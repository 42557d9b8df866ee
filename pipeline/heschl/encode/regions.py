"""Scores by region: median over splits, median over responses, mean over participants."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from heschl.encode.params import EncodeParams
from heschl.encode.responses import ALL, SEPARATOR, Responses
from heschl.statistics import intervals


class Region(NamedTuple):
    """The responses of a region."""

    name: str
    members: np.ndarray  # indices of the responses
    participants: np.ndarray  # (members,) int; empty where the responses have no participants

    @property
    def people(self) -> int:
        """Return the number of participants; 0 where the responses have none."""
        return len(np.unique(self.participants))


class Summary(NamedTuple):
    """A value, the ends of its interval, and what the interval is over: participants or splits."""

    value: float
    low: float
    high: float
    interval: str


def regions(responses: Responses) -> Iterator[Region]:
    """Yield the region of all responses, then each region in order of first occurrence; they may overlap."""
    parts = [text.split(SEPARATOR) for text in responses.regions]
    names = dict.fromkeys(name for each in parts for name in each if name)
    chosen = {ALL: np.arange(len(parts))} | {
        name: np.array([n for n, each in enumerate(parts) if name in each]) for name in names
    }
    for name, members in chosen.items():
        people = responses.participants[members]
        numbers = np.unique(people, return_inverse=True)[1] if (people != "").all() else np.empty(0, int)
        yield Region(name, members, numbers)


def summarize(scores: np.ndarray, region: Region, params: EncodeParams) -> Summary:
    """Return the summary of (splits, responses) scores in a region.

    The interval is over resampled participants or, with fewer than two, over splits: quantiles of each
    split's median.
    """
    values = scores[:, region.members]
    each = np.median(values, axis=0)
    if region.people < 2:
        ends = intervals.quantiles(np.median(values, axis=1), params.confidence)
        return Summary(float(np.median(each)), *ends, "splits")
    people = by_participant(each, region, np.median)
    ends = intervals.of_mean(people, params.resamples, params.confidence, params.seed)
    return Summary(float(people.mean()), *ends, "participants")


def over_responses(values: np.ndarray, region: Region) -> np.ndarray:
    """Return the value of a region in each split or for each sound, (splits or sounds,).

    values  : (splits or sounds, responses); nan stays nan
    returns : median over responses or, with participants, the mean over participants of their medians
    """
    members = values[:, region.members]
    if not region.people:
        return np.median(members, axis=1)
    groups = [region.participants == person for person in np.unique(region.participants)]
    return np.mean([np.median(members[:, group], axis=1) for group in groups], axis=0)


def by_participant(values: np.ndarray, region: Region, average: Callable[[np.ndarray], float]) -> np.ndarray:
    """Return the `average` of each participant's (members,) values: (participants,)."""
    return np.array(
        [average(values[region.participants == person]) for person in np.unique(region.participants)]
    )


def reliability(known: np.ndarray, region: Region, params: EncodeParams) -> tuple[float, float, float]:
    """Return the reliability of a region's responses and both ends of its interval over participants.

    Median over responses, mean over participants, without floor.
    known   : (responses,) reliability of each response over all sounds
    returns : nan for a single repeat; the interval also for fewer than two participants
    """
    values = known[region.members]
    if np.isnan(known).all():
        return np.nan, np.nan, np.nan
    people = by_participant(values, region, np.nanmedian) if region.people > 1 else np.empty(0)
    middle = people.mean() if len(people) else np.nanmedian(values)
    ends = intervals.of_mean(people, params.resamples, params.confidence, params.seed)
    return float(middle), *ends

"""Scores of many responses, summed up by region: median over splits, median over responses, mean over participants."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from pipeline.encode.responses import Responses
from pipeline.statistics import intervals

ALL = "all"


class Region(NamedTuple):
    """Some of the responses."""

    name: str
    members: np.ndarray  # indices of the responses
    participants: np.ndarray  # (members,) int, of the participant; empty where there are none

    @property
    def people(self) -> int:
        """Return the number of participants; 0 where the responses have none."""
        return len(np.unique(self.participants))


class Summary(NamedTuple):
    """A value, the ends of its interval, and what that is of: participants or splits."""

    value: float
    low: float
    high: float
    interval: str


def regions(responses: Responses) -> Iterator[Region]:
    """Yield all responses together, then each region by the order in which it first comes; a response may be in several."""
    parts = [text.split("|") for text in responses.regions]
    names = dict.fromkeys(name for each in parts for name in each if name)
    chosen = {ALL: np.arange(len(parts))} | {
        name: np.array([n for n, each in enumerate(parts) if name in each]) for name in names
    }
    for name, members in chosen.items():
        people = responses.participants[members]
        yield Region(
            name,
            members,
            np.unique(people, return_inverse=True)[1] if (people != "").all() else np.empty(0, int),
        )


def summarize(scores: np.ndarray, region: Region, resamples: int, confidence: float, seed: int) -> Summary:
    """Return the summary of (splits, responses) scores in a region.

    The interval is of resampled participants, or, where there are not two, of the splits: percentiles of each split's median response.
    """
    values = scores[:, region.members]
    each = np.median(values, axis=0)
    if region.people < 2:
        return Summary(float(np.median(each)), *spread(np.median(values, axis=1), confidence), "splits")
    people = by_participant(each, region, np.median)
    return Summary(float(people.mean()), *interval(people, resamples, confidence, seed), "participants")


def by_participant(values: np.ndarray, region: Region, over: Callable) -> np.ndarray:
    """Return `over` the (members,) values of each participant, (participants,)."""
    return np.array(
        [over(values[region.participants == person]) for person in np.unique(region.participants)]
    )


def interval(people: np.ndarray, resamples: int, confidence: float, seed: int) -> tuple[float, float]:
    """Return the percentile interval of the mean over (participants,), which are drawn anew; nan where there are not two."""
    if len(people) < 2:
        return np.nan, np.nan
    drawn = intervals.counts(len(people), resamples, seed) / len(people)
    low, high = intervals.percentiles((drawn @ people)[:, None], confidence)
    return float(low[0]), float(high[0])


def spread(values: np.ndarray, confidence: float) -> tuple[float, float]:
    """Return the percentiles of (splits,) values between which `confidence` of them lie."""
    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)

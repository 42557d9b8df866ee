"""Pair listeners' trials with a network's answers to the same clips, and resample both.

Listeners and sources are both samples of a population. They are resampled separately, and their variances
added:

    interval = value +- z sqrt(variance over resampled listeners + variance over resampled sources)

The noise of single trials is part of both, so that intervals are too wide rather than too narrow. Resampling
listeners and sources jointly would count it three times (Owen 2007, "The pigeonhole bootstrap").
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from heschl.behavior.accuracy import scores
from heschl.behavior.params import BehaviorParams
from heschl.statistics import resampling


class PairsError(ValueError):
    """Answers to different clips; names the clips and the remedy."""


def pairs(
    table: pd.DataFrame, clips: pd.DataFrame, params: BehaviorParams
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each task of the listeners, with their trials and the network's answers to the same clips.

    table   : participant, clip, task, response, correct (0 or 1), as `listeners.read` returns
    clips   : as `Answers.clips`
    columns : participant, clip, response, correct
              background, snr_db, source, target, truth : of the clip
              hit    : 0 or 1, whether the network is correct with params.answers answers
              rank   : of the true label
              given  : the network's answers, joined by "|"
              cell, person, unit, item : int, the condition, the participant, the unit (`units_of`), the clip
    raises  : PairsError where a trial has a clip that the network did not answer
    """
    network = clips.assign(
        hit=scores(clips, params.answers).astype(float), given=_given(clips, params)
    ).rename(columns={"key": "clip"})
    columns = ["clip", "background", "snr_db", "source", "target", "truth", "hit", "rank", "given"]
    for task, trials in table.groupby("task", sort=True):
        heard = network.loc[network["task"] == task, columns]
        unknown = trials[~trials["clip"].isin(heard["clip"])]
        if len(unknown):
            raise PairsError(
                f"{len(unknown)} trials of {task} are of clips that the network did not answer, such as "
                f"{unknown['clip'].iloc[0]!r}. Compare listeners with answers to the clips that they heard."
            )
        trials = trials[["participant", "clip", "response", "correct"]]
        yield str(task), _numbered(trials.merge(heard, on="clip", how="left", sort=False))


def _numbered(both: pd.DataFrame) -> pd.DataFrame:
    return both.assign(
        cell=both.groupby(["background", "snr_db"], dropna=False, sort=True).ngroup(),
        person=_numbers(both["participant"]),
        item=_numbers(both["clip"]),
        unit=units_of(both["source"], both["clip"]),
    )


def cells(both: pd.DataFrame) -> pd.DataFrame:
    """Return background and snr_db of each cell; the row is its number."""
    return both.sort_values("cell").drop_duplicates("cell")[["background", "snr_db"]].reset_index(drop=True)


def units_of(sources: pd.Series, clips: pd.Series) -> np.ndarray:
    """Return the number of the unit that each clip is resampled with, (clips,) int.

    The unit is the clip's source or, if all clips have one source, the clip itself.
    """
    return _numbers(sources if sources.nunique() > 1 else clips)


def draws(both: pd.DataFrame, params: BehaviorParams) -> tuple[np.ndarray, np.ndarray]:
    """Return how often each listener and each unit is drawn: (resamples, listeners), (resamples, units)."""
    seed = np.random.SeedSequence([params.seed, 1])
    persons = resampling.counts(int(both["person"].max()) + 1, params.resamples, seed)
    return persons, resampling.counts(int(both["unit"].max()) + 1, params.resamples, params.seed)


def _given(clips: pd.DataFrame, params: BehaviorParams) -> list[str]:
    return [
        "|".join(top.split("|")[: params.answers.get(task, 1)])
        for task, top in zip(clips["task"], clips["top5"].astype(str), strict=True)
    ]


def _numbers(names: pd.Series) -> np.ndarray:
    return np.unique(names.to_numpy(str), return_inverse=True)[1]

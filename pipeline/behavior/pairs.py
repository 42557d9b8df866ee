"""Listeners' trials beside what a network answers to the same clips, and how both are drawn anew.

Persons and sources are both samples. Each is drawn by itself, and the variances added:

    interval = value -+ z sqrt(variance over draws of persons + variance over draws of sources)

The noise of single trials is in both, so that intervals are rather too wide than too narrow. Drawing persons and sources at once
would count it three times (Owen 2007, "The pigeonhole bootstrap").
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from pipeline.behavior.accuracy import BehaviorParams, scores
from pipeline.statistics import intervals


class PairingError(ValueError):
    """Answers that are not to the same clips; names the clips and the remedy."""


def paired(
    table: pd.DataFrame, clips: pd.DataFrame, params: BehaviorParams
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each task that listeners have trials of, and these trials beside the network's answers.

    table   : participant, clip, task, response, correct (0 or 1), as `listeners.read` returns; clips : as `Answers.clips`
    columns : participant, clip, response, correct; background, snr_db, source, target, truth of the clip; hit (0 or 1: whether the
              network is right, by as many answers as params.answers says), rank (of the truth), given (the network's answers, joined
              by "|"); cell, person, unit, item (numbers of the condition, participant, source and clip)
    unit is as in `units_of`: where all clips are of one source, intervals are for that source alone.
    raises  : PairingError where a trial is of a clip that the network was not given
    """
    network = clips.assign(
        hit=scores(clips, params.answers).astype(float), given=_given(clips, params)
    ).rename(columns={"key": "clip"})
    columns = ["clip", "background", "snr_db", "source", "target", "truth", "hit", "rank", "given"]
    for task, trials in table.groupby("task", sort=True):
        heard = network.loc[network["task"] == task, columns]
        unknown = trials[~trials["clip"].isin(heard["clip"])]
        if len(unknown):
            raise PairingError(
                f"{len(unknown)} trials of {task} are of clips that the network did not answer, such as {unknown['clip'].iloc[0]!r}. "
                f"Compare listeners with answers to the clips that they heard."
            )
        both = trials[["participant", "clip", "response", "correct"]].merge(
            heard, on="clip", how="left", sort=False
        )
        both["cell"] = both.groupby(["background", "snr_db"], dropna=False, sort=True).ngroup()
        both["person"], both["item"], both["unit"] = (
            _numbers(both["participant"]),
            _numbers(both["clip"]),
            units_of(both["source"], both["clip"]),
        )
        yield str(task), both


def cells(both: pd.DataFrame) -> pd.DataFrame:
    """Return background and snr_db of each cell, by its number."""
    return both.sort_values("cell").drop_duplicates("cell")[["background", "snr_db"]].reset_index(drop=True)


def units_of(sources: pd.Series, clips: pd.Series) -> np.ndarray:
    """Return the number of the unit that is drawn with each clip: of its source or, where all are of one, of the clip itself."""
    return _numbers(sources if sources.nunique() > 1 else clips)


def draws(both: pd.DataFrame, params: BehaviorParams) -> tuple[np.ndarray, np.ndarray]:
    """Return how often each person and each unit is drawn: (resamples, persons), (resamples, units)."""
    people = intervals.counts(
        int(both["person"].max()) + 1, params.resamples, np.random.SeedSequence([params.seed, 1])
    )
    return people, intervals.counts(int(both["unit"].max()) + 1, params.resamples, params.seed)


def interval(
    value: float,
    resampled: Sequence[np.ndarray],
    confidence: float,
    scale: Callable = np.asarray,
    back: Callable = np.asarray,
) -> tuple[float, float]:
    """Return the normal interval around `value`, on a scale, of the variances of several sets of resamples; see `bootstrap.around`."""
    with np.errstate(all="ignore"):
        variance = sum(intervals.deviation(each, scale) ** 2 for each in resampled)
        half = stats.norm.ppf((1 + confidence) / 2) * np.sqrt(variance)
        return float(back(scale(value) - half)), float(back(scale(value) + half))


def _given(clips: pd.DataFrame, params: BehaviorParams) -> list[str]:
    return [
        "|".join(top.split("|")[: params.answers.get(task, 1)])
        for task, top in zip(clips["task"], clips["top5"].astype(str), strict=True)
    ]


def _numbers(names: pd.Series) -> np.ndarray:
    return np.unique(names.to_numpy(str), return_inverse=True)[1]

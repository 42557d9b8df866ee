"""Compare two networks on the same test clips: accuracy, agreement over conditions, consistency of errors."""

import itertools
from typing import Any

import numpy as np
import pandas as pd

from heschl.behavior.accuracy import scores
from heschl.behavior.agreement import rmse
from heschl.behavior.conditions import CONDITION, means
from heschl.behavior.pairs import PairsError, units_of
from heschl.behavior.params import BehaviorParams
from heschl.statistics import intervals, resampling
from heschl.statistics.correlation import pearson
from heschl.statistics.kappa import kappas

# measure -> scale on which its interval is normal, and back
SCALES = {"kappa": (), "within": (), "r": (np.arctanh, np.tanh), "rmse": (np.log, np.exp)}


def compare_networks(clips_a: pd.DataFrame, clips_b: pd.DataFrame, params: BehaviorParams) -> pd.DataFrame:
    """Return how similarly two networks answer, one row per task.

    clips_a, clips_b : as `Answers.clips`, of the same clips in any order
    columns : task
              a, b          shares correct, with params.answers answers
              agree         share of clips that both get right or both get wrong
              same          share of clips with the same first answer
              kappa, within Cohen's kappa of right and wrong: pooled, and within conditions (`consistency`)
              r, rmse       over conditions
              n, conditions numbers of clips and of conditions
              kappa, within, r and rmse have intervals, over resampled sources
    raises  : PairsError where the clips differ, naming one of them
    """
    both = _same_clips(clips_a, clips_b)
    tasks = both.groupby("task", sort=True)
    return pd.DataFrame([{"task": task} | _row(trials, params) for task, trials in tasks])


def _row(trials: pd.DataFrame, params: BehaviorParams) -> dict[str, Any]:
    groups = trials.groupby(CONDITION, dropna=False, sort=True)
    cell, number, unit = groups.ngroup().to_numpy(), groups.ngroups, units_of(trials["source"], trials["key"])
    a, b = (
        scores(trials.assign(rank=trials[name]), params.answers).astype(float)
        for name in ("rank", "rank_other")
    )
    same = (trials["answer"] == trials["answer_other"]).mean()
    row = {"a": a.mean(), "b": b.mean(), "agree": (a == b).mean(), "same": same}
    units = resampling.counts(unit.max() + 1, params.resamples, params.seed)
    weights = itertools.chain([np.ones(len(a))], (each[unit].astype(float) for each in units))  # lazy: large
    drawn = np.array([_measures(a, b, cell, each, number) for each in weights])
    for place, (name, scale) in enumerate(SCALES.items()):
        ends = intervals.of_variances(drawn[0, place], [drawn[1:, place]], params.confidence, *scale)
        low, high = np.clip(ends, -1, 1)
        row |= {name: drawn[0, place], f"{name}_low": low, f"{name}_high": high}
    return row | {"n": len(a), "conditions": number}


def _measures(
    a: np.ndarray, b: np.ndarray, cell: np.ndarray, weights: np.ndarray, number: int
) -> list[float]:
    """Return the measures in the order of SCALES."""
    pooled, within = kappas(a, b, np.zeros(len(a), int), cell, weights, (1, number))[:, 0]
    sides = [means(each, cell, weights, number) for each in (a, b)]
    return [pooled, within, float(pearson(*sides)), float(rmse(*sides))]


def _same_clips(clips_a: pd.DataFrame, clips_b: pd.DataFrame) -> pd.DataFrame:
    """Return both tables joined by clip; columns of the second end in _other."""
    apart = sorted(set(clips_a["key"]) ^ set(clips_b["key"]))
    if apart:
        raise PairsError(
            f"{len(apart)} of the clips are in only one of the tables, such as {apart[0]!r}: "
            f"{len(clips_a)} and {len(clips_b)} clips. Compare networks on the same test shards."
        )
    both = clips_a.merge(clips_b, on="key", suffixes=("", "_other"), validate="one_to_one")
    for name in ("task", "background", "snr_db", "truth", "source", "target"):
        one, other = both[name], both[f"{name}_other"]
        wrong = np.flatnonzero((one != other) & ~(one.isna() & other.isna()))
        if len(wrong):
            first = both.iloc[wrong[0]]
            raise PairsError(
                f"{name} of {len(wrong)} clips differs, as of {first['key']!r}: {first[name]!r} and "
                f"{first[f'{name}_other']!r}. The tables come from different shards with clips of the same "
                f"names: compare networks on the same test shards."
            )
    return both

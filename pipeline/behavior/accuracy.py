"""Accuracy in each background at each SNR, and the thresholds that follow from it, with intervals over sources."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.behavior import psychometric
from pipeline.mixtures.row import CLEAN
from pipeline.params import Count, Natural, Share, section
from pipeline.statistics import intervals

ENDS = ("", "_low", "_high")
FUNCTION = [
    "background", *(f"threshold{end}" for end in ("_db", "_low", "_high")), *(f"slope{end}" for end in ENDS),
    *(f"ceiling{end}" for end in ENDS), "rate", "guess", "tested",
]  # fmt: skip


@section
class BehaviorParams:
    """Params section `behavior`."""

    seed: Natural
    resamples: Count  # of the bootstrap
    confidence: Share  # of the intervals
    answers: dict[
        str, Count
    ]  # labels that a clip is given, by the network as by people; right if the true one is among them
    published: bool  # whether published listeners stand beside the network
    min_attention: Share  # of the attention checks: listeners with fewer right are left out


def scores(clips: pd.DataFrame, answers: Mapping[str, int]) -> np.ndarray:
    """Return for each clip, (clips,) bool, whether the true label is among as many answers as its task is scored by."""
    return (clips["rank"] <= clips["task"].map(lambda task: answers.get(task, 1))).to_numpy()


def accuracy(clips: pd.DataFrame, params: BehaviorParams) -> pd.DataFrame:
    """Return accuracy per task, background and SNR, with intervals.

    clips   : as `Answers.clips`
    columns : task, background, snr_db, top1, top1_low, top1_high, top5, ..., score, ... (by as many answers as params.answers says), n
    Intervals are of a bootstrap over sources (speakers, artists), not clips: `bootstrap.proportions`.
    """
    tables = []
    for _, rows in clips.groupby("task", sort=True):
        table, cells, units, drawn = _design(rows, params)
        for name, hits in {
            "top1": rows["rank"] <= 1,
            "top5": rows["rank"] <= 5,
            "score": scores(rows, params.answers),
        }.items():
            found = intervals.proportions(
                np.asarray(hits, float), cells, units, drawn, len(table), params.confidence
            )
            table[name], table[f"{name}_low"], table[f"{name}_high"] = found
        tables.append(table.assign(n=np.bincount(cells)))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def thresholds(
    clips: pd.DataFrame, labels: Mapping[str, Sequence[str]], params: BehaviorParams
) -> pd.DataFrame:
    """Return the psychometric function of each task and background, by one answer and by as many as params.answers says.

    clips   : as `Answers.clips`; labels : those that may be answered, by task
    columns : task, answers, background, threshold_db, slope (share a dB), ceiling, each with _low and _high; rate (per dB), guess,
              tested (whether the threshold lies within the SNRs tested)
    Backgrounds at fewer than two SNRs have none. Intervals are percentiles of a bootstrap as in `accuracy`, drawn out to the value itself
    where they miss it; see `psychometric`.
    """
    rows: list[dict[str, Any]] = []
    for task, heard in clips.groupby("task", sort=True):
        for answers in sorted({1, params.answers.get(task, 1)}):
            guess = min(answers / len(labels[task]), 1.0)
            found = functions(heard, (heard["rank"] <= answers).to_numpy(float), guess, params)
            rows += [{"task": task, "answers": answers} | row for row in found]
    return pd.DataFrame(rows, columns=["task", "answers", *FUNCTION])


def functions(
    heard: pd.DataFrame, hits: np.ndarray, guess: float, params: BehaviorParams
) -> list[dict[str, Any]]:
    """Return the psychometric function of each background, as `thresholds`, of one task's trials.

    heard : task, background, snr_db (nan when clean), source: whose trials are drawn together
    hits  : (trials,) 1 where the answer is right; guess : share that chance gives
    """
    table, cells, units, drawn = _design(heard, params)
    plain = np.ones((1, drawn.shape[1]), drawn.dtype)
    both = [intervals.totals(hits, cells, units, each, len(table)) for each in (plain, drawn)]
    sums, trials = (np.concatenate(each) for each in zip(*both, strict=True))
    return fitted(table, sums, trials, guess, params)


def fitted(
    table: pd.DataFrame, hits: np.ndarray, trials: np.ndarray, guess: float, params: BehaviorParams
) -> list[dict[str, Any]]:
    """Return the psychometric function of each background, as `thresholds`, from counts.

    table : conditions, background and snr_db (nan when clean); hits, trials : (1 + resamples, conditions), the plain counts first
    """
    rows = []
    for background in sorted(set(table["background"]) - {CLEAN}):
        places = np.flatnonzero(table["background"].isin([background, CLEAN]))
        snr_db = table["snr_db"].fillna(np.inf).to_numpy()[places]
        if np.isfinite(snr_db).sum() > 1 and guess < 1:
            found = psychometric.fit(hits[:, places], trials[:, places], snr_db, guess)
            rows.append({"background": background} | _row(found, snr_db, params))
    return rows


def curves(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return for each task its score against SNR, a column a background, for plotting."""
    masked = table[table["background"] != CLEAN]
    return {
        task: rows.pivot(index="snr_db", columns="background", values="score")
        for task, rows in masked.groupby("task")
    }


def _design(
    rows: pd.DataFrame, params: BehaviorParams
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, np.ndarray]:
    """Return the conditions of a task as a table, and of each clip the condition and the unit that is drawn, and the draws.

    Where all clips are of one source they are drawn one by one: the intervals are for that source alone.
    """
    groups = rows.groupby(["task", "background", "snr_db"], dropna=False, sort=True)
    table = groups.size().reset_index()[["task", "background", "snr_db"]]
    _, units = np.unique(rows["source"], return_inverse=True)
    units = units if units.max() else np.arange(len(rows))
    return (
        table,
        groups.ngroup().to_numpy(),
        units,
        intervals.counts(units.max() + 1, params.resamples, params.seed),
    )


def _row(found: psychometric.Psychometric, snr_db: np.ndarray, params: BehaviorParams) -> dict[str, float]:
    """Return one row of `thresholds`: the first fit, and the interval of the others."""
    out: dict[str, Any] = {}
    for name, values in {
        "threshold": found.threshold,
        "slope": found.slope,
        "ceiling": found.ceiling,
    }.items():
        low, high = intervals.percentiles(values[1:], params.confidence)
        low, high = (
            (low, high) if high > low else (np.nan, np.nan)
        )  # always right, or always wrong: it could be anywhere
        low, high = (
            np.minimum(low, values[0]),
            np.maximum(high, values[0]),
        )  # a flat line's fit lies at a bound, beyond most resamples
        out |= {
            "threshold_db" if name == "threshold" else name: values[0],
            f"{name}_low": float(low),
            f"{name}_high": float(high),
        }
    levels = snr_db[np.isfinite(snr_db)]
    tested = bool(levels.min() <= found.threshold[0] <= levels.max())
    return out | {"rate": found.rate[0], "guess": found.guess, "tested": tested}

"""Psychometric function of each background: threshold, slope and ceiling, with intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from heschl.behavior import psychometric
from heschl.behavior.accuracy import design
from heschl.behavior.columns import THRESHOLDS
from heschl.behavior.params import BehaviorParams
from heschl.mixtures.row import CLEAN
from heschl.statistics import intervals, resampling

Function = dict[str, Any]  # a row with the columns FUNCTION


def thresholds(
    clips: pd.DataFrame, labels: Mapping[str, Sequence[str]], params: BehaviorParams
) -> pd.DataFrame:
    """Return the psychometric function of each task and background, for one answer and for params.answers.

    clips   : as `Answers.clips`
    labels  : possible answers, by task; chance is the number of answers over the number of labels
    columns : THRESHOLDS: threshold_db, slope (share per dB), ceiling (share), with intervals; rate (per dB),
              guess; tested (whether the threshold lies within the SNRs tested)
    Backgrounds at fewer than two SNRs have no function. Intervals are percentiles over resampled sources,
    expanded for their number, and extended to the value itself where they miss it.
    """
    rows: list[Function] = []
    for task, heard in clips.groupby("task", sort=True):
        for answers in sorted({1, params.answers.get(task, 1)}):
            guess = min(answers / len(labels[task]), 1.0)
            fits = of_trials(heard, (heard["rank"] <= answers).to_numpy(float), guess, params)
            rows += [{"task": task, "answers": answers} | row for row in fits]
    return pd.DataFrame(rows, columns=list(THRESHOLDS))


def of_trials(trials: pd.DataFrame, hits: np.ndarray, guess: float, params: BehaviorParams) -> list[Function]:
    """Return the psychometric function of each background from the trials of one task.

    trials : task, background, snr_db (nan when clean), source (what is resampled)
    hits   : (trials,) 1 where the answer is correct, else 0
    guess  : share correct by chance
    """
    conditions, cells, units, drawn = design(trials, params)
    plain = np.ones((1, drawn.shape[1]), drawn.dtype)
    both = [resampling.totals(hits, cells, units, each, len(conditions)) for each in (plain, drawn)]
    sums, counts = (np.concatenate(each) for each in zip(*both, strict=True))
    return of_counts(conditions, sums, counts, guess, params, drawn.shape[1])


def of_means(summary: pd.DataFrame, guess: float, params: BehaviorParams) -> list[Function]:
    """Return the psychometric function of each background from published means.

    summary : background, snr_db, mean, sd, n (listeners)
    A mean weighs as many trials as would give it its standard error, sd / sqrt(n), if they were binomial.
    Resamples are drawn from a normal distribution with that error.
    """
    mean, error = summary["mean"].to_numpy(), (summary["sd"] / np.sqrt(summary["n"])).to_numpy()
    drawn = np.random.default_rng([params.seed, 4]).normal(mean, error, (params.resamples, len(mean)))
    shares = np.clip(np.vstack([mean, drawn]), 0, 1)
    trials = np.broadcast_to(equivalent_trials(summary), shares.shape)
    return of_counts(summary, shares * trials, trials, guess, params)


def equivalent_trials(summary: pd.DataFrame) -> np.ndarray:
    """Return how many binomial trials would give each published mean its standard error, (conditions,).

    It is the number of listeners where the mean is 0 or 1, or all listeners have the same accuracy.
    summary : mean, sd, n (listeners)
    """
    mean, error = summary["mean"].to_numpy(), (summary["sd"] / np.sqrt(summary["n"])).to_numpy()
    varies = (error > 0) & (mean > 0) & (mean < 1)
    return np.divide(mean * (1 - mean), error**2, out=summary["n"].to_numpy(float), where=varies)


def of_counts(
    conditions: pd.DataFrame,
    hits: np.ndarray,
    trials: np.ndarray,
    guess: float,
    params: BehaviorParams,
    units: int | None = None,
) -> list[Function]:
    """Return the psychometric function of each background from counts.

    conditions   : background, snr_db (nan when clean)
    hits, trials : (1 + resamples, conditions), those of the data first
    units        : how many were resampled, as in `intervals.percentiles`
    """
    rows = []
    for background in sorted(set(conditions["background"]) - {CLEAN}):
        places = np.flatnonzero(conditions["background"].isin([background, CLEAN]))
        snr_db = conditions["snr_db"].fillna(np.inf).to_numpy()[places]
        if np.isfinite(snr_db).sum() > 1 and guess < 1:
            fits = psychometric.fit(hits[:, places], trials[:, places], snr_db, guess)
            rows.append({"background": background} | _row(fits, snr_db, params.confidence, units))
    return rows


def _row(
    fits: psychometric.Psychometric, snr_db: np.ndarray, confidence: float, units: int | None
) -> Function:
    """Return the values of the first fit, and intervals over the others."""
    out: Function = {}
    for name, values in {"threshold": fits.threshold, "slope": fits.slope, "ceiling": fits.ceiling}.items():
        low, high = intervals.percentiles(values[1:], confidence, units)
        if not high > low:  # all correct, or all wrong: the value could be anywhere
            low, high = np.nan, np.nan
        value = values[0]  # the fit of a flat line lies at a bound, beyond most resamples
        out["threshold_db" if name == "threshold" else name] = value
        out |= {f"{name}_low": float(np.minimum(low, value)), f"{name}_high": float(np.maximum(high, value))}
    levels = snr_db[np.isfinite(snr_db)]
    tested = bool(levels.min() <= fits.threshold[0] <= levels.max())
    return out | {"rate": fits.rate[0], "guess": fits.guess, "tested": tested}

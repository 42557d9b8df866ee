"""How far from the truth the answers of a task are that names directions, in degrees."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from heschl.acoustics import directions
from heschl.behavior.accuracy import design
from heschl.behavior.columns import DIRECTIONS
from heschl.behavior.params import BehaviorParams
from heschl.statistics import intervals, resampling
from heschl.tasks import TASKS

SIDE = 89.9  # degrees to the side from which on there is neither ahead nor behind
MEASURES = ("great_circle", "azimuth", "elevation", "reversed")


def errors(truth: Sequence[str], answers: Sequence[str]) -> pd.DataFrame:
    """Return the errors of answers, names of directions, in degrees.

    columns : great_circle, the angle between truth and answer
              azimuth, of the answer mirrored to the front or back where the truth is
              elevation
              reversed, whether the answer is behind and the truth ahead, or the other way around: confused
              front and back; nan if either is at the side
              ahead, whether the truth is in the half ahead
    """
    there, said = directions.of_labels(truth), directions.of_labels(answers)
    folded = [directions.folded(azimuth) for azimuth, _ in (there, said)]
    behind = [np.cos(np.radians(azimuth)) < 0 for azimuth, _ in (there, said)]
    side = np.max(np.abs(folded), axis=0) > SIDE
    return pd.DataFrame(
        {
            "great_circle": directions.great_circle(*(directions.vectors(*each) for each in (there, said))),
            "azimuth": np.abs(folded[0] - folded[1]),
            "elevation": np.abs(there[1] - said[1]),
            "reversed": np.where(side, np.nan, behind[0] != behind[1]),
            "ahead": np.cos(np.radians(there[0])) > -1e-9,
        }
    )


def table(clips: pd.DataFrame, params: BehaviorParams) -> pd.DataFrame:
    """Return the mean errors of each task that names directions, background and SNR, of all and from ahead.

    clips   : as `Answers.clips`
    columns : DIRECTIONS; intervals are bootstrap percentiles over sources, nan for one source; chance is the
              great circle between all truths and all answers of a condition
    """
    found = []
    for task, rows in clips.groupby("task", sort=True):
        if not (task in TASKS and TASKS[str(task)].placed):
            continue
        wrong = errors(rows.truth.tolist(), rows.answer.tolist())
        for half, chosen in (("all", np.ones(len(rows), bool)), ("ahead", wrong.ahead.to_numpy())):
            if chosen.any():
                found.append(_half(rows[chosen], wrong[chosen], params).assign(half=half))
    if not found:
        return pd.DataFrame(columns=list(DIRECTIONS))
    return pd.concat(found, ignore_index=True)[list(DIRECTIONS)]


def _half(rows: pd.DataFrame, wrong: pd.DataFrame, params: BehaviorParams) -> pd.DataFrame:
    conditions, *trials = design(rows, params)
    for name in MEASURES:
        values = wrong[name].to_numpy(float)
        known = ~np.isnan(values)
        cells, units = trials[0][known], trials[1][known]
        drawn = np.vstack([np.ones((1, trials[2].shape[1])), trials[2]])  # as measured, then resampled
        means = resampling.means(values[known], cells, units, drawn, len(conditions))
        sizes = intervals.sizes_of(cells, units, drawn.shape[1], len(conditions))
        low, high = intervals.percentiles(means[1:], params.confidence, sizes)
        pairs = np.unique(np.stack([cells, units]), axis=1)[0]
        alone = np.bincount(pairs, minlength=len(conditions)) < 2  # one source says nothing of others
        low, high = (np.where(alone, np.nan, end) for end in (low, high))
        conditions[name], conditions[f"{name}_low"], conditions[f"{name}_high"] = means[0], low, high
    chance = [_chance(rows[trials[0] == cell]) for cell in range(len(conditions))]
    return conditions.assign(chance=chance, n=np.bincount(trials[0]))


def _chance(rows: pd.DataFrame) -> float:
    truths, said = (rows[name].value_counts() for name in ("truth", "answer"))
    there, here = (directions.vectors(*directions.of_labels(each.index)) for each in (truths, said))
    angles = directions.great_circle(there[:, None], here[None])
    return float(truths.to_numpy() @ angles @ said.to_numpy() / len(rows) ** 2)

"""Accuracy against the number of shared layers, from the answers of all networks."""

import numpy as np
import pandas as pd

from pipeline.branch.columns import FROZEN, MATCHED, PUBLISHED, TOGETHER
from pipeline.branch.params import BranchParams
from pipeline.branch.points import Point
from pipeline.grid.answers import answers
from pipeline.grid.compare import corrected, rows
from pipeline.grid.trainings import Grid
from pipeline.network.table import INPUT
from pipeline.statistics import resampling


def accuracy(grid: Grid[Point], params: BranchParams) -> pd.DataFrame:
    """Return a row for each network, task and set of clips.

    columns : those of `Point`, width, parameters, macs, task, clips; accuracy and its difference from
              separate networks (branches from the input) of the same form, each with interval (_low, _high)
              and spread over seeds (_spread); p of the difference, corrected over branch points (Holm)
    """
    found: list[dict[str, object]] = []
    every = [(point, *answers(grid, point)) for point in grid.entries]
    bases = {point.curve: correct for point, _, correct in every if point.after == INPUT}
    for point, clips, correct in every:
        base = bases.get((point.form.partition(" ")[0], point.moved))  # of frozen branches, as of their trunk
        found += [_known(point) | row for row in rows(clips, correct, base, params)]
    table = pd.DataFrame(found)
    if "difference_p" not in table:
        return table
    compared = (table.after != INPUT) & table.difference_p.notna()
    return corrected(table, compared, ["form", "moved", "task", "clips"])


def best(grid: Grid[Point], params: BranchParams) -> pd.DataFrame:
    """Return how often each branch point is the best over resampled seeds and sources.

    columns : form, moved, after, shared, mean (accuracy over tasks, all clips), best (share of resamples)
    """
    tables = []
    whole = [point for point in grid.entries if point.form in (PUBLISHED, MATCHED, FROZEN)]
    for form, moved in dict.fromkeys(point.curve for point in whole):
        points = [point for point in grid.entries if point.curve == (form, moved)]
        scores = np.stack([_resampled(*answers(grid, point), params) for point in points])
        plain, drawn = scores[:, 0], scores[:, 1:]
        share = np.bincount(drawn.argmax(axis=0), minlength=len(points)) / drawn.shape[1]
        tables.append(
            pd.DataFrame(
                {
                    "form": form,
                    "moved": moved or TOGETHER,
                    "after": [point.after for point in points],
                    "shared": [point.shared for point in points],
                    "mean": plain,
                    "best": share,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _resampled(clips: pd.DataFrame, correct: np.ndarray, params: BranchParams) -> np.ndarray:
    """Return the mean accuracy over tasks: as measured, then of each resample, (1 + resamples,).

    Every network gets the same resamples of seeds and of sources.
    """
    seeds = resampling.counts(len(correct), params.resamples, params.seed) / len(correct)
    total = np.zeros(1 + params.resamples)
    tasks = sorted(set(clips.task[~np.isnan(correct).any(axis=0)]))
    for place, task in enumerate(tasks):
        chosen = (clips.task == task).to_numpy()
        units = np.unique(clips.source[chosen], return_inverse=True)[1]
        drawn = resampling.counts(int(units.max()) + 1, params.resamples, params.seed + 1 + place)
        cells = np.zeros(chosen.sum(), int)
        each = np.stack([resampling.means(one[chosen], cells, units, drawn, 1)[:, 0] for one in correct])
        total[0] += correct[:, chosen].mean()
        total[1:] += np.einsum("rs,sr->r", seeds, each)
    return total / len(tasks)


def _known(point: Point) -> dict[str, object]:
    return {
        "form": point.form,
        "moved": point.moved or TOGETHER,
        "after": point.after,
        "shared": point.shared,
        "width": point.params.width,
        "parameters": point.cost.parameters,
        "macs": point.cost.macs,
    }

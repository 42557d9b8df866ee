"""Accuracy against the number of shared layers, from the answers of all networks."""

import numpy as np
import pandas as pd

from pipeline.branch.columns import TOGETHER
from pipeline.branch.grid import KEPT, Grid
from pipeline.branch.params import BranchParams
from pipeline.branch.points import Point
from pipeline.evaluate.answers import COLUMNS
from pipeline.mixtures.row import CLEAN
from pipeline.network.table import INPUT
from pipeline.statistics import crossed, resampling
from pipeline.statistics.paired import holm
from pipeline.tables import read_csv

ALL, QUIET = "all", "clean"  # clips: every condition; without background


def answers(grid: Grid, point: Point) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the test clips, and whether a network named each correctly, (seeds, clips)."""
    columns = {name: COLUMNS[name] for name in KEPT}
    found = [
        read_csv(training.answers, columns).sort_values("key")
        for training in grid.trainings
        if training.point == point
    ]
    return found[0].reset_index(drop=True), np.stack([table.correct.to_numpy(float) for table in found])


def accuracy(grid: Grid, params: BranchParams) -> pd.DataFrame:
    """Return a row for each network, task and set of clips.

    columns : those of `Point`, width, parameters, macs, task, clips; accuracy and its difference from
              separate networks (branches from the input) of the same form, each with interval (_low, _high)
              and spread over seeds (_spread); p of the difference, corrected over branch points (Holm)
    """
    rows = []
    every = [(point, *answers(grid, point)) for point in grid.points]
    bases = {point.curve: correct for point, _, correct in every if point.after == INPUT}
    for point, clips, correct in every:
        base = bases.get(point.curve)
        for task in sorted(set(clips.task)):
            for kind in (ALL, QUIET):
                chosen = ((clips.task == task) & ((clips.background == CLEAN) | (kind == ALL))).to_numpy()
                units = np.unique(clips.source[chosen], return_inverse=True)[1]
                row = _known(point) | {"task": task, "clips": kind}
                row |= _values("accuracy", correct[:, chosen], units, params)
                if base is not None:
                    row |= _values("difference", (correct - base)[:, chosen], units, params)
                rows.append(row)
    table = pd.DataFrame(rows).drop(columns="accuracy_p")
    return _corrected(table) if "difference_p" in table else table


def best(grid: Grid, params: BranchParams) -> pd.DataFrame:
    """Return how often each branch point is the best over resampled seeds and sources.

    columns : form, moved, after, shared, mean (accuracy over tasks, all clips), best (share of resamples)
    """
    tables = []
    for form, moved in dict.fromkeys(point.curve for point in grid.points):
        points = [point for point in grid.points if point.curve == (form, moved)]
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
    tasks = sorted(set(clips.task))
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


def _values(name: str, values: np.ndarray, units: np.ndarray, params: BranchParams) -> dict[str, float]:
    found = crossed.mean(values, units, params.resamples, params.confidence, params.seed)
    return {
        name: found.mean,
        f"{name}_low": found.low,
        f"{name}_high": found.high,
        f"{name}_spread": found.spread,
        f"{name}_p": found.p,
    }


def _corrected(table: pd.DataFrame) -> pd.DataFrame:
    """Correct the p values of each form, task and set of clips for the number of branch points."""
    groups = table[table.after != INPUT].groupby(["form", "moved", "task", "clips"]).groups
    for rows in groups.values():
        table.loc[rows, "difference_p"] = holm(table.loc[rows, "difference_p"].to_numpy())
    return table

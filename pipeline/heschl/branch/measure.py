"""Accuracy against the number of shared layers, from the answers of all networks."""

import numpy as np
import pandas as pd

from heschl.branch.columns import FROZEN, MATCHED, POINTS, PUBLISHED, TOGETHER
from heschl.branch.params import BranchParams
from heschl.branch.points import Point
from heschl.grid.answers import answers
from heschl.grid.compare import corrected, rows
from heschl.grid.trainings import Grid
from heschl.network.table import INPUT
from heschl.statistics import crossed, resampling
from heschl.statistics.paired import holm


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
    """Return the mean accuracy over tasks at each branch point, all clips, and how sure its optimum is.

    columns : form, moved, after, shared; mean with interval (_low, _high) and spread over seeds (_spread);
              its differences from the means at the input (from_input) and at the last layer (from_last), with
              intervals and p, corrected over branch points (Holm), nan if there is no such point; best, the
              share of resamples in which the point is the best
    """
    whole = [point for point in grid.entries if point.form in (PUBLISHED, MATCHED, FROZEN)]
    tables = []
    for form, moved in dict.fromkeys(point.curve for point in whole):
        points = [point for point in grid.entries if point.curve == (form, moved)]
        found = [answers(grid, point) for point in points]
        scores = np.stack([_resampled(*each, params) for each in found])
        share = np.bincount(scores.argmax(axis=0), minlength=len(points)) / scores.shape[1]
        rows = [
            {"form": form, "moved": moved or TOGETHER, "after": point.after, "shared": point.shared}
            for point in points
        ]
        table = pd.DataFrame(rows).join(_means(points, found, params)).assign(best=share)
        tables.append(table[list(POINTS)])
    return pd.concat(tables, ignore_index=True)


def _means(
    points: list[Point], found: list[tuple[pd.DataFrame, np.ndarray]], params: BranchParams
) -> pd.DataFrame:
    """Return the columns mean, from_input and from_last of a curve, a row for each point."""
    deepest = max(points, key=lambda point: point.shared)
    ends = {"input": [point.after == INPUT for point in points], "last": [each is deepest for each in points]}
    table = pd.DataFrame([_crossed("mean", clips, correct, params) for clips, correct in found])
    for name, there in ends.items():
        if any(there):
            base = found[there.index(True)][1]
            rows = [_crossed(f"from_{name}", clips, correct - base, params) for clips, correct in found]
            table = table.join(pd.DataFrame(rows))
            p = f"from_{name}_p"
            table.loc[~np.array(there), p] = holm(table.loc[~np.array(there), p].to_numpy())
    return table.reindex(columns=[name for name in POINTS if name.startswith(("mean", "from_"))])


def _crossed(name: str, clips: pd.DataFrame, values: np.ndarray, params: BranchParams) -> dict[str, float]:
    """Return the mean over tasks of values (seeds, clips), with interval, p and spread over seeds."""
    groups = []
    for task in _learned(clips, values):
        chosen = (clips.task == task).to_numpy()
        groups.append((values[:, chosen], np.unique(clips.source[chosen], return_inverse=True)[1]))
    mean, low, high, p, spread = crossed.mean_of_groups(
        groups, params.resamples, params.confidence, params.seed
    )
    return {name: mean, f"{name}_low": low, f"{name}_high": high, f"{name}_p": p, f"{name}_spread": spread}


def _learned(clips: pd.DataFrame, correct: np.ndarray) -> list[str]:
    """Return the tasks that a network has learned, whose clips it has answered."""
    return sorted(set(clips.task[~np.isnan(correct).any(axis=0)]))


def _resampled(clips: pd.DataFrame, correct: np.ndarray, params: BranchParams) -> np.ndarray:
    """Return the mean accuracy over tasks of each resample, (resamples,).

    Every network gets the same resamples of seeds and of sources.
    """
    seeds = resampling.counts(len(correct), params.resamples, params.seed) / len(correct)
    total = np.zeros(params.resamples)
    tasks = _learned(clips, correct)
    for place, task in enumerate(tasks):
        chosen = (clips.task == task).to_numpy()
        units = np.unique(clips.source[chosen], return_inverse=True)[1]
        drawn = resampling.counts(int(units.max()) + 1, params.resamples, params.seed + 1 + place)
        cells = np.zeros(chosen.sum(), int)
        each = np.stack([resampling.means(one[chosen], cells, units, drawn, 1)[:, 0] for one in correct])
        total += np.einsum("rs,sr->r", seeds, each)
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

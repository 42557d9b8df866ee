"""The tables of the branch-point experiment, and what they say in a sentence.

OUT/accuracy.csv  accuracy of each network and task, with its difference from separate networks
    best.csv      mean accuracy over tasks at each branch point, and how sure its optimum is
    transfer.csv  each layer of separate networks, read out for every task, if the input is a branch point
    branch.json   how it was made, and on which shards
"""

from pathlib import Path

import pandas as pd

from heschl import tables
from heschl.branch.columns import ABOUT, ACCURACY, BEST, FROZEN, TOGETHER, TRANSFER
from heschl.branch.measure import accuracy, best
from heschl.branch.optimum import above, optimum
from heschl.branch.params import BranchParams
from heschl.branch.points import Point
from heschl.branch.transfer import gathered, path_of
from heschl.grid.trainings import Grid
from heschl.network.table import INPUT


def write(grid: Grid[Point], params: BranchParams, shards: str, out: Path) -> list[Path]:
    """Write the tables; return their paths; shards : sha256 of their index."""
    points = best(grid, params)
    about = {
        "seeds": list(params.seeds),
        "epochs": params.epochs,
        "threads": params.threads,
        "tolerance": params.tolerance,
        "confidence": params.confidence,
        "shards_sha256": shards,
    }
    files = [
        tables.write_csv(out / ACCURACY, accuracy(grid, params)),
        tables.write_csv(out / BEST, points),
        tables.write_json(out / ABOUT, about),
    ]
    separate = {training.seed: path for training in grid.trainings if (path := path_of(training))}
    if separate:
        files.append(tables.write_csv(out / TRANSFER, gathered(separate)))
    return files


def sentences(points: pd.DataFrame) -> list[str]:
    """Say where the optimum of each curve is, and how sure that is; points : of `measure.best`."""
    return [
        _sentence(rows, form, moved) for (form, moved), rows in points.groupby(["form", "moved"], sort=False)
    ]


def _sentence(rows: pd.DataFrame, form: str, moved: str) -> str:
    best, curve = optimum(rows), f"{form}, {moved} splitting off alone" if moved != TOGETHER else form
    if form == FROZEN:
        curve = f"{moved} added to frozen layers of the other tasks"
    where = "no shared layer" if best.after == INPUT else f"{best.shared} shared layers ({best.after})"
    ends = [
        f", {100 * value:.1f} points ({100 * low:.1f} to {100 * high:.1f}) above {name}"
        for name, value, low, high in above(best)
    ]
    return (
        f"{curve}: best with {where}, mean accuracy {best.mean:.1%}{''.join(ends)}. In {best.inside:.0%} of "
        f"the resamples of seeds and sources the best branch point is neither the input nor {best.last}."
    )


def measures(points: pd.DataFrame) -> dict[str, float]:
    """Return the figures of the experiment for its MLflow run; points : of `measure.best`."""
    found: dict[str, float] = {}
    for (form, moved), rows in points.groupby(["form", "moved"]):
        kind = form.replace(" ", "_")
        best, name = optimum(rows), f"branch.{kind}" if moved == TOGETHER else f"branch.{kind}_{moved}"
        found |= {f"{name}_best": best.mean, f"{name}_shared": best.shared}
    return found

"""The tables of the branch-point experiment, and what they say in a sentence.

OUT/accuracy.csv  accuracy of each network and task, with its difference from separate networks
    best.csv      how often each branch point is the best over resampled seeds and sources
    transfer.csv  each layer of separate networks, read out for every task, if the input is a branch point
    branch.json   how it was made, and on which shards
"""

from pathlib import Path

import pandas as pd

from pipeline import tables
from pipeline.branch.columns import ABOUT, ACCURACY, BEST, TOGETHER, TRANSFER
from pipeline.branch.measure import accuracy, best
from pipeline.branch.transfer import gathered
from pipeline.branch.worker import Experiment
from pipeline.network.table import INPUT


def write(experiment: Experiment, shards: str, out: Path) -> list[Path]:
    """Write the tables; return their paths; shards : sha256 of their index."""
    grid, params = experiment.grid, experiment.params
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
    separate = {training.seed: training.transfer for training in grid.trainings if training.transfer}
    if separate:
        files.append(tables.write_csv(out / TRANSFER, gathered(separate)))
    return files


def sentences(points: pd.DataFrame) -> list[str]:
    """Say where the optimum of each curve is, and how sure that is; points : of `measure.best`."""
    return [
        _sentence(rows, form, moved) for (form, moved), rows in points.groupby(["form", "moved"], sort=False)
    ]


def _sentence(rows: pd.DataFrame, form: str, moved: str) -> str:
    top = rows.loc[rows["mean"].idxmax()]
    inside = (rows.after != INPUT) & (rows.shared < rows.shared.max())
    where = "no shared layer" if top.after == INPUT else f"{int(top.shared)} shared layers ({top.after})"
    share, curve = rows.best[inside].sum(), f"{form}, {moved} parting alone" if moved != TOGETHER else form
    return (
        f"{curve}: best with {where}, mean accuracy {top['mean']:.1%}; over resampled seeds and sources "
        f"the best branch point is neither the input nor the last layer in {share:.0%}."
    )


def measures(points: pd.DataFrame) -> dict[str, float]:
    """Return the figures of the experiment for its MLflow run; points : of `best`."""
    found = {}
    for (form, moved), rows in points.groupby(["form", "moved"]):
        top, name = (
            rows.loc[rows["mean"].idxmax()],
            "_".join(part for part in (form, moved) if part != TOGETHER),
        )
        found |= {f"branch.{name}_best": float(top["mean"]), f"branch.{name}_shared": float(top.shared)}
    return found

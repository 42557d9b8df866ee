"""The tables of the branch-point experiment, and what they say in a sentence.

OUT/accuracy.csv  accuracy of each network and task, with its difference from separate networks
    best.csv      how often each branch point is the best over resampled seeds and sources
    branch.json   how it was made, and on which shards
"""

from pathlib import Path

import pandas as pd

from pipeline import tables
from pipeline.branch.columns import ABOUT, ACCURACY, BEST
from pipeline.branch.measure import accuracy, best
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
    return [
        tables.write_csv(out / ACCURACY, accuracy(grid, params)),
        tables.write_csv(out / BEST, points),
        tables.write_json(out / ABOUT, about),
    ]


def sentence(points: pd.DataFrame, form: str) -> str:
    """Say where the optimum of a form is, and how sure that is; points : of `measure.best`."""
    rows = points[points.form == form]
    top = rows.loc[rows["mean"].idxmax()]
    inside = (rows.after != INPUT) & (rows.shared < rows.shared.max())
    where = "no shared layer" if top.after == INPUT else f"{int(top.shared)} shared layers ({top.after})"
    share = rows.best[inside].sum()
    return (
        f"{form}: best with {where}, mean accuracy {top['mean']:.1%}; over resampled seeds and sources the "
        f"best branch point is neither the input nor the last layer in {share:.0%}."
    )


def measures(points: pd.DataFrame) -> dict[str, float]:
    """Return the figures of the experiment for its MLflow run; points : of `best`."""
    found = {}
    for form, rows in points.groupby("form"):
        top = rows.loc[rows["mean"].idxmax()]
        found |= {f"branch.{form}_best": float(top["mean"]), f"branch.{form}_shared": float(top.shared)}
    return found

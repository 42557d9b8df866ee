"""The tables of this stage.

OUT/localize/values.csv    what was measured in each condition, of the network and of people
             scores.csv    how alike they are, an experiment a row
             claims.csv    statements about the network, and whether they hold
             localize.json means, and why experiments were left out
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from heschl import tables, tracking
from heschl.localize import columns
from heschl.localize.columns import FOLDER
from heschl.localize.measure import Result, mean_of


def write(out: Path, results: Mapping[str, Result], left_out: Mapping[str, str], note: str) -> list[Path]:
    """Write the tables; return their paths.

    left_out : experiment -> why it was not done;  note : why none was, or ""
    """
    values = [result.values.assign(experiment=name) for name, result in results.items()]
    claims = [row for name, result in results.items() for row in _claims(name, result)]
    found = {
        columns.VALUES: (pd.concat(values) if values else [], columns.VALUES_COLUMNS),
        columns.SCORES: ([_score(*each) for each in results.items()], columns.SCORES_COLUMNS),
        columns.CLAIMS: (claims, columns.CLAIMS_COLUMNS),
    }
    files = [
        tables.write_csv(out / FOLDER / file, pd.DataFrame(rows, columns=list(names)))
        for file, (rows, names) in found.items()
    ]
    r, rmse = mean_of(results)
    about = {"note": note, "left_out": dict(left_out), "r": r, "rmse": rmse, "experiments": len(results)}
    return [*files, tables.write_json(out / FOLDER / columns.ABOUT, tables.without_nan(about))]


def _score(name: str, result: Result) -> dict[str, object]:
    experiment = result.experiment
    return {
        "experiment": name, "title": experiment.title, "source": experiment.citation,
        "r": result.r, "rmse": result.rmse, "compared": result.compared, "missing": result.missing,
        "sounds": result.sounds, "x_label": experiment.x_label, "value_label": experiment.value_label,
        "logarithmic": int(experiment.logarithmic),
    }  # fmt: skip


def _claims(name: str, result: Result) -> list[dict[str, object]]:
    about = {"experiment": name, "title": result.experiment.title}
    return [about | {"claim": claim, "holds": int(holds)} for claim, holds in result.claims.items()]


def headlines(results: Mapping[str, Result]) -> dict[str, float]:
    """Return the figures for the MLflow run."""
    found = {f"localize.{name}_r": result.r for name, result in results.items()}
    found["localize.r"], found["localize.rmse"] = mean_of(results)
    return {name: value for name, value in found.items() if np.isfinite(value)}


def log(run_id: str, results: Mapping[str, Result], files: Sequence[Path]) -> None:
    """Add figures and tables to the run of the training, if its store has it."""
    if results and tracking.log_metrics(run_id, headlines(results)):
        tracking.log_artifacts(run_id, FOLDER, *files)


def summary_line(results: Mapping[str, Result], left_out: Mapping[str, str], note: str) -> str:
    """Return the result of the stage in a line; note : why there is none."""
    if not results:
        return f"none: {next(iter(left_out.values()), note)}"
    r, rmse = mean_of(results)
    sounds = sum(result.sounds for result in results.values())
    return f"{len(results)} experiments, {sounds} sounds: r {r:.2f} with people, normalized rmse {rmse:.2f}"

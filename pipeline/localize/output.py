"""The tables of this stage.

OUT/localize/values.csv    what was measured in each condition, of the network and of people
             scores.csv    how alike they are, an experiment a row
             localize.json means, and why experiments were left out
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import tables, tracking
from pipeline.localize.columns import ABOUT, FOLDER, SCORES, SCORES_COLUMNS, VALUES, VALUES_COLUMNS
from pipeline.localize.measure import Result, mean_of


def write(out: Path, results: Mapping[str, Result], left_out: Mapping[str, str], note: str) -> list[Path]:
    """Write the tables; return their paths.

    left_out : experiment -> why it was not done;  note : why none was, or ""
    """
    values = [result.values.assign(experiment=name) for name, result in results.items()]
    scores = [
        {
            "experiment": name, "title": result.experiment.title, "source": result.experiment.citation,
            "r": result.r, "rmse": result.rmse, "compared": result.compared, "missing": result.missing,
            "sounds": result.sounds, "x_label": result.experiment.x_label,
            "value_label": result.experiment.value_label, "logarithmic": int(result.experiment.logarithmic),
        }
        for name, result in results.items()
    ]  # fmt: skip
    r, rmse = mean_of(results)
    about = {"note": note, "left_out": dict(left_out), "r": r, "rmse": rmse, "experiments": len(results)}
    every = pd.concat(values) if values else pd.DataFrame(columns=list(VALUES_COLUMNS))
    return [
        tables.write_csv(out / FOLDER / VALUES, every[list(VALUES_COLUMNS)]),
        tables.write_csv(out / FOLDER / SCORES, pd.DataFrame(scores, columns=list(SCORES_COLUMNS))),
        tables.write_json(out / FOLDER / ABOUT, tables.without_nan(about)),
    ]


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

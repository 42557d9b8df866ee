"""The files of robustness.

OUT/accuracy.csv        share of the clips that the network names, by attack and epsilon
    sounds.csv          what can be heard
    robustness.json     of which network, with which params
    word-l2-*.wav       a clip as it is, changed by an adversary, and by noise of the same size
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from heschl import tables, tracking
from heschl.robustness.columns import ABOUT, ACCURACY, ADVERSARY, FOLDER, NOISE, NONE, SOUNDS


def clear(out: Path) -> None:
    """Remove what an earlier run wrote, so that nothing of another network stays beside what comes."""
    sounds = (path for name in ("natural", ADVERSARY, NOISE) for path in out.glob(f"*-{name}.wav"))
    for path in (out / ACCURACY, out / SOUNDS, out / ABOUT, *sounds):
        path.unlink(missing_ok=True)


def write(out: Path, table: pd.DataFrame, heard: pd.DataFrame, about: Mapping[str, Any]) -> list[Path]:
    """Write the tables; return their paths."""
    return [
        tables.write_csv(out / ACCURACY, table),
        tables.write_csv(out / SOUNDS, heard),
        tables.write_json(out / ABOUT, about),
    ]


def headlines(table: pd.DataFrame) -> dict[str, float]:
    """Return the figures for the MLflow run."""
    changed = table[table["change"] != NONE]
    return {
        f"robustness.{row.task}_{row.input}_{row.norm}_{row.epsilon:g}_{row.change}": row.accuracy
        for row in changed.itertuples()
    }


def log(run_id: str, table: pd.DataFrame, files: Sequence[Path]) -> None:
    """Add figures and tables to the run of the network's training, if its store has it."""
    if tracking.log_metrics(run_id, headlines(table)):
        tracking.log_artifacts(run_id, FOLDER, *files)


def lines(table: pd.DataFrame) -> list[str]:
    """Return what was found, in a line for each task and attack."""
    clean = table[table["change"] == NONE].set_index("task")["accuracy"]
    found = []
    for (task, on, norm), rows in table[table["change"] != NONE].groupby(
        ["task", "input", "norm"], sort=False
    ):
        both = rows.pivot_table("accuracy", "epsilon", "change")
        each = ", ".join(
            f"{row[ADVERSARY]:.0%} ({row[NOISE]:.0%}) at {epsilon:g}" for epsilon, row in both.iterrows()
        )
        found.append(f"{task}, {on}, {norm}: {clean[task]:.0%} clean; adversary (noise) {each}")
    return found

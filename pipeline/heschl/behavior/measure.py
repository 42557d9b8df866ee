"""Measure a network's answers: accuracy in noise, thresholds, confusions; compare it with listeners."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from heschl.behavior import directions
from heschl.behavior.accuracy import accuracy, curves
from heschl.behavior.chance import chances
from heschl.behavior.comparison import compare_with_listeners
from heschl.behavior.confusions import confusions
from heschl.behavior.difficulty import hardest
from heschl.behavior.metrics import control, directions_of, metrics
from heschl.behavior.params import BehaviorParams
from heschl.behavior.thresholds import thresholds
from heschl.tables import write_csv, write_json

METRICS = "behavior.json"
FOLDERS = ("curves", "confusions", "listeners")


def measure(
    clips: pd.DataFrame,
    silenced: pd.DataFrame,
    listeners: Path,
    labels: Mapping[str, Sequence[str]],
    params: BehaviorParams,
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Return every table by the name of its file, and the metrics.

    clips, silenced : as `Answers.clips`, of the test clips and of the control
    listeners       : folder, as in `compare_with_listeners`
    labels          : possible answers, by task
    """
    table, fitted = accuracy(clips, params), thresholds(clips, labels, params)
    tables = {"psychometric": table, "thresholds": fitted, "hardest": hardest(clips, params.answers)}
    tables["directions"] = directions.table(clips, params)
    chance = {task: min(params.answers.get(task, 1) / len(names), 1.0) for task, names in labels.items()}
    tables |= {f"curves/{task}": curve for task, curve in curves(table, chance).items()}
    for task, rows in clips.groupby("task"):
        tables[f"confusions/{task}"] = confusions(rows["truth"], rows["answer"], labels[task])
    found = metrics(table, fitted, labels)
    found["directions"] = directions_of(tables["directions"])
    found["at_chance"] = chances(clips, table, labels, params.confidence, params.seed)
    controls = control(silenced, labels, params, found["at_chance"])
    found["control"] = {f"{task}_silenced": value for task, value in controls.items()}
    compared, found["listeners"] = compare_with_listeners(listeners, clips, labels, params)
    return tables | compared, found


def write(folder: Path, tables: Mapping[str, pd.DataFrame], found: Mapping[str, Any]) -> list[Path]:
    """Write the tables as csv and the metrics as behavior.json; return the paths."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)  # outputs of the stage, even if empty
    paths = [write_csv(folder / f"{name}.csv", table) for name, table in tables.items()]
    return [*paths, write_json(folder / METRICS, found)]

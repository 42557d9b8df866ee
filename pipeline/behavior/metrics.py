"""The numbers of behavior.json, and the few by which trainings are compared."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.behavior.accuracy import accuracy
from pipeline.behavior.columns import ends
from pipeline.behavior.params import BehaviorParams
from pipeline.mixtures.row import CLEAN


def metrics(table: pd.DataFrame, fitted: pd.DataFrame, labels: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return accuracies by task, background and SNR, and thresholds by task and background, nested.

    table  : as `accuracy` returns
    fitted : as `thresholds` returns; those for one answer are taken
    labels : possible answers, by task
    keys   : summary (share correct of each task, clean and at the highest SNR), chance, <task>, threshold
    """
    out: dict[str, Any] = {"summary": {}, "chance": {task: 1 / len(names) for task, names in labels.items()}}
    for task, rows in table.groupby("task"):
        out["summary"] |= _summary(str(task), rows)
        out[task] = {}
        for background, group in sorted(rows.groupby("background"), key=lambda each: each[0] != CLEAN):
            if background == CLEAN:
                out[task][CLEAN] = _values(group.iloc[0])
            else:
                out[task][background] = {f"{row['snr_db']:g}": _values(row) for _, row in group.iterrows()}
    out["threshold"] = {}
    for _, row in fitted[fitted["answers"] == 1].iterrows():
        numbers = _floats(row, ends("threshold", "threshold_db") | ends("slope"))
        out["threshold"].setdefault(row["task"], {})[row["background"]] = numbers
    return out


def _summary(task: str, rows: pd.DataFrame) -> dict[str, float]:
    noisy, clean = rows[rows["background"] != CLEAN], rows[rows["background"] == CLEAN]
    out = {}
    if len(clean):
        out[f"{task}_clean"] = float(clean["top1"].iloc[0])
    if len(noisy):
        best = noisy["snr_db"].max()
        out[f"{task}_at_{best:g}dB"] = float(noisy.loc[noisy["snr_db"] == best, "top1"].mean())
    return out


def _values(row: pd.Series) -> dict[str, Any]:
    return _floats(row, ends("top1") | ends("top5") | ends("score")) | {"n": int(row["n"])}


def control(
    clips: pd.DataFrame, labels: Mapping[str, Sequence[str]], params: BehaviorParams
) -> dict[str, Any]:
    """Return the accuracy of a control, such as silenced clips, with its interval, n and chance, by task.

    clips : as `Answers.clips`, all of one condition
    """
    out = {}
    for task, rows in clips.groupby("task"):
        found = _floats(accuracy(rows, params).iloc[0], ends("top1"))
        out[str(task)] = found | {"n": len(rows), "chance": 1 / len(labels[task])}
    return out


def _floats(row: pd.Series, columns: Mapping[str, type]) -> dict[str, float]:
    return {column: float(row[column]) for column in columns}


def headlines(found: Mapping[str, Any]) -> dict[str, float]:
    """Return the metrics by which runs are compared, flat and without nan; found : as `measure` returns."""
    out = {f"test.{name}": value for name, value in found["summary"].items()}
    out |= {f"test.{name}": value["top1"] for name, value in found["control"].items()}
    for task, backgrounds in found["threshold"].items():
        out |= {f"threshold.{task}.{name}": value["threshold_db"] for name, value in backgrounds.items()}
    for group, tasks in found["listeners"].items():
        for task, value in tasks.items():
            out |= {f"listeners.{group}.{task}.{name}": value[name] for name in ("r", "rmse")}
    return {name: value for name, value in out.items() if np.isfinite(value)}


def summary_line(found: Mapping[str, Any]) -> str:
    """Return the summary as a line of text; found : as `metrics` returns."""
    return ", ".join(f"{name.replace('_', ' ')} {value:.1%}" for name, value in found["summary"].items())

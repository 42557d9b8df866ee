"""How well a network hears, and what it confuses and finds hardest; people on the same clips beside it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.behavior.accuracy import BehaviorParams, accuracy, curves, scores, thresholds
from pipeline.behavior.comparison import beside
from pipeline.mixtures.row import CLEAN

METRICS = "behavior.json"
FOLDERS = ("curves", "confusions", "listeners")


def confusions(clips: pd.DataFrame, labels: Mapping[str, Sequence[str]]) -> dict[str, pd.DataFrame]:
    """Return for each task how often each label (column) is the first answer to clips of each label (row); a row without clips is nan."""
    out = {}
    for task, rows in clips.groupby("task"):
        counted = pd.crosstab(rows["truth"], rows["answer"]).reindex(
            index=labels[task], columns=labels[task], fill_value=0
        )
        out[task] = counted.div(counted.sum(axis=1).replace(0, np.nan), axis=0)
    return out


def hardest(clips: pd.DataFrame, answers: Mapping[str, int]) -> pd.DataFrame:
    """Return the recordings (targets) of each task, those named wrongly in most of their conditions first.

    columns : task, target, truth, source, conditions, wrong (share of them), said (the commonest wrong answer), key (of the easiest clip
              that was wrong: clean, or of the highest SNR)
    """
    rows = []
    missed = clips[~scores(clips, answers)]
    heard = clips.groupby(["task", "target"])["key"].count()
    for (task, target), wrong in missed.groupby(["task", "target"], sort=True):
        easiest = wrong.sort_values(["snr_db", "key"], ascending=[False, True], na_position="first").iloc[0]
        said = wrong.loc[wrong["answer"] != wrong["truth"], "answer"].mode()
        rows.append(
            {
                "task": task, "target": target, "truth": easiest["truth"], "source": easiest["source"],
                "conditions": int(heard[task, target]), "wrong": len(wrong) / heard[task, target],
                "said": said.iloc[0] if len(said) else "", "key": easiest["key"],
            }
        )  # fmt: skip
    columns = ["task", "target", "truth", "source", "conditions", "wrong", "said", "key"]
    return pd.DataFrame(rows, columns=columns).sort_values(
        ["task", "wrong", "key"], ascending=[True, False, True], ignore_index=True
    )


def control(
    clips: pd.DataFrame, labels: Mapping[str, Sequence[str]], params: BehaviorParams
) -> dict[str, Any]:
    """Return the accuracy of a control, such as silenced clips, with its interval and chance, by task."""
    out = {}
    for task, rows in clips.groupby("task"):
        row = accuracy(rows, params).iloc[0]
        found = {name: float(row[name]) for name in ("top1", "top1_low", "top1_high")}
        out[str(task)] = found | {"n": len(rows), "chance": 1 / len(labels[task])}
    return out


def metrics(table: pd.DataFrame, fitted: pd.DataFrame, labels: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return `accuracy` and `thresholds` nested by task, background and SNR, with chance and a summary."""
    out: dict[str, Any] = {"summary": {}, "chance": {task: 1 / len(names) for task, names in labels.items()}}
    for task, rows in table.groupby("task"):
        masked, clean = rows[rows["background"] != CLEAN], rows[rows["background"] == CLEAN]
        out[task] = {}
        if len(clean):
            out["summary"][f"{task}_clean"] = float(clean["top1"].iloc[0])
            out[task][CLEAN] = _values(clean.iloc[0])
        if len(masked):
            best = masked["snr_db"].max()
            out["summary"][f"{task}_at_{best:g}dB"] = float(
                masked.loc[masked["snr_db"] == best, "top1"].mean()
            )
        for background, group in masked.groupby("background"):
            out[task][background] = {f"{row['snr_db']:g}": _values(row) for _, row in group.iterrows()}
    out["threshold"] = {}
    for _, row in fitted.iterrows():
        if row["answers"] == 1:
            out["threshold"].setdefault(row["task"], {})[row["background"]] = _numbers(
                row, ("threshold_db", "slope")
            )
    return out


def _values(row: pd.Series) -> dict[str, Any]:
    return _numbers(row, ("top1", "top5", "score")) | {"n": int(row["n"])}


def _numbers(row: pd.Series, names: Sequence[str]) -> dict[str, float]:
    columns = [
        name.removesuffix("_db") + end if end else name for name in names for end in ("", "_low", "_high")
    ]
    return {column: float(row[column]) for column in columns}


def measure(
    clips: pd.DataFrame,
    silenced: pd.DataFrame,
    listeners: Path,
    labels: Mapping[str, Sequence[str]],
    params: BehaviorParams,
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Return every table by the name of its file, and the metrics.

    clips, silenced : as `Answers.clips`, of the test clips and of the control
    listeners       : folder, as in `beside`; labels : those that may be answered, by task
    """
    table, fitted = accuracy(clips, params), thresholds(clips, labels, params)
    tables = {"psychometric": table, "thresholds": fitted, "hardest": hardest(clips, params.answers)}
    tables |= {f"curves/{task}": curve for task, curve in curves(table).items()}
    tables |= {f"confusions/{task}": matrix for task, matrix in confusions(clips, labels).items()}
    found = metrics(table, fitted, labels)
    found["control"] = {
        f"{task}_silenced": value for task, value in control(silenced, labels, params).items()
    }
    people, found["listeners"] = beside(listeners, clips, labels, params)
    return tables | people, found


def write(folder: Path, tables: Mapping[str, pd.DataFrame], found: Mapping[str, Any]) -> list[Path]:
    """Write the tables as csv and the metrics as behavior.json; return the paths."""
    paths = [folder / f"{name}.csv" for name in tables]
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)  # also where nothing is to be put in
    for path, table in zip(paths, tables.values(), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(path, index=table.index.name is not None)
    (folder / METRICS).write_text(json.dumps(_without_nan(found), indent=1))
    return [*paths, folder / METRICS]


def _without_nan(value: Any) -> Any:
    """Return nested metrics with None for what is not defined: JSON has no nan."""
    if isinstance(value, Mapping):
        return {name: _without_nan(each) for name, each in value.items()}
    return None if isinstance(value, float) and not np.isfinite(value) else value


def headlines(found: Mapping[str, Any]) -> dict[str, float]:
    """Return the metrics that a run is compared by, flat; the rest is in its tables."""
    out = {f"test.{name}": value for name, value in found["summary"].items()}
    out |= {f"test.{name}": value["top1"] for name, value in found["control"].items()}
    for task, kinds in found["threshold"].items():
        out |= {f"threshold.{task}.{kind}": value["threshold_db"] for kind, value in kinds.items()}
    for group, tasks in found["listeners"].items():
        out |= {
            f"listeners.{group}.{task}.{name}": value[name]
            for task, value in tasks.items()
            for name in ("r", "rmse")
        }
    return {name: value for name, value in out.items() if np.isfinite(value)}

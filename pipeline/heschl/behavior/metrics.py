"""The numbers of behavior.json, and the few by which trainings are compared."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from heschl.behavior import verdicts
from heschl.behavior.accuracy import accuracy
from heschl.behavior.agreement import MEASURES
from heschl.behavior.columns import CONDITION, DIRECTIONS, ends
from heschl.behavior.params import BehaviorParams
from heschl.mixtures.row import CLEAN
from heschl.tasks import TASKS


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


def directions_of(table: pd.DataFrame) -> dict[str, Any]:
    """Return the mean errors of directions from ahead, of clean clips, by task; degrees and a share.

    table : as `directions.table` returns
    """
    clean = table[(table["background"] == CLEAN) & (table["half"] == "ahead")]
    columns = [name for name in DIRECTIONS if name not in (*CONDITION, "half", "n")]
    return {
        row["task"]: _floats(row, dict.fromkeys(columns, float)) | {"n": int(row["n"])}
        for _, row in clean.iterrows()
    }


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
    clips: pd.DataFrame,
    labels: Mapping[str, Sequence[str]],
    params: BehaviorParams,
    at_chance: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the accuracy of a control, such as silenced clips, and what it can show, by task.

    clips     : as `Answers.clips`, all of one condition
    at_chance : as `chances` returns for the clean test clips
    returns   : top1 with its interval, n, chance, and as `_verdict`
    """
    out = {}
    for task, rows in clips.groupby("task"):
        found = _floats(accuracy(rows, params).iloc[0], ends("top1"))
        found |= {"n": len(rows), "chance": 1 / len(labels[task])}
        out[str(task)] = found | _verdict(found, bool(at_chance.get(str(task), {}).get("at_chance")))
    return out


def _verdict(found: Mapping[str, float], clean_at_chance: bool) -> dict[str, Any]:
    """Return verdict, hidden and clean_at_chance of a control.

    verdict : leak (the interval lies above chance), none (no leak seen), or nothing (the network is at chance
              on clean clips too, so that it could not show a leak)
    hidden  : the largest leak that the interval allows, as a share above chance
    """
    leak = found["top1_low"] > found["chance"]
    verdict = "leak" if leak else "nothing" if clean_at_chance else "none"
    hidden = max(found["top1_high"] - found["chance"], 0.0)
    return {"verdict": verdict, "hidden": hidden, "clean_at_chance": clean_at_chance}


def _floats(row: pd.Series, columns: Mapping[str, type]) -> dict[str, float]:
    return {column: float(row[column]) for column in columns}


def clean(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Return the share of clean clips named correctly, by "<task>_clean", in the order of TASKS."""
    found = metrics["summary"]
    return {name: found[name] for task in TASKS if (name := f"{task}_{CLEAN}") in found}


def headlines(found: Mapping[str, Any]) -> dict[str, float]:
    """Return the metrics by which runs are compared, flat and without nan; found : as `measure` returns.

    The accuracies sort before all other metrics of a run. What depends on the background is in the tables.
    """
    out = {f"accuracy.{name}": value for name, value in found["summary"].items()}
    out |= {f"accuracy.{name}": value["top1"] for name, value in found["control"].items()}
    for task, backgrounds in found["threshold"].items():
        fitted = [each["threshold_db"] for each in backgrounds.values() if np.isfinite(each["threshold_db"])]
        out |= {f"threshold.{task}": float(np.mean(fitted))} if fitted else {}
    for group, tasks in found["listeners"].items():
        for task, value in tasks.items():
            out |= {f"listeners.{group}.{task}.{name}": value[name] for name in MEASURES}
    return {name: value for name, value in out.items() if np.isfinite(value)}


def summary_line(found: Mapping[str, Any]) -> str:
    """Return the result as a line of text; found : as `measure` returns.

    It has the accuracies, the order of the backgrounds with its interval, and what limits them: a task at
    chance, a single source, too few listeners, a control that fails.
    """
    parts = [f"{name.replace('_', ' ')} {value:.1%}" for name, value in found["summary"].items()]
    tasks = found.get("at_chance", {})
    parts += [f"{task} {said}" for task in tasks if (said := verdicts.chance(found, task))]
    parts += [f"{task}: one source in the test split" for task in tasks if verdicts.one_source(found, task)]
    for group, by_task in found.get("listeners", {}).items():
        for task, compared in by_task.items():
            said = verdicts.too_few(compared) or verdicts.order(compared, verdicts.at_chance(found, task))
            parts += [f"{group} listeners, {task}: {said}"] if said else []
    for name, control in found.get("control", {}).items():
        said = verdicts.control(control).rstrip(".") if control["verdict"] != "none" else ""
        parts += [f"{name.replace('_', ' ')}: {said}"] if said else []
    return "; ".join([", ".join(parts[: len(found["summary"])]), *parts[len(found["summary"]) :]])

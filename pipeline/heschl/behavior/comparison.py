"""Compare listeners with the network, in every way that their tables allow.

There are two groups of listeners: "published", of whom only means are public, and "own", the local listeners,
with a table of trials on the test clips.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heschl.behavior import listeners
from heschl.behavior.agreement import AGREEMENT, Sides, agree, sides
from heschl.behavior.columns import CONDITIONS, LOCAL, PUBLISHED, RELATIVE
from heschl.behavior.conditions import conditions
from heschl.behavior.confusions import confusion_correlation, confusions
from heschl.behavior.consistency import consistency
from heschl.behavior.difficulty import difficulty
from heschl.behavior.normalized import relative_table
from heschl.behavior.params import BehaviorParams
from heschl.behavior.published import compare_published, read_published
from heschl.behavior.thresholds import Function, of_means, of_trials

SIDES = "listeners/conditions"  # table in which listeners and network stand side by side
NORMALIZED = "listeners/relative"  # the same, relative to the accuracy in quiet
TABLES = {SIDES: CONDITIONS, NORMALIZED: RELATIVE}  # that both groups have
THRESHOLD = (
    "threshold_db", "threshold_low", "threshold_high", "slope", "slope_low", "slope_high", "tested",
    "rate", "ceiling", "guess",
)  # fmt: skip
NOT_FITTED = dict.fromkeys(AGREEMENT, np.nan) | {"threshold": {}}  # of listeners who are too few
Compared = tuple[dict[str, pd.DataFrame], dict[str, Any]]  # tables by name of their file; numbers by task


def compare_with_listeners(
    folder: Path, clips: pd.DataFrame, labels: Mapping[str, Sequence[str]], params: BehaviorParams
) -> Compared:
    """Return tables and numbers that compare the network with the listeners in a folder.

    folder  : tables of trials (`listeners.read`) and published/<task>.csv (`read_published`)
    clips   : as `Answers.clips`
    labels  : possible answers, by task
    returns : tables  : listeners/conditions, as `conditions` with the group (no rows without listeners),
                        listeners/relative, as `relative_table`, and, of local listeners,
                        listeners/consistency, items, confused and confusions/<task>
              numbers : {group: {task: as `agree`, with the listeners' thresholds by background and the
                        number of labels that they chose from; enough: whether listeners and trials reach
                        behavior.fewest_listeners and fewest_trials. Below these only means are returned: no
                        thresholds, nan for the agreement, no rows in consistency, items and confused}}
    raises  : ListenersError naming what cannot be used
    """
    groups: dict[str, Compared] = {}
    if params.published:
        groups[PUBLISHED] = _published(folder / PUBLISHED, clips, labels, params)
    if listeners.files(folder):
        groups[LOCAL] = _local(folder, clips, labels, params)
    numbers = {group: by_task for group, (_, by_task) in groups.items() if by_task}
    tables = {name: table for found, _ in groups.values() for name, table in found.items()}
    for name, columns in TABLES.items():
        both = [groups[group][0][name].assign(group=group) for group in numbers]
        tables[name] = _joined(both, columns)
    return tables, numbers


def _joined(tables: Sequence[pd.DataFrame], columns: Mapping[str, type]) -> pd.DataFrame:
    """Return tables one below the other; one without rows if there are none."""
    filled = [table for table in tables if len(table)]
    return (pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(columns)))[
        list(columns)
    ]


def _published(
    folder: Path, clips: pd.DataFrame, labels: Mapping[str, Sequence[str]], params: BehaviorParams
) -> Compared:
    tables, numbers = {name: [] for name in TABLES}, {}
    for file in sorted(folder.glob("*.csv")):
        summary, task = read_published(file), file.stem
        shared = clips[clips["task"] == task].merge(summary, on=["background", "snr_db"])
        if task in labels and len(shared):
            table, compared = compare_published(summary, clips, params, task, len(labels[task]))
            agreed = agree(compared, params, same_clips=False)
            chosen_from = int(summary["labels"].iloc[0])
            means = table[["background", "snr_db"]].merge(summary, on=["background", "snr_db"])
            threshold = _by_background(of_means(means, 1 / chosen_from, params))
            numbers[task] = agreed | {"labels": chosen_from, "threshold": threshold, "enough": True}
            tables[SIDES].append(table)
            tables[NORMALIZED].append(_relative(compared, params))
    return ({name: pd.concat(each) for name, each in tables.items()} if numbers else {}), numbers


def _relative(compared: Sides, params: BehaviorParams) -> pd.DataFrame:
    task, listeners, network, at, _ = compared
    return relative_table(listeners, network, at, params.confidence).assign(task=task)


def _local(
    folder: Path, clips: pd.DataFrame, labels: Mapping[str, Sequence[str]], params: BehaviorParams
) -> Compared:
    table = listeners.read(folder, clips, labels, params.answers)
    heard, left_out = listeners.attentive(table, params.min_attention)
    if not len(heard):
        raise listeners.ListenersError(
            f"{folder}: all {len(left_out)} participants passed fewer attention checks than "
            f"behavior.min_attention, {params.min_attention:g}. Lower it, or remove their tables."
        )
    beside = conditions(heard, clips, params)
    floors = {str(task): _floor(rows, params) for task, rows in beside.groupby("task")}
    fitted = heard[heard["task"].map(lambda task: floors[task]["enough"])]
    tables = {
        SIDES: beside,
        NORMALIZED: pd.DataFrame(columns=list(RELATIVE)),
        "listeners/consistency": consistency(fitted, clips, params),
        "listeners/items": difficulty(fitted, clips, params),
        "listeners/confused": confusion_correlation(fitted, clips, labels, params),
    }
    compared, numbers = {each.task: each for each in sides(fitted, clips, labels, params)}, {}
    if compared:
        tables[NORMALIZED] = pd.concat([_relative(each, params) for each in compared.values()])
    for task, trials in heard.groupby("task"):
        matrix = confusions(trials["truth"], trials["response"], labels[task])
        tables[f"listeners/confusions/{task}"] = matrix
        known = {"participants": trials["participant"].nunique(), "labels": len(labels[task])}
        known |= {"left_out": len(left_out), "conditions": int((beside["task"] == task).sum())} | floors[task]
        numbers[str(task)] = NOT_FITTED | known
        if floors[task]["enough"]:
            threshold = _thresholds(trials, len(labels[task]), params)
            agreed = agree(compared[str(task)], params, same_clips=True)
            numbers[str(task)] = agreed | known | {"threshold": threshold}
    return tables, numbers


def _floor(rows: pd.DataFrame, params: BehaviorParams) -> dict[str, Any]:
    """Return whether listeners and trials are enough for a fit, the trials, and the floors.

    rows : of one task, as `conditions` returns
    """
    trials, people = float(rows["trials"].median()), int(rows["participants"].max())
    floors = {"fewest_listeners": params.fewest_listeners, "fewest_trials": params.fewest_trials}
    enough = people >= params.fewest_listeners and trials >= params.fewest_trials
    return {"enough": bool(enough), "trials": trials} | floors


def _thresholds(trials: pd.DataFrame, labels: int, params: BehaviorParams) -> dict[str, dict[str, float]]:
    """Return the psychometric functions of listeners, by background, with intervals over listeners."""
    guess = min(params.answers.get(trials["task"].iloc[0], 1) / labels, 1.0)
    by_person = trials.assign(source=trials["participant"])  # what is resampled
    return _by_background(of_trials(by_person, trials["correct"].to_numpy(float), guess, params))


def _by_background(functions: Sequence[Function]) -> dict[str, dict[str, float]]:
    return {row["background"]: {name: row[name] for name in THRESHOLD} for row in functions}

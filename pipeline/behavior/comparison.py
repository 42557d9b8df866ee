"""People beside the network: every comparison that the tables at hand allow.

Two groups: "published", means of people on clips that are not public, and "own", tables of trials on these very clips.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.behavior import agreement, listeners
from pipeline.behavior.accuracy import BehaviorParams, fitted, functions
from pipeline.behavior.confusions import confused, confusions
from pipeline.behavior.consistency import consistency
from pipeline.behavior.difficulty import items

PUBLISHED = "published"  # folder of tables of means, one a task, named by it
OWN = "own"
COLUMNS = [
    "group", "task", "background", "snr_db", "listeners", "listeners_low", "listeners_high", "participants",
    "network", "network_low", "network_high", "n",
]  # fmt: skip
THRESHOLD = ("threshold_db", "threshold_low", "threshold_high", "slope", "slope_low", "slope_high", "tested")


def beside(
    folder: Path, clips: pd.DataFrame, labels: Mapping[str, Sequence[str]], params: BehaviorParams
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Return tables and numbers of the listeners in a folder beside the network.

    folder  : tables of trials (`listeners.read`), and published/<task>.csv (`listeners.published`)
    clips   : as `Answers.clips`; labels : those that may be answered, by task
    tables  : listeners/conditions (as `comparison.conditions`, and the group; without rows where there are no listeners); with tables of
              one's own listeners/consistency, items, confused, and confusions/<task>, as the functions of these names
    numbers : {group: {task: as `comparison.agreement`, people's thresholds by background, the number of labels they chose from}}
    raises  : ListenersError naming what cannot be used
    """
    found: dict[str, Any] = {}
    rows: list[pd.DataFrame] = []
    tables: dict[str, pd.DataFrame] = {}
    for file in sorted((folder / PUBLISHED).glob("*.csv")) if params.published else []:
        summary, task = listeners.published(file), file.stem
        if task in labels and len(clips[clips["task"] == task].merge(summary, on=["background", "snr_db"])):
            table, numbers = agreement.published(summary, clips, params, task)
            rows.append(table.assign(group=PUBLISHED))
            chosen_from = int(summary["labels"].iloc[0])
            thresholds = _by_background(_of_means(table, summary, 1 / chosen_from, params))
            found.setdefault(PUBLISHED, {})[task] = numbers | {"labels": chosen_from, "threshold": thresholds}
    if listeners.files(folder):
        every = listeners.read(folder, clips, labels, params.answers)
        heard, inattentive = listeners.attentive(every, params.min_attention)
        if not len(heard):
            raise listeners.ListenersError(
                f"{folder}: all {len(inattentive)} participants have fewer right attention checks than behavior.min_attention, "
                f"{params.min_attention:g}. Lower it, or take their tables away."
            )
        rows.append(agreement.conditions(heard, clips, params).assign(group=OWN))
        found[OWN] = agreement.agreement(heard, clips, params)
        for task, trials in heard.groupby("task"):
            guess = min(params.answers.get(task, 1) / len(labels[task]), 1.0)
            hits, persons = trials["correct"].to_numpy(float), trials.assign(source=trials["participant"])
            out = {
                "labels": len(labels[task]),
                "threshold": _by_background(functions(persons, hits, guess, params)),
            }
            found[OWN][task] |= out | {"left_out": len(inattentive)}
            tables[f"listeners/confusions/{task}"] = confusions(
                trials["truth"], trials["response"], labels[task]
            )
        own = {"consistency": consistency, "items": items}
        tables |= {f"listeners/{name}": measure(heard, clips, params) for name, measure in own.items()}
        tables["listeners/confused"] = confused(heard, clips, labels, params)
    tables["listeners/conditions"] = (
        pd.concat(rows, ignore_index=True)[COLUMNS] if rows else pd.DataFrame(columns=COLUMNS)
    )
    return tables, found


def _of_means(
    table: pd.DataFrame, summary: pd.DataFrame, guess: float, params: BehaviorParams
) -> list[dict[str, Any]]:
    """Return psychometric functions of means whose trials are not public.

    A mean counts as as many trials as make its standard error binomial; means are drawn from a normal distribution of that error.
    """
    means = table[["background", "snr_db"]].merge(summary, on=["background", "snr_db"])
    mean, error = means["mean"].to_numpy(), (means["sd"] / np.sqrt(means["n"])).to_numpy()
    drawn = np.random.default_rng([params.seed, 4]).normal(mean, error, (params.resamples, len(mean)))
    shares = np.clip(np.vstack([mean, drawn]), 0, 1)
    trials = np.divide(
        mean * (1 - mean),
        error**2,
        out=means["n"].to_numpy(float),
        where=(error > 0) & (mean > 0) & (mean < 1),
    )
    trials = np.broadcast_to(trials, shares.shape)
    return fitted(means, shares * trials, trials, guess, params)


def _by_background(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    return {
        row["background"]: {name: row[name] for name in (*THRESHOLD, "rate", "ceiling", "guess")}
        for row in rows
    }

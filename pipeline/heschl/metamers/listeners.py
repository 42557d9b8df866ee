"""What listeners recognized of natural sounds and of the metamers of each layer."""

from pathlib import Path

import numpy as np
import pandas as pd

from heschl.behavior.listeners import ListenersError, attentive, read
from heschl.behavior.params import BehaviorParams
from heschl.metamers.clips import MetamerClips
from heschl.metamers.columns import RECOGNIZED
from heschl.statistics import intervals, resampling


def recognized(
    path: Path, clips: MetamerClips, params: BehaviorParams
) -> tuple[dict[str, pd.DataFrame], dict[str, float]]:
    """Return for the folder of each network what listeners recognized, a row for each task and layer.

    Beside it: who is left out for attention checks, and the share that they passed.

    path    : table of trials, or folder of them, from an experiment with these clips
    columns : RECOGNIZED: the share of trials whose label was right, its interval over participants, and
              `left_out`, trials of sounds that are not accepted as metamers; they do not count
    raises  : ListenersError naming the file and the row, or if nobody passed the checks
    """
    every = read(path, clips.heard, clips.labels, params.answers)
    trials, left_out = attentive(every, params.min_attention)
    if not len(trials):
        raise ListenersError(
            f"{path}: all {len(left_out)} participants passed fewer attention checks than "
            f"behavior.min_attention, {params.min_attention:g}. Lower it, or remove their tables."
        )
    known = clips.table.set_index("key")[["folder", "layer", "rank", "accepted", "sound"]]
    trials = trials.join(known, on="clip")
    tables = {
        name: _of_folder(trials[trials["folder"].isin(["", name])], clips.labels, params)
        for name in clips.folders
    }
    return tables, left_out


def _of_folder(trials: pd.DataFrame, tasks: dict[str, list[str]], params: BehaviorParams) -> pd.DataFrame:
    people = trials.groupby("task")["participant"].nunique()
    rows = [
        _of_layer(trials[(trials["task"] == task) & (trials["rank"] == rank)], params)
        | {"listeners": people[task]}
        for task in tasks
        for rank in sorted(trials[trials["task"] == task]["rank"].unique())
    ]
    return pd.DataFrame(rows, columns=list(RECOGNIZED)).astype(RECOGNIZED)


def _of_layer(trials: pd.DataFrame, params: BehaviorParams) -> dict[str, object]:
    """Return the row of a task and layer; nan where no trial counts."""
    first, counted = trials.iloc[0], trials[trials["accepted"] == 1]
    share = low = high = np.array([np.nan])
    if len(counted):
        units = np.unique(counted["participant"], return_inverse=True)[1]
        drawn = resampling.counts(units.max() + 1, params.resamples, params.seed)
        right, cells = counted["correct"].to_numpy(float), np.zeros(len(counted), int)
        share, low, high = intervals.proportions(right, cells, units, drawn, 1, params.confidence)
    return {
        "task": first["task"], "layer": first["layer"], "rank": first["rank"],
        "sounds": counted["sound"].nunique(), "participants": counted["participant"].nunique(),
        "trials": len(counted), "left_out": len(trials) - len(counted),
        "recognized": share[0], "recognized_low": low[0], "recognized_high": high[0],
    }  # fmt: skip

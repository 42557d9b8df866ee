"""The data set as its index describes it: how many clips, of what, in which backgrounds and at which SNRs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from heschl.shards.index import INDEX, read_index
from heschl.tasks import is_null


@dataclass(frozen=True)
class Clips:
    """The clips of a split.

    labeled     : task -> number of clips with a label of the task
    snrs        : of clips with a background, dB, as "-9 to 9" or a list
    backgrounds : kinds, each once
    """

    split: str
    clips: int
    labeled: Mapping[str, int]
    snrs: str
    backgrounds: Sequence[str]


@dataclass(frozen=True)
class DataSet:
    """The data set of a project.

    digest : of its index
    sound  : sample_rate in Hz, clip_s in seconds, and channels where they are two
    remix  : training mixes its clips anew in every epoch
    splits : in the order of the index
    """

    digest: str
    sound: Mapping[str, Any]
    remix: bool
    splits: Sequence[Clips]


def read_data_set(folder: Path) -> DataSet | None:
    """Read the index of shards; None if there are none; raises ShardError."""
    if not (folder / INDEX).is_file():
        return None
    index = read_index(folder)
    params = index["params"]
    splits = [
        _clips(name, split, index["labels"], params["mixtures"]) for name, split in index["splits"].items()
    ]
    return DataSet(index["digest"], index["sound"], params["shards"]["remix"], splits)


def _clips(
    name: str, split: Mapping[str, Any], labels: Mapping[str, Sequence[str]], mixtures: Mapping[str, Any]
) -> Clips:
    labeled = {}
    for task, names in labels.items():
        named = np.array([not is_null(each) for each in names])
        labeled[task] = int(sum(named[np.asarray(shard["targets"][task])].sum() for shard in split["shards"]))
    rule = mixtures[name]
    backgrounds = dict.fromkeys(rule.get("backgrounds") or mixtures["backgrounds"])
    return Clips(name, split["clips"], labeled, snrs(rule["snr_db"]), list(backgrounds))


def snrs(given: Mapping[str, float] | Sequence[float]) -> str:
    """Return the SNRs of params in words: "-9 to 9", or "-9, -6, -3"."""
    if isinstance(given, Mapping):
        return f"{_number(given['low'])} to {_number(given['high'])}"
    return ", ".join(map(_number, given))


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")

"""What a corpus source is: where the recordings of a corpus come from."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from pipeline.audio import Sound


class SourceParams(Protocol):
    """The params that a source may read: section `corpus`."""

    folder: str
    seed: int
    bad_file_budget: float
    synthetic: Any


Tables = dict[str, pd.DataFrame]
Make = Callable[[SourceParams, Path, Sound], tuple[Tables, pd.DataFrame]]


@dataclass(frozen=True)
class CorpusSource:
    """A source of recordings.

    name     : in params.yaml, `corpus.source`
    make     : (params, out, sound) -> tables, quarantine. Writes mono 16-bit wav files below out/audio.
               tables: the four, with columns `tables.COLUMNS`, `file` relative to out
               quarantine: the rows that cannot be used, with columns `tables.QUARANTINE`
    programs : distributions whose versions provenance.json records
    text     : what provenance.json and the report say about it; {folder} stands for `corpus.folder`
    """

    name: str
    make: Make
    programs: tuple[str, ...]
    text: str

"""What a corpus source is: where the recordings of a corpus come from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal, Protocol

import pandas as pd
from pydantic import model_validator

from heschl.audio import Sound
from heschl.corpora.known import CORPORA
from heschl.params import section


@section
class PublicCorpus:
    """A public corpus for a table; an entry of `corpus.public`."""

    table: Literal["words", "music", "scenes", "talkers"]
    corpus: str  # a name in CORPORA
    folder: str  # below corpus.folder
    times: str | None  # of words: a file or folder below corpus.folder; null: words.csv in its folder
    labels: dict[str, str]  # label -> its name here; the others are left out. Empty: all
    splits: Literal["own", "drawn"]  # those of the corpus, as far as it has them, or by corpus.split

    @model_validator(mode="after")
    def _known(self) -> "PublicCorpus":
        fitting = [name for name, each in CORPORA.items() if self.table in each.tables]
        if self.corpus not in fitting:
            raise ValueError(
                f"corpus is {self.corpus!r}; expected one with {self.table}: {', '.join(fitting)}"
            )
        corpus = CORPORA[self.corpus]
        if self.times is not None and not (corpus.timed and self.table == "words"):
            raise ValueError(
                f"times is {self.times!r}; expected null: {self.corpus} needs none for {self.table}"
            )
        if self.labels and self.table == "talkers":
            raise ValueError("labels is given; expected {}: talkers have no labels")
        if self.splits == "drawn" and corpus.torn:
            raise ValueError(f"splits is 'drawn'; expected 'own': {self.corpus} does not name its artists")
        for name in (self.folder, self.times or "."):
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts:
                raise ValueError(f"{name!r} is not below corpus.folder; expected a relative path without ..")
        return self


class SourceParams(Protocol):
    """The params that a source may read: section `corpus`."""

    folder: str
    seed: int
    bad_file_budget: float
    synthetic: Any
    public: Sequence[PublicCorpus]


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
    corpora  : params -> title, license, origin and tables of each public corpus, for provenance.json
    """

    name: str
    make: Make
    programs: tuple[str, ...]
    text: str
    corpora: Callable[[SourceParams], list[dict[str, Any]]] = lambda params: []

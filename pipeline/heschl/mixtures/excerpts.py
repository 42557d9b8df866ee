"""One split of a corpus: the recordings to choose from, and where an excerpt of one may begin."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heschl.audio import Sound, cut, db, rms
from heschl.corpus.tables import LABEL, UNIT
from heschl.mixtures.backgrounds import BACKGROUNDS
from heschl.mixtures.check import MixtureError
from heschl.mixtures.params import MixtureParams
from heschl.mixtures.places import Places
from heschl.mixtures.recordings import Row, Rows, cuttable_rows, is_whole_file, source_name
from heschl.tasks import TASKS, Task

TRIES = 40  # excerpts that may be near-silent before the draw gives up


@dataclass(frozen=True)
class CorpusSplit:
    """One split of a corpus, and the params by which it is cut.

    tables  : name -> all rows
    cuttable : name -> the rows from which a clip may be cut anywhere; see `cuttable_rows`
    places   : where they may be heard from, in clips with two channels
    """

    name: str
    corpus: Path
    tables: dict[str, Rows]
    cuttable: dict[str, Rows]
    params: MixtureParams
    sound: Sound
    places: Places | None = None

    @classmethod
    def of(
        cls, name: str, corpus: Path, tables: Mapping[str, pd.DataFrame | Rows], params: MixtureParams,
        sound: Sound, places: Places | None = None,
    ) -> "CorpusSplit":  # fmt: skip
        """Take one split out of the tables of a corpus."""
        rows = {table: Rows.of(whole).of_split(name) for table, whole in tables.items()}
        cut_anywhere = {task.table for task in TASKS.values() if not task.centered}
        cut_anywhere |= {background.table for background in BACKGROUNDS.values() if background.table}
        cuttable = {table: cuttable_rows(rows[table], corpus, sound) for table in sorted(cut_anywhere)}
        return cls(name, corpus, rows, cuttable, params, sound, places)

    def targets(self, task: Task) -> Rows:
        """Return the rows that targets of a task are drawn from."""
        if not task.centered:
            return self.cuttable[task.table]
        name = f"targets of {task.label}"
        if name not in self._groups:
            self._groups[name] = {"": self._with_others(task, self.tables[task.table])}
        return self._groups[name][""]

    def _with_others(self, task: Task, rows: Rows) -> Rows:
        """Return the rows whose source has the other isolated recordings that mixtures.sequence asks for."""
        sequence = self.params.sequence
        if not sequence:
            return rows
        kept = rows.where(
            lambda row: not self._isolated(row) or len(self.others(task, row)) >= sequence.fewest
        )
        if not kept:
            raise MixtureError(
                f"{task.table}: in {self.name}, no speaker has {sequence.fewest} isolated words besides a "
                f"target: lower mixtures.sequence.fewest, or leave mixtures.sequence empty."
            )
        return kept

    def others(self, task: Task, row: Row) -> list[tuple[str, float]]:
        """Return the other isolated recordings of the source of an isolated one, and their lengths, s."""
        if not self._isolated(row):
            return []
        name = f"isolated of {task.table}"
        if name not in self._groups:
            own = self.tables[task.table].where(self._isolated).grouped(UNIT[task.table]).values()
            self._groups[name] = {
                source_name(task.table, each[0]): [(one["file"], one["end_s"]) for one in each]
                for each in own
            }
        own = self._groups[name][source_name(task.table, row)]
        return [(file, end) for file, end in own if file != row["file"]]

    def _isolated(self, row: Row) -> bool:
        return is_whole_file(row, self.corpus, self.sound)

    def of_label(self, task: Task) -> dict[str, Rows]:
        """Return {label: the rows that its targets are drawn from}, labels in alphabetical order."""
        name = f"labels of {task.label}"
        if name not in self._groups:
            self._groups[name] = self.targets(task).grouped(task.label)
        return self._groups[name]

    def files_of(self, task: Task, source: str) -> list[str]:
        """Return the recordings of the targets of a source, in alphabetical order."""
        name = f"files of {task.label}"
        if name not in self._groups:
            own = self.targets(task).grouped(UNIT[task.table]).values()
            files = {source_name(task.table, rows[0]): sorted({row["file"] for row in rows}) for rows in own}
            self._groups[name] = files
        return self._groups[name][source]

    @cached_property
    def _groups(self) -> dict[str, dict[str, Any]]:
        return {}

    def pick(
        self, table: str, rng: np.random.Generator, avoid: set[str], count: int, labels: tuple[str, ...] = ()
    ) -> list[Row]:
        """Draw one row each of `count` different sources, none of them in `avoid`.

        labels : of the rows; empty: any
        raises : MixtureError if there are too few
        """
        units = self._units(table, labels)
        free = len(units) - sum(name in units for name in avoid)
        if free < count:
            only = f" of {', '.join(labels)}" if labels else ""
            raise MixtureError(
                f"{table}: the background needs {count} {UNIT[table]}s{only} other than the target's, and "
                f"{self.name} has {free}. Add recordings, lower its number in mixtures.pieces, or remove "
                "that background from mixtures.backgrounds."
            )
        names, chosen = self._names(table, labels), []
        while len(chosen) < count:  # what is drawn twice is drawn again: the cost is that of the pieces
            name = names[rng.integers(len(names))]
            if name not in avoid and name not in chosen:
                chosen.append(name)
        return [units[name][rng.integers(len(units[name]))] for name in chosen]

    def _units(self, table: str, labels: tuple[str, ...]) -> dict[str, Rows]:
        """Return {source: the rows of a table to cut from}, of some labels, or of any."""
        name = f"{table} {labels}"
        if name not in self._groups:
            rows, label = self.cuttable[table], LABEL[table]
            rows = rows.where(lambda row: row[label] in labels) if labels else rows
            own = rows.grouped(UNIT[table]).values()
            self._groups[name] = {source_name(table, each[0]): each for each in own}
        return self._groups[name]

    def _names(self, table: str, labels: tuple[str, ...]) -> list[str]:
        """Return the sources of a table in order."""
        return self._ordered.setdefault(f"{table} {labels}", list(self._units(table, labels)))

    @cached_property
    def _ordered(self) -> dict[str, list[str]]:
        return {}

    def start(self, task: Task, row: Row, rng: np.random.Generator) -> float | None:
        """Draw where a target of `task` is cut, s; return None if the row gives no audible excerpt."""
        return self.centered_start(row, rng) if task.centered else self.audible_start(row, rng)

    def audible_start(self, row: Row, rng: np.random.Generator) -> float | None:
        """Draw the start of an excerpt that is not near-silent, s; return None if none is found."""
        last = max(row["start_s"], row["end_s"] - self.sound.clip_s)
        for _ in range(TRIES):
            start = round(float(rng.uniform(row["start_s"], last)), 4)
            if self._audible(row, start, repeat=True):
                return start
        return None

    def centered_start(self, row: Row, rng: np.random.Generator) -> float | None:
        """Draw the start of an excerpt whose middle falls within the labeled stretch, s.

        returns : None if the excerpt is near-silent
        """
        midpoint = self.params.midpoint
        place = rng.uniform(midpoint.low, midpoint.high)
        start = round(row["start_s"] + place * (row["end_s"] - row["start_s"]) - self.sound.clip_s / 2, 4)
        return start if self._audible(row, start, repeat=False) else None

    def _audible(self, row: Row, start_s: float, repeat: bool) -> bool:
        excerpt = cut(self.corpus / row["file"], start_s, self.sound.samples, repeat)
        return db(rms(excerpt)) > self.params.silence_db

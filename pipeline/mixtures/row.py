"""A row of the mixtures table: one clip and every choice in it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from pipeline.tasks import TASKS

CLEAN = "clean"  # the background of a clip that has none


@dataclass(frozen=True)
class Mixture:
    """One clip and every choice in it.

    Times are in seconds. Where a cut reaches beyond its file, a target is filled with silence and a background by
    repeating the file. Tuples have one entry for each piece of the background.
    """

    key: str  # name of the clip, without dots
    split: str
    task: str  # the task that the clip is a target of
    labels: dict[str, str]  # task -> label; in the table, a column for each task
    source: str  # speaker or artist of the target
    target_file: str
    target_start_s: float
    word_start_s: float  # bounds of the labelled word within the clip; nan where there is none
    word_end_s: float
    background: str  # a name in BACKGROUNDS, or CLEAN
    background_files: tuple[str, ...]
    background_sources: tuple[str, ...]
    background_starts_s: tuple[float, ...]
    shape_files: tuple[str, ...]  # recordings that give a noise its long-term spectrum
    noise_seed: int
    snr_db: float  # nan when clean
    level_db: float  # rms of the mixture re full scale

    def record(self) -> dict[str, Any]:
        """Return the row of the mixtures table: column -> value, with a label column for each task."""
        row: dict[str, Any] = {}
        for name, value in asdict(self).items():
            row |= value if name == "labels" else {name: value}
        return row

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Mixture":
        """Return the mixture of a row of the table, as `record` writes it."""
        labels = {task: row[task] for task in TASKS if task in row}
        return cls(
            labels=labels, **{each.name: row[each.name] for each in fields(cls) if each.name != "labels"}
        )

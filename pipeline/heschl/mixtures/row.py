"""The columns of the mixtures table: one clip and every choice made for it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from heschl.tasks import TASKS

SPATIAL = ("room", "place", "background_places")  # columns that a table of clips with one channel lacks
CLEAN = "clean"  # in the column `background`: no background


@dataclass(frozen=True)
class Mixture:
    """One clip and every choice made for it.

    Times are in seconds. Where an excerpt extends beyond its file, a target is padded with silence, and a
    background piece repeats its file. Tuples have one entry for each piece of the background.
    """

    key: str  # name of the clip, without dots
    split: str
    task: str  # the task that the clip is a target for
    labels: dict[str, str]  # task -> label; in the table, a column for each task
    source: str  # speaker or artist of the target
    target_file: str
    target_start_s: float
    word_start_s: float  # bounds of the labeled word within the clip; nan if the task is not centered
    word_end_s: float
    background: str  # a name in BACKGROUNDS, or CLEAN
    background_files: tuple[str, ...]
    background_sources: tuple[str, ...]
    background_starts_s: tuple[float, ...]
    shape_files: tuple[str, ...]  # recordings whose long-term spectrum shapes the noise
    noise_seed: int
    snr_db: float  # nan if clean
    level_db: float  # rms of the mixture re full scale
    context_files: tuple[str, ...] = ()  # isolated words of the same speaker, before and after the target
    context_starts_s: tuple[float, ...] = ()  # where each begins in the clip; negative: it is cut
    # of clips with two channels only
    room: str = ""  # in which the clip is heard
    place: int = 0  # of the target in the room
    background_places: tuple[int, ...] = ()  # of each piece of the background, or of each noise

    def record(self) -> dict[str, Any]:
        """Return a row of the mixtures table, column -> value, with a label column for each task."""
        row: dict[str, Any] = {}
        for name, value in asdict(self).items():
            if self.room or name not in SPATIAL:
                row |= value if name == "labels" else {name: value}
        return row

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Mixture":
        """Return the mixture in a row of the table, as `record` writes it."""
        labels = {task: row[task] for task in TASKS if task in row}
        known = [each.name for each in fields(cls) if each.name != "labels" and each.name in row]
        return cls(labels=labels, **{name: row[name] for name in known})

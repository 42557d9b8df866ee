"""Clips of the test split as sounds, with their labels and sources."""

from pathlib import Path
from typing import Any

import numpy as np

from heschl.activations import user_models
from heschl.activations.sounds import Sounds
from heschl.activations.user_models import CLIPS
from heschl.decode.params import DecodeParams
from heschl.decode.targets import SOURCE, SPEAKER
from heschl.shards.read import Shards
from heschl.tasks import is_null


class ClipsError(ValueError):
    """Shards without a suitable clip; names the params."""


def of_shards(shards: Shards, params: DecodeParams) -> Sounds:
    """Return random clips, equally many of each task: clean, or with an SNR of at least params.lowest_snr_db.

    names  : keys of the clips
    labels : one column a task, `speaker` ("" where nobody speaks) and `source`, such as "speaker ann",
             "artist jazz-03"
    raises : ClipsError where no clip is suitable
    """
    records = [shards.record(number) for number in range(len(shards))]
    numbers = np.concatenate(
        [_draw(records, task, place, len(shards.labels), params) for place, task in enumerate(shards.labels)]
    )
    if not len(numbers):
        raise ClipsError(
            f"decode.lowest_snr_db is {params.lowest_snr_db:g}, but {shards.folder} has no {shards.split} "
            "clip with that SNR or above, nor a clean one. Lower it."
        )
    rows = [records[number] for number in numbers]
    labels = {task: np.array([_label(row, task) for row in rows]) for task in shards.labels}
    labels |= {
        SPEAKER: np.array([_speaker(row) for row in rows]),
        SOURCE: np.array([row["source"] for row in rows]),
    }
    return Sounds(tuple(row["key"] for row in rows), shards.waveforms(numbers), labels)


def _draw(
    records: list[dict[str, Any]], task: str, place: int, tasks: int, params: DecodeParams
) -> np.ndarray:
    """Return the numbers of a task's share of the clips: all suitable ones where there are fewer."""
    suitable = [
        number
        for number, row in enumerate(records)
        if row["task"] == task and _audible(row, params.lowest_snr_db)
    ]
    rng = np.random.default_rng(np.random.SeedSequence([params.seed, place]))
    return np.sort(rng.permutation(np.array(suitable, int))[: -(-params.clips // tasks)])


def _audible(row: dict[str, Any], lowest_snr_db: float) -> bool:
    return row["snr_db"] is None or row["snr_db"] >= lowest_snr_db


def _label(row: dict[str, Any], task: str) -> str:
    return row[task] if row["task"] == task and not is_null(row[task]) else ""


def _speaker(row: dict[str, Any]) -> str:
    kind, _, name = row["source"].partition(" ")
    return name if kind == SPEAKER else ""


def find_models(folder: Path) -> list[Path]:
    """Return the user's networks and the activation files in the folder `clips`, with clips' keys as sounds.

    Activation files in `folder` itself are for other sounds.
    """
    inner = folder / CLIPS
    networks = [path for path in user_models.find(folder) if path.is_dir()]
    return user_models.check_names([*networks, *(user_models.find(inner) if inner.is_dir() else [])])

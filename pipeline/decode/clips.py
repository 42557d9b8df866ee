"""Clips of the shards' test split as sounds, with who or what is heard in each."""

from pathlib import Path
from typing import Any

import numpy as np

from pipeline.activations import models
from pipeline.activations.sounds import Sounds
from pipeline.decode.params import DecodeParams
from pipeline.decode.targets import SOURCE, SPEAKER
from pipeline.shards.read import Shards
from pipeline.tasks import is_null

FOLDER = "clips"  # in the folder of what stands beside the network


class ClipsError(ValueError):
    """Shards without a clip that will do; names the params."""


def of_shards(shards: Shards, params: DecodeParams) -> Sounds:
    """Return clips drawn at random, as many of each task: clean, or of an SNR of at least params.lowest_snr_db.

    names  : their keys
    labels : the label of each task, speaker ("" where a clip has none), and source, as "speaker ann", "artist jazz-03"
    raises : ClipsError where no clip will do
    """
    records = [shards.record(number) for number in range(len(shards))]
    numbers = np.concatenate(
        [_drawn(records, task, place, len(shards.labels), params) for place, task in enumerate(shards.labels)]
    )
    if not len(numbers):
        raise ClipsError(
            f"decode.lowest_snr_db is {params.lowest_snr_db:g}, and {shards.folder} has no {shards.split} clip at that SNR, "
            "nor a clean one. Lower it."
        )
    rows = [records[number] for number in numbers]
    labels = {task: np.array([_label(row, task) for row in rows]) for task in shards.labels}
    labels |= {
        SPEAKER: np.array([_speaker(row) for row in rows]),
        SOURCE: np.array([row["source"] for row in rows]),
    }
    return Sounds(tuple(row["key"] for row in rows), shards.waveforms(numbers), labels)


def _drawn(
    records: list[dict[str, Any]], task: str, place: int, tasks: int, params: DecodeParams
) -> np.ndarray:
    """Return the numbers of a task's share of the clips, all that will do where they are fewer."""
    able = [
        number
        for number, row in enumerate(records)
        if row["task"] == task and _audible(row, params.lowest_snr_db)
    ]
    rng = np.random.default_rng(np.random.SeedSequence([params.seed, place]))
    return np.sort(rng.permutation(np.array(able, int))[: -(-params.clips // tasks)])


def _audible(row: dict[str, Any], lowest_snr_db: float) -> bool:
    return row["snr_db"] is None or row["snr_db"] >= lowest_snr_db


def _label(row: dict[str, Any], task: str) -> str:
    return row[task] if row["task"] == task and not is_null(row[task]) else ""


def _speaker(row: dict[str, Any]) -> str:
    kind, _, name = row["source"].partition(" ")
    return name if kind == SPEAKER else ""


def beside(folder: Path) -> list[Path]:
    """Return the networks in a folder beside the trained one, and the activations in its folder `clips`, whose rows are clips by key.

    Activations in the folder itself are of other sounds.
    """
    inner = folder / FOLDER
    return models.distinct(
        [*filter(Path.is_dir, models.found(folder)), *(models.found(inner) if inner.is_dir() else [])]
    )

"""A trained network as the listener of the experiments."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch

from heschl.acoustics import directions
from heschl.acoustics.head import Head
from heschl.audio import Sound, cut
from heschl.corpus.tables import CorpusError, load
from heschl.localize.ears import stretched
from heschl.localize.experiment import LocalizeError, Setting, Trial
from heschl.localize.params import LocalizeParams
from heschl.network.hearing import CONFIG, Hearing, label_probabilities
from heschl.rooms.params import RoomsParams
from heschl.rooms.responses import head_named, head_of, measured
from heschl.tasks import TASKS, named

NONE = "the network has no task that names directions, such as `where`"


def placed_task(network: Path) -> str | None:
    """Return the task of a trained network that names directions; None if it has none."""
    labels = json.loads((network / CONFIG).read_text())["labels"]
    return next((task for task in labels if task in TASKS and TASKS[task].placed), None)


def probabilities(
    hearing: Hearing, task: str, device: str, ears: np.ndarray, trials: Sequence[Trial]
) -> np.ndarray:
    """Return the network's probabilities of the directions of a task, (sounds, directions).

    ears : (sounds, ears, samples) float32 in [-1, 1]
    """
    with torch.inference_mode():
        logits = hearing(torch.from_numpy(ears).to(device))[task]
    return label_probabilities(logits, hearing.labels[task]).numpy()


def setting_of(
    hearing: Hearing, task: str, params: LocalizeParams, rooms: RoomsParams, heads: Path, corpus: Path
) -> Setting:
    """Return what the experiments are done with.

    heads  : folder of SOFA files;  corpus : folder of the recordings of which test scenes are taken
    raises : LocalizeError, HeadError, CorpusError
    """
    if hearing.sound.channels != 2:
        raise LocalizeError("the network hears one channel, and the experiments need two ears.")
    head = head_of(rooms, hearing.sound, heads)
    azimuth, elevation = directions.of_labels(named(hearing.labels[task]))
    return Setting(
        hearing.sound,
        head,
        new_ears(rooms.head, params, hearing.sound, heads),
        directions.signed(azimuth),
        elevation,
        params.repeats,
        partial(_natural, recordings(corpus), hearing.sound),
    )


def new_ears(own: str, params: LocalizeParams, sound: Sound, heads: Path) -> Mapping[str, Head]:
    """Return the heads with new ears: of factors those of `stretched`, of names those heads.

    own : name of the listener's head, which is stretched at the rate at which it was measured
    """
    found = {}
    for each in params.ears:
        if isinstance(each, str):
            found[each] = head_named(each, "localize.ears", sound, heads)
        else:
            head = measured(own, "rooms.head", sound, heads)
            found[f"x {each:g}"] = stretched(head, each).at_rate(sound.sample_rate)
    return found


def recordings(corpus: Path) -> list[tuple[Path, float, float]]:
    """Return file, start and end, s, of the scenes of the test split.

    raises : CorpusError if there are none
    """
    table = load(corpus)["scenes"]
    rows = table[table.split == "test"]
    if not len(rows):
        raise CorpusError(f"{corpus} has no scenes in the test split.")
    return [(corpus / row.file, float(row.start_s), float(row.end_s)) for row in rows.itertuples()]


def _natural(rows: Sequence[tuple[Path, float, float]], sound: Sound, rng: np.random.Generator) -> np.ndarray:
    """Return a part of a recording that is drawn, (samples,), repeated if it is short; never a silent one."""
    while True:
        file, start_s, end_s = rows[int(rng.integers(len(rows)))]
        last = max(start_s, end_s - sound.clip_s)
        found = cut(file, rng.uniform(start_s, last), sound.samples, repeat=True)
        if np.any(found):
            return found

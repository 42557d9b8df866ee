"""All attacks on a network, as tables, and sounds to hear."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from heschl import audio
from heschl.audio import FULL_SCALE
from heschl.metamers.match import frozen
from heschl.mixtures.row import CLEAN
from heschl.network.hearing import Hearing
from heschl.robustness.columns import ADVERSARY, HEARD, NOISE, NONE, ROWS
from heschl.robustness.measure import Clips, Outcome, every, kept, outcome, untouched
from heschl.robustness.params import RobustnessParams
from heschl.shards.read import Shards
from heschl.statistics import intervals, resampling
from heschl.train.adversarial import WAVEFORM

CLIPS = 0  # stream of random numbers


class RobustnessError(ValueError):
    """A test set without what is asked for; the message says what to do."""


def clips_of(hearing: Hearing, shards: Shards, params: RobustnessParams, device: str) -> list[Clips]:
    """Draw clean test clips of each task.

    raises : RobustnessError if a task has too few
    """
    found = []
    for place, (task, labels) in enumerate(hearing.labels.items()):
        clean = shards.where(lambda row, task=task: row["task"] == task and row["background"] == CLEAN)
        if len(clean) < params.clips:
            raise RobustnessError(
                f"robustness.clips is {params.clips}; the test has {len(clean)} clean clips of {task}. "
                "Lower it."
            )
        rng = np.random.default_rng(np.random.SeedSequence([params.seed, CLIPS, place]))
        numbers = np.sort(rng.choice(clean, params.clips, replace=False))
        rows = [shards.record(number) for number in numbers]
        waveform = torch.from_numpy(shards.waveforms(numbers).astype(np.float32) / FULL_SCALE).to(device)
        truth = torch.tensor([labels.index(row[task]) for row in rows], device=device)
        keys, sources = ([row[name] for row in rows] for name in ("key", "source"))
        found.append(Clips(task, keys, sources, hearing.scaled(waveform), truth))
    return found


def run(
    hearing: Hearing, clips: Sequence[Clips], params: RobustnessParams, out: Path, folder: Path
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Attack the network; write sounds below `out`; return the tables, columns ROWS and HEARD.

    folder : keeps each attack that has ended, for a run that resumes
    Of each task and attack on the waveform, one sound can be heard: that of the smallest epsilon at which the
    network's answer to a clip that it names correctly changes.
    """
    rows: list[dict[str, Any]] = []
    heard: dict[tuple[str, str], dict[str, Any]] = {}
    with frozen(hearing):
        right = {}
        for own in clips:
            answers = untouched(hearing, own, params.batch_size)
            right[own.task] = answers == own.truth
            about = {"task": own.task, "input": "", "norm": "", "epsilon": 0.0, "change": NONE}
            rows.append(about | _accuracy(own, answers, None, params))
        for place, (kind, epsilon) in enumerate(every(params)):
            for own in clips:
                make = partial(outcome, hearing, own, right[own.task], kind, epsilon, params)
                found = kept(folder / f"{place:03d}-{own.task}.pt", make)
                about = {"task": own.task, "input": kind.input, "norm": kind.norm, "epsilon": epsilon}
                for name, answers, snr_db in (
                    (ADVERSARY, found.adversary, found.adversary_snr_db),
                    (NOISE, found.noise, found.noise_snr_db),
                ):
                    rows.append(about | {"change": name} | _accuracy(own, answers, snr_db, params))
                if kind.input == WAVEFORM and found.fooled >= 0 and (own.task, kind.norm) not in heard:
                    row = _written(hearing, own, kind.norm, found, out)
                    heard[own.task, kind.norm] = row | {"norm": kind.norm, "epsilon": epsilon}
    table = pd.DataFrame(rows, columns=list(ROWS)).astype(ROWS)
    return table, pd.DataFrame(list(heard.values()), columns=list(HEARD)).astype(HEARD)


def _accuracy(
    clips: Clips, answers: torch.Tensor, snr_db: torch.Tensor | None, params: RobustnessParams
) -> dict[str, Any]:
    values = (answers.cpu() == clips.truth.cpu()).numpy().astype(float)
    units = np.unique(clips.sources, return_inverse=True)[1]
    drawn = resampling.counts(units.max() + 1, params.resamples, params.seed)
    cells = np.zeros(len(values), int)
    share, low, high = intervals.proportions(values, cells, units, drawn, 1, params.confidence)
    return {
        "clips": len(values),
        "snr_db": np.inf if snr_db is None else float(snr_db.median()),
        "accuracy": share[0],
        "accuracy_low": low[0],
        "accuracy_high": high[0],
    }


def _written(hearing: Hearing, clips: Clips, norm: str, found: Outcome, out: Path) -> dict[str, Any]:
    """Write the clip whose answer changed, as it is and changed; return its row, columns HEARD."""
    number = found.fooled
    kinds = {
        "natural_file": ("natural", clips.waveform[number]),
        "file": (ADVERSARY, found.adversary_input),
        "noise_file": (NOISE, found.noise_input),
    }
    row: dict[str, Any] = {}
    for column, (name, each) in kinds.items():
        row[column] = f"{clips.task}-{norm}-{name}.wav"
        waveform = each.clamp(-audio.PEAK, audio.PEAK).cpu().numpy()
        audio.write(out / row[column], waveform, hearing.sound.sample_rate)
    labels = hearing.labels[clips.task]
    return row | {
        "task": clips.task,
        "key": clips.keys[number],
        "label": labels[int(clips.truth[number])],
        "answer": labels[int(found.adversary[number])],
        "snr_db": float(found.adversary_snr_db[number]),
    }

"""Test clips to hear and to see: which, what the ear makes of them, what the network says."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from pipeline.audio import FULL_SCALE
from pipeline.ear.tones import tones
from pipeline.tasks import named


@dataclass(frozen=True, eq=False)
class Example:
    """One test clip to hear, to see, and to read what the network said.

    snr_db         : dB, NaN when clean
    top5           : (label, probability 0 to 1), the likeliest first
    waveform       : (samples,) float in [-1, 1], at sample_rate (Hz)
    cochleagram    : (frequency, time)
    frequencies_hz : (frequency,) Hz, rising
    times_s        : (time,) s
    """

    key: str
    task: str
    background: str
    snr_db: float
    truth: str
    answer: str
    top5: Sequence[tuple[str, float]]
    waveform: np.ndarray
    sample_rate: int
    cochleagram: np.ndarray
    frequencies_hz: np.ndarray
    times_s: np.ndarray


@dataclass(frozen=True, eq=False)
class Hard:
    """A recording that is often wrong, heard in the easiest condition in which it is.

    wrong : share of its `conditions`, the backgrounds and SNRs in which it was a target;  said : its commonest wrong answer, or ""
    """

    example: Example
    wrong: float
    conditions: int
    said: str


def choose(clips, per_task, seed):
    """Pick test clips of each task: a clean one, then the backgrounds in turn, right and wrong answers, all SNRs.

    clips   : DataFrame, key, task, background, snr_db, truth, correct, ...; the order of its rows does not matter
    returns : the rows of those picked, at most `per_task` a task; the clean ones first, then from high to low SNR
    """
    picked = []
    for place, task in enumerate(sorted(set(clips.task))):
        rows = clips[clips.task == task].sort_values("key", ignore_index=True)
        order = np.random.default_rng(np.random.SeedSequence([seed, place])).permutation(len(rows))
        rows = _varied(rows.iloc[order].reset_index(drop=True), per_task)
        picked.append(rows.sort_values(["snr_db", "key"], ascending=[False, True], na_position="first"))
    return pd.concat(picked, ignore_index=True) if picked else clips.copy()


def choose_hardest(hardest, per_task):
    """Pick the recordings most often wrong, at most `per_task` a task; hardest : as `behavior.hardest`, worst first in each task."""
    return hardest.groupby("task", sort=True).head(per_task).reset_index(drop=True)


def hear_hardest(picked, clips, hearing, shards):
    """Return a Hard for each picked recording; clips : the clips' table; the rest as in `hear`."""
    chosen = picked[["key"]].merge(clips, on="key", how="left", validate="one_to_one")
    heard = hear(chosen, hearing, shards)
    return [
        Hard(each, row.wrong, row.conditions, row.said)
        for each, row in zip(heard, picked.itertuples(), strict=True)
    ]


def hear(chosen, hearing, shards):
    """Return the Example of each chosen clip: as it is in the shards, as the ear passes it on, as the network names it.

    chosen : rows of the clips' table; hearing : a trained network with its ear and labels; shards : the test clips
    """
    numbers = {shards.record(number)["key"]: number for number in range(len(shards))}
    missing = sorted(set(chosen.key) - set(numbers))
    if missing:
        raise ValueError(f"the test shards lack {missing[:5]}: clips.csv is of other shards; run `dvc repro`")
    return [_heard(row, hearing, shards, numbers[row.key]) for _, row in chosen.iterrows()]


def demonstrate(ear, examples):
    """Return what the ear makes of a spoken word, of a tone and of a chord, title -> (frequency, time).

    examples : one or more; the word is the first clean one of the task word, else another clip
    """
    clip = min(examples, key=lambda each: (each.task != "word", each.background != "clean"))
    middle = ear.sound.clip_s / 4, ear.sound.clip_s * 3 / 4
    sounds = {
        f"{clip.task}: {clip.truth}": clip.waveform,
        "tone of 1000 Hz": tones([1000], ear.sound, *middle),
        "chord: C, E, G of 8 partials": tones([261.6, 329.6, 392.0], ear.sound, *middle, partials=8),
    }
    with torch.inference_mode():
        pictures = ear(torch.from_numpy(np.stack(list(sounds.values()))))
    return dict(zip(sounds, pictures.numpy(), strict=True))


def _varied(rows, number):
    """Take rows one by one, each time the one whose background, outcome, SNR and label were taken least."""
    features = ("background", "correct", "snr_db", "truth")
    kinds = list(rows[list(features)].fillna({"snr_db": math.inf}).itertuples(index=False, name=None))
    taken, seen = [], [Counter() for _ in features]
    left = sorted(range(len(kinds)), key=lambda place: (kinds[place][0] != "clean", not kinds[place][1]))
    while left and len(taken) < number:  # the first is clean and right, if there is such a clip
        taken.append(left.pop(0))
        for counter, value in zip(seen, kinds[taken[-1]], strict=True):
            counter[value] += 1
        left.sort(
            key=lambda place: [*(use[value] for use, value in zip(seen, kinds[place], strict=True)), place]
        )
    return rows.iloc[taken]


def _heard(row, hearing, shards, number):
    """Return one Example; labels for clips of another task are no answers, as in `evaluate`."""
    waveform = shards.waveforms([number]).astype(np.float32) / FULL_SCALE
    names = named(labels := hearing.labels[row.task])
    with torch.inference_mode():
        sound = torch.from_numpy(waveform)
        logits, image = hearing(sound)[row.task][0].double(), hearing.ear(sound)[0].numpy()
    shares = torch.softmax(logits[[labels.index(name) for name in names]], 0).numpy()
    return Example(
        **row[["key", "task", "background", "snr_db", "truth", "answer"]],
        top5=[(names[place], float(shares[place])) for place in np.argsort(-shares, kind="stable")[:5]],
        waveform=waveform[0],
        sample_rate=shards.sound.sample_rate,
        cochleagram=image,
        frequencies_hz=hearing.ear.frequencies_hz,
        times_s=hearing.ear.times_s,
    )

"""Test clips to hear and to see: their sound, their cochleagram, and the network's answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch

from heschl.audio import FULL_SCALE, one_channel
from heschl.ear.cochleagram import Cochleagram, envelopes_of
from heschl.mixtures.row import CLEAN
from heschl.network.hearing import Hearing, label_probabilities
from heschl.report.tones import tones
from heschl.shards.read import Shards
from heschl.tasks import TASKS, named


@dataclass(frozen=True, eq=False)
class Example:
    """One test clip and the network's answers.

    snr_db         : dB, NaN when clean
    top5           : (label, probability 0 to 1), the most probable first
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
    """A recording that is often wrong, in the easiest condition in which it is.

    wrong : share of its `conditions` (backgrounds and SNRs) in which it is wrong
    said  : its most frequent wrong answer, or ""
    """

    example: Example
    wrong: float
    conditions: int
    said: str


class Demonstration(NamedTuple):
    """What the ear makes of known sounds: title -> (frequency, time), at frequencies (Hz) and times (s)."""

    images: Mapping[str, np.ndarray]
    frequencies_hz: np.ndarray
    times_s: np.ndarray


@dataclass(frozen=True, eq=False)
class Examples:
    """The clips of a page, those of the recordings most often wrong, and the demonstration of the ear."""

    clips: Sequence[Example] = ()
    hardest: Sequence[Hard] = ()
    ear: Demonstration | None = None


def collect(
    chosen: pd.DataFrame,
    hardest: pd.DataFrame,
    clips: pd.DataFrame,
    hearing: Hearing,
    shards: Shards,
    device: str = "cpu",
) -> Examples:
    """Return the chosen clips and recordings, heard, and what the ear makes of one of them.

    chosen, hardest : as `heschl.report.choice` returns them; the rest : as in `hear` and `hear_hardest`
    """
    heard = hear(chosen, hearing, shards, device)
    hard = hear_hardest(hardest, clips, hearing, shards, device)
    every = [*heard, *(each.example for each in hard)]
    return Examples(heard, hard, demonstrate(hearing.ear, every, device) if every else None)


def hear(chosen: pd.DataFrame, hearing: Hearing, shards: Shards, device: str = "cpu") -> list[Example]:
    """Return the Example of each chosen clip.

    chosen : rows of the clips' table; hearing : the trained network with its ear; shards : the test clips
    device : of the network
    raises : ValueError if the shards lack a clip
    """
    numbers = {shards.record(number)["key"]: number for number in range(len(shards))}
    missing = sorted(set(chosen.key) - set(numbers))
    if missing:
        raise ValueError(f"the test shards lack {missing[:5]}: clips.csv is of other shards; run `dvc repro`")
    return [_heard(row, hearing, shards, numbers[row.key], device) for _, row in chosen.iterrows()]


def hear_hardest(
    hardest: pd.DataFrame, clips: pd.DataFrame, hearing: Hearing, shards: Shards, device: str = "cpu"
) -> list[Hard]:
    """Return a Hard for each recording chosen; clips : the clips' table; the rest as in `hear`."""
    chosen = hardest[["key"]].merge(clips, on="key", how="left", validate="one_to_one")
    heard = hear(chosen, hearing, shards, device)
    return [
        Hard(each, row.wrong, row.conditions, row.said)
        for each, row in zip(heard, hardest.itertuples(), strict=True)
    ]


def demonstrate(ear: Cochleagram, clips: Sequence[Any], device: str = "cpu") -> Demonstration:
    """Return what the ear makes of a clip, a tone and a chord.

    clips : one or more Examples; the one taken is clean and of a centered task (a word) if possible
    """
    centered = [name for name, task in TASKS.items() if task.centered]
    clip = min(clips, key=lambda each: (each.task not in centered, each.background != CLEAN))
    middle = ear.sound.clip_s / 4, ear.sound.clip_s * 3 / 4
    sounds = {
        f"{clip.task}: {clip.truth}": one_channel(clip.waveform[None])[0],
        "tone of 1000 Hz": tones([1000], ear.sound, *middle),
        "chord: C, E, G of 8 partials": tones([261.6, 329.6, 392.0], ear.sound, *middle, partials=8),
    }
    with torch.inference_mode():
        heard = ear(torch.from_numpy(np.stack(list(sounds.values()))).to(device))
        images = envelopes_of(heard).cpu().numpy()
    return Demonstration(dict(zip(sounds, images, strict=True)), ear.frequencies_hz, ear.times_s)


def _heard(row: pd.Series, hearing: Hearing, shards: Shards, number: int, device: str) -> Example:
    waveform = shards.waveforms([number]).astype(np.float32) / FULL_SCALE
    labels = hearing.labels[row.task]
    with torch.inference_mode():
        sound = torch.from_numpy(waveform).to(device)
        shares = label_probabilities(hearing(sound)[row.task], labels)[0].numpy()
        image = envelopes_of(hearing.ear(sound))[0].cpu().numpy()
    names = named(labels)
    return Example(
        **row[["key", "task", "background", "snr_db", "truth", "answer"]],
        top5=[(names[place], float(shares[place])) for place in np.argsort(-shares, kind="stable")[:5]],
        waveform=waveform[0],
        sample_rate=shards.sound.sample_rate,
        cochleagram=image,
        frequencies_hz=hearing.ear.frequencies_hz,
        times_s=hearing.ear.times_s,
    )

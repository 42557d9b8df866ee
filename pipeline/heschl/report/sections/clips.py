"""Test clips to hear and to see, with the network's answers."""

import io
from collections.abc import Iterable
from typing import Any

import numpy as np
import soundfile

from heschl.report.examples import Example, Examples
from heschl.report.figures.cochleagrams import cochleagram
from heschl.report.figures.svg import to_png
from heschl.report.section import Content


def content(tasks: Iterable[str], examples: Examples, synthetic: bool) -> Content:
    """Return the recordings most often wrong, and varied clips, task by task; tasks : in order."""
    tasks = list(tasks)
    clips = [_shown(each) for each in examples.clips]
    hardest = [
        _shown(hard.example) | {"hard": hard}
        for task in tasks
        for hard in examples.hardest
        if hard.example.task == task
    ]
    return Content({"tasks": tasks, "clips": clips, "hardest": hardest, "synthetic": synthetic})


def wav(waveform: np.ndarray, sample_rate: int) -> bytes:
    """Return a waveform, (samples,) or (ears, samples), clipped to [-1, 1], as a 16-bit wav file.

    raises : ValueError if a sample is not finite
    """
    if not np.isfinite(waveform).all():
        raise ValueError(
            "a waveform has samples that are not finite and cannot be played: is its shard intact?"
        )
    buffer = io.BytesIO()
    soundfile.write(buffer, np.clip(waveform, -1, 1).T, sample_rate, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def _shown(example: Example) -> dict[str, Any]:
    figure = cochleagram(example.cochleagram, example.frequencies_hz, example.times_s)
    sound = wav(example.waveform, example.sample_rate)
    return {"example": example, "picture": to_png(figure), "sound": sound}

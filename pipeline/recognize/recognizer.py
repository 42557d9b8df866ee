"""What a network hears in any sound file, window by window.

Two probabilities, from the same logits of a task:

    of a label           softmax over the labels that name something: as if the window were known to be of the task
    of the null class    softmax over all of them: that the window has no word, or no genre, as the network finds it
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from pipeline.network.hearing import CONFIG, load_network
from pipeline.recognize.windows import SoundError, Window, hop_samples, windows
from pipeline.tasks import is_null

BATCH = 16  # windows that the network hears at once
UNHEARD = ("silent", "not finite")  # notes of windows without an answer


class Answer(NamedTuple):
    """What a network hears in a window of a file."""

    file: str
    start_s: float
    end_s: float
    tasks: dict[
        str, list[tuple[str, float]]
    ]  # labels and their probabilities, the most probable first; {} where there is no answer
    null: dict[
        str, float
    ]  # probability that the window is not of the task, where the network has learnt that
    note: str  # as of Window


class Recognizer:
    """A trained network that names what it hears in files.

    folder : as `load_network` takes it
    hop_s  : from one window to the next; a clip's length if not given
    top    : labels a task
    """

    def __init__(self, folder: str | Path, hop_s: float | None = None, top: int = 5):
        self.hearing, self.hop_s, self.top = load_network(folder), hop_s, top
        self.labels = self.hearing.labels
        if top < 1:
            raise ValueError(f"top is {top}; expected at least 1 label.")
        hop_samples(hop_s, self.hearing.sound)  # now, not in the first file
        config = json.loads((Path(folder) / CONFIG).read_text())
        masked = (
            config.get("train", {}).get("other_clips") == "masked"
        )  # the null class is there, but nothing was ever of it
        self.nulls = [
            task for task, labels in self.labels.items() if any(map(is_null, labels)) and not masked
        ]

    def answers(self, path: str | Path) -> Iterator[list[Answer]]:
        """Yield what the network hears in a file, a few windows at a time, as it is read.

        raises : SoundError where the file cannot be read, after the answers to what could be
        """
        batch: list[Window] = []
        try:
            for window in windows(path, self.hearing.sound, self.hop_s):
                batch.append(window)
                if len(batch) == BATCH:
                    yield self._answers(path, batch)
                    batch = []
        except SoundError:
            if batch:
                yield self._answers(path, batch)
            raise
        if batch:
            yield self._answers(path, batch)

    def _answers(self, path: str | Path, batch: list[Window]) -> list[Answer]:
        heard = [window.waveform for window in batch if window.note not in UNHEARD]
        logits: dict[str, np.ndarray] = {}
        if heard:
            with torch.inference_mode():
                found = self.hearing(torch.from_numpy(np.stack(heard)))
            logits = {task: values.double().numpy() for task, values in found.items()}
        number, out = 0, []
        for window in batch:
            tasks, null, note = {}, {}, window.note
            if note not in UNHEARD:
                values = {task: rows[number] for task, rows in logits.items()}
                number += 1
                if all(np.isfinite(row).all() for row in values.values()):
                    tasks = {task: ranked(row, self.labels[task], self.top) for task, row in values.items()}
                    null = {task: null_probability(values[task], self.labels[task]) for task in self.nulls}
                else:  # samples far beyond full scale
                    note = "not finite"
            out.append(Answer(str(path), window.start_s, window.end_s, tasks, null, note))
        return out


def ranked(logits: np.ndarray, labels: Sequence[str], top: int) -> list[tuple[str, float]]:
    """Return the `top` most probable labels of a task without its null classes, with the probabilities that these leave.

    logits : (classes,)
    """
    names = [number for number, label in enumerate(labels) if not is_null(label)]
    share = _softmax(logits[names])
    return [(labels[names[i]], float(share[i])) for i in np.argsort(-share, kind="stable")[:top]]


def null_probability(logits: np.ndarray, labels: Sequence[str]) -> float:
    """Return how probable the null classes of a task are among all its classes.

    logits : (classes,)
    """
    return float(_softmax(logits)[[is_null(label) for label in labels]].sum())


def _softmax(logits: np.ndarray) -> np.ndarray:
    share = np.exp(logits - logits.max(initial=-np.inf))
    return share / share.sum()

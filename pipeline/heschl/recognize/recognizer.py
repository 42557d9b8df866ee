"""A trained network applied to a sound file, window by window.

Two probabilities follow from the logits of a task:

    of a label           softmax over the labels, without null classes: given that the window has a label
    of the null classes  softmax over all classes: that the window has none, such as no word in music
"""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from heschl.network.hearing import CONFIG, label_probabilities
from heschl.network.saved import folder_of, load_network
from heschl.recognize.windows import Window, hop_samples, log, windows
from heschl.soundfiles.errors import SoundError
from heschl.tasks import is_null, named

BATCH = 16  # windows
UNHEARD = ("silent", "not finite")  # notes of windows without an answer

Ranked = list[tuple[str, float]]  # labels of a task and their probabilities, most probable first


class Answer(NamedTuple):
    """The network's answer to one window of a file."""

    file: str
    start_s: float
    end_s: float
    tasks: dict[str, Ranked]  # {} if there is no answer
    null: dict[str, float]  # probability of the null classes, for the tasks in `Recognizer.nulls`
    note: str  # as in Window


class Recognizer:
    """A trained network that labels the windows of sound files.

    folder     : of the network, as `load_network` takes it
    hop_s      : from the start of one window to the start of the next, s; by default the length of a window
    top        : labels to report for each task
    device     : torch device
    trust_code : as `load_network` takes it
    raises     : NetworkError if the network cannot be loaded; ValueError if hop_s or top is too small
    """

    def __init__(
        self,
        folder: str | Path,
        hop_s: float | None = None,
        top: int = 1,
        device: str = "cpu",
        trust_code: bool = False,
    ):
        self.hearing = load_network(folder, device, trust_code)
        self.hop_s, self.top, self.device = hop_s, top, device
        self.labels = self.hearing.labels
        if top < 1:
            raise ValueError(f"top is {top}; expected at least 1 label.")
        hop_samples(hop_s, self.hearing.sound)  # raises before the first file is opened
        self.nulls = [] if _masked(folder) else [task for task in self.labels if self._has_null(task)]

    def answers(self, path: str | Path, say: Callable[[str], None] = log.warning) -> Iterator[list[Answer]]:
        """Yield the answers to a file in batches of windows, while the file is being read.

        say    : as `windows` takes it
        raises : SoundError if the file cannot be read, after the answers to what could be read
        """
        batch: list[Window] = []
        try:
            for window in windows(path, self.hearing.sound, self.hop_s, say):
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
        found = iter(self._hear(np.stack(heard)) if heard else [])
        answers = []
        for window in batch:
            tasks, null, note = {}, {}, window.note
            if note not in UNHEARD:
                tasks, null = next(found)
                note = note if tasks else "not finite"  # samples far beyond full scale
            answers.append(Answer(str(path), window.start_s, window.end_s, tasks, null, note))
        return answers

    def _hear(self, waveforms: np.ndarray) -> list[tuple[dict[str, Ranked], dict[str, float]]]:
        """Return `tasks` and `null` of each window, both empty where logits are not finite.

        waveforms : (windows, samples)
        """
        with torch.inference_mode():
            logits = self.hearing(torch.from_numpy(waveforms).to(self.device))
        logits = {task: values.cpu() for task, values in logits.items()}
        finite = torch.stack([values.isfinite().all(1) for values in logits.values()]).all(0)
        found = iter(self._named({task: values[finite] for task, values in logits.items()}))
        return [next(found) if known else ({}, {}) for known in finite.tolist()]

    def _named(self, logits: dict[str, torch.Tensor]) -> list[tuple[dict[str, Ranked], dict[str, float]]]:
        """Return `tasks` and `null` of each window.

        logits : {task: (windows, classes)}, finite
        """
        shares = {task: label_probabilities(values, self.labels[task]) for task, values in logits.items()}
        nulls = {task: null_probability(logits[task], self.labels[task]) for task in self.nulls}
        names = {task: named(labels) for task, labels in self.labels.items()}
        return [
            (
                {task: ranked(shares[task][row], names[task], self.top) for task in shares},
                {task: float(nulls[task][row]) for task in nulls},
            )
            for row in range(len(next(iter(shares.values()))))
        ]

    def _has_null(self, task: str) -> bool:
        return any(map(is_null, self.labels[task]))


def ranked(probabilities: torch.Tensor, labels: Sequence[str], top: int) -> Ranked:
    """Return the `top` most probable labels with their probabilities; ties keep the order of the labels.

    probabilities : (labels,)
    """
    order = torch.argsort(probabilities, descending=True, stable=True)[:top]
    return [(labels[place], float(probabilities[place])) for place in order.tolist()]


def null_probability(logits: torch.Tensor, labels: Sequence[str]) -> torch.Tensor:
    """Return the probability of a task's null classes together, (batch,) float64.

    logits : (batch, classes)
    """
    nulls = torch.tensor([is_null(label) for label in labels])
    return label_probabilities(logits, labels, nulls=True)[:, nulls].sum(1)


def _masked(folder: str | Path) -> bool:
    """Return whether training masked the clips of other tasks: a null class then never had an example."""
    config = json.loads((folder_of(folder) / CONFIG).read_text())
    return config.get("train", {}).get("other_clips") == "masked"

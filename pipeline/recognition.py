"""What a network hears in any sound file, window by window, and how it is told: a table, or JSON lines.

Two probabilities, from the same logits of a task:

    of a label           softmax over the labels that name something: as if the window were known to be of the task
    of the null class    softmax over all of them: that the window has no word, or no genre, as the network finds it
"""

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from rich.table import Table
from rich.text import Text

from pipeline.batches import is_null
from pipeline.hearing import CONFIG, load_network
from pipeline.windows import SoundError, Window, hop_samples, windows

BATCH = 16  # windows that the network hears at once
NARROWEST, WIDEST = 40, 180  # characters of a table
TIME, COLUMN = 7, 20  # characters of a time; of a task's column, at least
SPACE = "\xa0"  # where no line is broken
NOTES = {"silent": "silent: no answer", "not finite": "samples that are not finite: no answer"}


class Answer(NamedTuple):
    """What a network hears in a window of a file."""

    file: str
    start_s: float
    end_s: float
    tasks: dict[str, list[tuple[str, float]]]  # labels and their probabilities, the most probable first; {} where there is no answer
    null: dict[str, float]  # probability that the window is not of the task, where the network has learnt that
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
        masked = config.get("train", {}).get("other_clips") == "masked"  # the null class is there, but nothing was ever of it
        self.nulls = [task for task, labels in self.labels.items() if any(map(is_null, labels)) and not masked]

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
        heard = [window.waveform for window in batch if window.note not in NOTES]
        logits: dict[str, np.ndarray] = {}
        if heard:
            with torch.inference_mode():
                found = self.hearing(torch.from_numpy(np.stack(heard)))
            logits = {task: values.double().numpy() for task, values in found.items()}
        number, out = 0, []
        for window in batch:
            tasks, null, note = {}, {}, window.note
            if note not in NOTES:
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


def counts(labels: Mapping[str, Sequence[str]]) -> str:
    """Return the tasks in words, and how many labels of each name something."""
    return ", ".join(f"{sum(not is_null(name) for name in names)} {shown(task)} labels" for task, names in labels.items())


def null_probability(logits: np.ndarray, labels: Sequence[str]) -> float:
    """Return how probable the null classes of a task are among all its classes.

    logits : (classes,)
    """
    return float(_softmax(logits)[[is_null(label) for label in labels]].sum())


def _softmax(logits: np.ndarray) -> np.ndarray:
    share = np.exp(logits - logits.max(initial=-np.inf))
    return share / share.sum()


def line(answer: Answer) -> str:
    """Return an answer as a line of JSON, in ASCII."""
    tasks = {task: [{"label": label, "probability": share} for label, share in found] for task, found in answer.tasks.items()}
    return json.dumps(answer._replace(tasks=tasks)._asdict(), allow_nan=False)


def table(answers: Sequence[Answer], labels: Mapping[str, Sequence[str]], nulls: Sequence[str], width: int, header: bool) -> Table:
    """Return answers as the rows of a table of so many characters; those of one width fit below each other.

    labels : tasks, a column each; where these would be too narrow, a row each
    nulls  : tasks of which the probability that there is none is told
    """
    width = max(NARROWEST, min(width, WIDEST))
    absent = {task: len(f"no {shown(task)}") for task in nulls}
    wide = (width - TIME - sum(absent.values()) - 2 * (len(labels) + len(absent))) // max(1, len(labels))
    out = Table(box=None, show_header=header, padding=(0, 2, 0, 0), pad_edge=False)
    out.add_column("time", width=TIME, justify="right")
    if wide < COLUMN:
        out.add_column("heard", width=width - TIME - 2, overflow="fold")
        for answer in answers:
            absences = {task: f" (no {shown(task)} {percent(share)})" for task, share in answer.null.items()}
            whole = [f"{shown(task)}{absences.get(task, '')}: {_labels(answer, task)}" for task in answer.tasks]
            rows = [NOTES[answer.note]] if answer.note in NOTES else [_wrapped(row, width - TIME - 2) for row in whole]
            out.add_row(clock(answer.start_s), Text("\n".join(rows)))
        return out
    for task in labels:
        out.add_column(shown(task), width=wide, overflow="fold")
        if task in absent:
            out.add_column(f"no {shown(task)}", width=absent[task], justify="right")
    for answer in answers:
        cells = []
        for task in labels:
            cells.append(_wrapped(_labels(answer, task), wide))
            cells += [percent(answer.null[task]) if answer.null else ""] if task in absent else []
        cells = [NOTES[answer.note], *cells[1:]] if answer.note in NOTES else cells
        out.add_row(clock(answer.start_s), *map(Text, cells))
    return out


def _labels(answer: Answer, task: str) -> str:
    return ", ".join(f"{shown(label)} {percent(share)}".replace(" ", SPACE) for label, share in answer.tasks.get(task, []))


def _wrapped(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_on_hyphens=False).replace(SPACE, " ")


def clock(seconds: float) -> str:
    """Return a time as m:ss.s."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths % 600 / 10:04.1f}"


def percent(share: float) -> str:
    """Return a share in whole percent."""
    return "<1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def shown(name: str) -> str:
    """Return a name that does nothing to a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)

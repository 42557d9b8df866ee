"""Turn one row of a listeners' table from text to a trial, or say what is wrong with it, and the remedy."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from heschl.mixtures.row import CLEAN
from heschl.tasks import is_null

JOINED = ("truth", "source", "target")  # what a trial takes from its clip
CHECKS = ("attention", "headphones")  # in place of a task: checks of the participant, not trials
CORRECT = {"0": 0, "0.0": 0, "false": 0, "1": 1, "1.0": 1, "true": 1}  # in lower case
TOLERANCE_DB = 0.01  # by which a rounded SNR may differ
OTHER = "Is the table from other shards? Compare it with answers to the clips that were played"


@dataclass(frozen=True)
class Expected:
    """What a trial may contain.

    clips   : by key, their task, background, snr_db (nan when clean), truth, source, target
    labels  : by task, those that listeners can choose
    answers : how many labels a response may hold, by task; 1 for a task that is not named
    """

    clips: Mapping[str, Mapping[str, Any]]
    labels: Mapping[str, Sequence[str]]
    answers: Mapping[str, int]

    @cached_property
    def names(self) -> list[str]:
        """Return the keys of the clips, sorted."""
        return sorted(self.clips)


def trial(cells: Mapping[str, str], expected: Expected) -> dict[str, Any]:
    """Return a row with its numbers parsed and truth, source and target of its clip added.

    cells  : text of participant, clip, background, snr_db, task, response, correct
    raises : ValueError that says what is wrong, without the file and row
    """
    if not cells["participant"]:
        raise ValueError("participant is empty; expected a name or number, the same in all rows of a person")
    correct = _correct(cells["correct"])
    if cells["task"] in CHECKS:
        return _check(cells, expected) | {"correct": correct}
    task = cells["task"]
    if task not in expected.labels:
        allowed = [*expected.labels, *CHECKS]
        raise ValueError(f"task is {task!r}; expected one of {', '.join(allowed)}{_near(task, allowed)}")
    if cells["clip"] not in expected.clips:
        names = expected.names
        known = (
            f"one of {len(names)}, from {names[0]} to {names[-1]}"
            if names
            else "the key of a clip, but there are no clips"
        )
        raise ValueError(f"clip is {cells['clip']!r}, which is unknown; expected {known}. {OTHER}")
    clip = expected.clips[cells["clip"]]
    for column in ("task", "background"):
        if cells[column] != clip[column]:
            raise ValueError(
                f"{column} is {cells[column]!r}, but {clip[column]!r} for clip {cells['clip']!r}. {OTHER}"
            )
    snr_db = _snr_db(cells, clip["snr_db"])
    chosen = _labels(cells["response"], task, expected)
    right = int(clip["truth"] in chosen)
    if correct != right:
        raise ValueError(
            f"correct is {cells['correct']}, but should be {right}: the response to clip {cells['clip']!r} "
            f"is {cells['response']!r} and the true label {clip['truth']!r}. {OTHER}, or correct the column"
        )
    joined = {name: clip[name] for name in JOINED}
    return {**cells, "snr_db": snr_db, "response": "|".join(chosen), "correct": right, **joined}


def _correct(text: str) -> int:
    """Return 1 or 0 as spreadsheets and programs write them; ValueError for other text."""
    found = CORRECT.get(text.casefold())
    if found is None:
        raise ValueError(f"correct is {text!r}; expected 0 or 1, or FALSE or TRUE")
    return found


def _snr_db(cells: Mapping[str, str], known: float) -> float:
    text = cells["snr_db"]
    if np.isnan(known):
        if text:
            raise ValueError(
                f"snr_db is {text!r}, but clip {cells['clip']!r} is clean; expected an empty cell"
            )
        return np.nan
    try:
        found = float(text)
    except ValueError:
        raise ValueError(
            f"snr_db is {text!r}; expected a number in dB with a decimal point, such as {known:g}"
        ) from None
    if not abs(found - known) <= TOLERANCE_DB:
        raise ValueError(f"snr_db is {text}, but {known:g} for clip {cells['clip']!r}. {OTHER}")
    return float(known)


def _labels(response: str, task: str, expected: Expected) -> list[str]:
    """Return the labels of a response, none where it is empty."""
    if not response.strip():  # no answer within the time, or none known: wrong, and no label
        return []
    chosen = [label.strip() for label in response.split("|")]
    most, allowed = expected.answers.get(task, 1), expected.labels[task]
    for label in chosen:
        if is_null(label):
            raise ValueError(
                f"response has {label!r}, a null class, which listeners cannot choose; expected a {task}"
            )
        if label not in allowed:
            raise ValueError(
                f"response has {label!r}, which is not one of the {len(allowed)} labels of {task}"
                f"{_near(label, allowed)}"
            )
    if len(set(chosen)) < len(chosen):
        raise ValueError(f"response is {response!r}, which contains a label twice; expected each once")
    if len(chosen) > most:
        raise ValueError(
            f"response is {response!r}, {len(chosen)} labels; expected {most} at most for {task}, as params "
            f"say in behavior.answers"
        )
    return chosen


def _check(cells: Mapping[str, str], expected: Expected) -> dict[str, Any]:
    if cells["clip"] in expected.clips or not cells["clip"]:
        raise ValueError(
            f"clip is {cells['clip']!r} in a row whose task is {cells['task']}; expected a name such as "
            f"'{cells['task']}-1'"
        )
    if cells["background"] != CLEAN or cells["snr_db"]:
        raise ValueError(
            f"background is {cells['background']!r}, snr_db {cells['snr_db']!r}; expected {CLEAN!r} and an "
            f"empty cell in a row whose task is {cells['task']}"
        )
    try:
        float(cells["response"])
    except ValueError:
        raise ValueError(
            f"response is {cells['response']!r}; expected a number in a row whose task is {cells['task']}"
        ) from None
    return {**cells, "snr_db": np.nan} | dict.fromkeys(JOINED, "")


def _near(text: str, allowed: Sequence[str]) -> str:
    if not text:
        return ", because the cell has an empty label"
    folded = {name.casefold(): name for name in allowed}
    near = difflib.get_close_matches(text.casefold(), list(folded), 1)
    return f"; did you mean {folded[near[0]]!r}?" if near else f". {OTHER}"

"""What is asked, and of which clips: params, and the targets of a grid of test clips."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.params import Count, Natural, section

Condition = tuple[str, float | None]  # background; SNR in dB, None when clean
URL = re.compile(r"https?://[^\s/;,'\"<>]+(/[^\s;,'\"<>]*)?")


@section
class Choose:
    """An answer of so many labels."""

    choose: Count


@section
class ListenParams:
    """Params section `listen`."""

    seed: Natural
    sessions: Count  # different trial lists
    trials: dict[str, Count]  # task -> how many a session
    answers: dict[
        str, Literal["typed"] | Choose
    ]  # task -> a word of the list is typed, or so many labels are chosen
    block: Count  # trials, at most
    practice: Natural  # clips of each task, answered with feedback
    attention: Natural  # checks a session
    headphones: Literal["required", "advised", "none"]
    consent: str | None  # text file; null: a template
    post: str | None  # URL that the table is sent to
    completion: str | None  # URL that a participant is sent on to

    def __post_init__(self) -> None:
        if set(self.answers) != set(self.trials):
            raise ValueError(
                f"trials are given for {sorted(self.trials)}, answers for {sorted(self.answers)}"
            )
        for name in ("post", "completion"):
            if (url := getattr(self, name)) is not None and not URL.fullmatch(url):
                raise ValueError(
                    f"{name} is {url!r}: expected a URL that begins with http:// or https://, or null"
                )


class ListenError(ValueError):
    """An experiment that cannot be made; says the numbers and the remedy."""


@dataclass(frozen=True)
class Target:
    """What is heard in every condition: a cut of a recording, without background and in each."""

    recording: tuple[str, float]  # file and place, s; two cuts around the same word are of one recording
    source: str  # speaker or artist
    label: str
    clips: dict[Condition, str]  # -> key


def check_answers(params: ListenParams, scored: Mapping[str, int]) -> None:
    """Raise ListenError where people are asked for another number of labels than the network is scored by; scored : behavior.answers."""
    for task, answer in params.answers.items():
        asked, scores = answer.choose if isinstance(answer, Choose) else 1, scored.get(task, 1)
        if asked != scores:
            raise ListenError(
                f"experiment.answers asks for {asked} labels a clip of {task}, and behavior.answers scores the network by {scores}: people and "
                "network could not be compared. Set both to the same number."
            )


def targets_of(records: Iterable[Mapping[str, Any]], task: str) -> list[Target]:
    """Return the targets of `task` among records of clips, in the order of their first clip.

    raises : ListenError if a target is not heard once in each condition
    """
    found: dict[tuple[str, float], list[Mapping[str, Any]]] = defaultdict(list)
    for record in records:
        if record["task"] == task:
            found[record["target_file"], record["target_start_s"]].append(record)
    targets = [
        Target(
            _recording(rows[0]),
            rows[0]["source"],
            rows[0][task],
            {(row["background"], row["snr_db"]): row["key"] for row in rows},
        )
        for rows in found.values()
    ]
    conditions = conditions_of(targets)
    for target, rows in zip(targets, found.values(), strict=True):
        if len(rows) != len(target.clips) or set(target.clips) != set(conditions):
            raise ListenError(
                f"{task}: {rows[0]['target_file']} at {rows[0]['target_start_s']} s is heard {len(rows)} times in {len(target.clips)} "
                f"conditions; expected once in each of {len(conditions)}. Make the test clips as a grid: mixtures.test."
            )
    return targets


def conditions_of(targets: Iterable[Target]) -> list[Condition]:
    """Return the conditions of targets, sorted, clean ones first in their background."""
    found = {condition for target in targets for condition in target.clips}
    return sorted(found, key=lambda condition: (condition[0], condition[1] is not None, condition[1] or 0))


def _recording(record: Mapping[str, Any]) -> tuple[str, float]:
    """Return file and place of what is named: the word where there are its bounds, else the cut."""
    return record["target_file"], round(record["target_start_s"] + (record.get("word_start_s") or 0), 3)

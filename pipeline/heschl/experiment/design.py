"""What participants are asked about which clips: the params, and the targets in a grid of test clips."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from heschl.params import Count, Natural, section

Condition = tuple[str, float | None]  # background; SNR in dB, None when clean
DIAL = "dial"  # answer: a direction
URL = re.compile(r"https?://[^\s/;,'\"<>]+(/[^\s;,'\"<>]*)?")


@section
class Choose:
    """A response of `choose` labels out of all labels of the task."""

    choose: Count


@section
class ExperimentParams:
    """Params section `experiment`."""

    seed: Natural
    sessions: Count  # number of different trial lists
    trials: dict[str, Count]  # task -> trials in a session
    answers: dict[
        str, Literal["typed", "dial"] | Choose
    ]  # task -> one label is typed, a direction is pointed at, or several labels are chosen
    block: Count  # maximum number of trials between breaks
    practice: Natural  # clips of each task that are followed by feedback
    attention: Natural  # attention checks in a session
    headphones: Literal["required", "advised", "none"]
    consent: str | None  # text file; null: a template
    post: str | None  # URL that receives the table
    completion: str | None  # URL that participants are sent to at the end

    def __post_init__(self) -> None:
        if set(self.answers) != set(self.trials):
            raise ValueError(
                f"trials names the tasks {sorted(self.trials)}, answers names {sorted(self.answers)}; "
                "expected the same tasks in both"
            )
        if DIAL in self.answers.values() and self.headphones != "required":
            raise ValueError(
                f"headphones is {self.headphones!r}, and a direction is asked for: expected required, since "
                "sounds over loudspeakers come from the loudspeakers"
            )
        for name in ("post", "completion"):
            if (url := getattr(self, name)) is not None and not URL.fullmatch(url):
                raise ValueError(
                    f"{name} is {url!r}; expected a URL that begins with http:// or https://, or null"
                )


class ExperimentError(ValueError):
    """An experiment that cannot be built or served; the message gives the numbers and the remedy."""


@dataclass(frozen=True)
class Target:
    """A cut of a recording that is presented once in every condition."""

    recording: tuple[str, float]  # file and position, s; two cuts around the same word share a recording
    source: str  # speaker or artist
    label: str
    clips: dict[Condition, str]  # condition -> key of the clip


def check_answers(params: ExperimentParams, scored: Mapping[str, int]) -> None:
    """Raise ExperimentError where participants give another number of labels than the network is scored on.

    scored : behavior.answers, {task: labels}; 1 for a task that it does not name
    """
    for task, answer in params.answers.items():
        asked, scores = answer.choose if isinstance(answer, Choose) else 1, scored.get(task, 1)
        if asked != scores:
            raise ExperimentError(
                f"experiment.answers asks participants for {asked} labels per clip of {task}, but "
                f"behavior.answers scores the network on {scores}, so the two could not be compared. "
                "Set both to the same number."
            )


def targets_of(records: Iterable[Mapping[str, Any]], task: str) -> list[Target]:
    """Return the targets of `task`, in the order of their first clip.

    records : clips, as `Shards.record` returns them
    raises  : ExperimentError if a target is not presented exactly once in each condition
    """
    cuts: dict[tuple[str, float], list[Mapping[str, Any]]] = defaultdict(list)
    for record in records:
        if record["task"] == task:
            cuts[record["target_file"], record["target_start_s"]].append(record)
    targets = [_target(rows, task) for rows in cuts.values()]
    conditions = conditions_of(targets)
    for target, rows in zip(targets, cuts.values(), strict=True):
        if len(rows) != len(target.clips) or set(target.clips) != set(conditions):
            raise ExperimentError(
                f"{task}: the cut of {rows[0]['target_file']} at {rows[0]['target_start_s']} s has "
                f"{len(rows)} test clips in {len(target.clips)} conditions; expected one in each of "
                f"{len(conditions)}. "
                "Draw the test clips as a grid: mixtures.test in params.yaml; or make metamers of all layers "
                "for each sound."
            )
    return targets


def conditions_of(targets: Iterable[Target]) -> list[Condition]:
    """Return the conditions of all targets, sorted by background; clean comes first within a background."""
    found = {condition for target in targets for condition in target.clips}
    return sorted(found, key=lambda condition: (condition[0], condition[1] is not None, condition[1] or 0))


def _target(rows: list[Mapping[str, Any]], task: str) -> Target:
    clips = {(row["background"], row["snr_db"]): row["key"] for row in rows}
    return Target(_recording(rows[0]), rows[0]["source"], rows[0][task], clips)


def _recording(record: Mapping[str, Any]) -> tuple[str, float]:
    """Return the file and the position in it, s: of the word if its onset is known, otherwise of the cut."""
    return record["target_file"], round(record["target_start_s"] + (record.get("word_start_s") or 0), 3)

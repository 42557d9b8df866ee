"""What the page needs to know: the consent text, the labels of the tasks, the sessions and their clips."""

from pathlib import Path
from typing import Any

import numpy as np

from heschl.acoustics import directions
from heschl.experiment import checks
from heschl.experiment.clips import Clips
from heschl.experiment.design import (
    DIAL,
    Choose,
    ExperimentError,
    ExperimentParams,
    Target,
    targets_of,
)
from heschl.experiment.results import TABLE
from heschl.experiment.sessions import Plan, Session, plan
from heschl.tasks import named

TEMPLATE = """This is a template. Replace it with the text approved by your ethics board: \
experiment.consent in params.yaml.

You are invited to take part in a study of hearing. You will listen to short sounds and report what you heard.

Taking part is voluntary. You may stop at any time by closing this page, without giving a reason and without \
any disadvantage.

Your answers are stored under a code, not under your name, with their times and the name of your browser.

Before you begin, you set the volume. Keep it at a comfortable level."""


def planned_of(clips: Clips, params: ExperimentParams) -> tuple[Plan, dict[str, list[Target]]]:
    """Return the plan of an experiment and the targets of each task.

    raises : ExperimentError if the clips lack a task, or have too few targets or labels
    """
    labels = labels_of(clips)
    unknown = sorted(set(params.trials) - set(labels))
    if unknown:
        raise ExperimentError(
            f"experiment.trials: {unknown[0]!r} is not a task of {clips.folder}, which has "
            f"{', '.join(labels)}. Correct its spelling."
        )
    records = [clips.record(number) for number in range(len(clips))]
    targets = {task: targets_of(records, task) for task in params.trials}
    for task, answer in params.answers.items():
        if isinstance(answer, Choose):
            _check_choices(task, labels[task], answer.choose)
        elif answer == DIAL:
            _check_directions(task, labels[task])
        if not targets[task]:
            raise ExperimentError(
                f"{clips.folder} has no {clips.split} clips of the task {task}. "
                "Remove it from experiment.trials and experiment.answers."
            )
    return plan(targets, params), targets


def content_of(
    clips: Clips, planned: Plan, targets: dict[str, list[Target]], params: ExperimentParams
) -> dict[str, Any]:
    """Return what the page needs to know, as plain values for data.js."""
    labels = labels_of(clips)
    return {
        "columns": TABLE,
        "clip_s": clips.sound.clip_s,
        "consent": {"text": _consent(params.consent), "template": params.consent is None},
        "completion": params.completion,
        "tasks": {task: _task(labels[task], answer) for task, answer in params.answers.items()},
        "headphones": {
            "mode": params.headphones,
            "soft": [soft + 1 for soft, _ in checks.PAIRS],
            "pass": checks.PASS,
        },
        "practice": planned.practice,
        "sessions": [_session(session) for session in planned.sessions],
        "clips": _clips(planned, targets),
    }


def labels_of(clips: Clips) -> dict[str, list[str]]:
    """Return the labels of each task that participants choose from: all but the null classes."""
    return {task: named(labels) for task, labels in clips.labels.items()}


def _task(labels: list[str], answer: str | Choose) -> dict[str, Any]:
    """Return what the page needs to know of a task; directions are [azimuth, elevation] in degrees."""
    choose = answer.choose if isinstance(answer, Choose) else None
    found: dict[str, Any] = {"labels": labels, "choose": choose}
    if answer == DIAL:
        found["directions"] = np.stack(directions.of_labels(labels), axis=1).tolist()
    return found


def _session(session: Session) -> dict[str, Any]:
    return {
        "blocks": [{"task": block.task, "items": block.items} for block in session.blocks],
        "headphones": session.headphones,
    }


def _clips(planned: Plan, targets: dict[str, list[Target]]) -> dict[str, list[Any]]:
    """Return {key: [background, SNR, label]} of the clips in a session or in practice, sorted by key."""
    known = {
        key: [*condition, target.label]
        for each in targets.values()
        for target in each
        for condition, key in target.clips.items()
    }
    blocks = [block for session in planned.sessions for block in session.blocks]
    presented = {item for block in blocks for item in block.items if isinstance(item, str)}
    presented |= {key for keys in planned.practice.values() for key in keys}
    return {key: known[key] for key in sorted(presented)}


def _check_choices(task: str, labels: list[str], choose: int) -> None:
    if choose >= len(labels):
        raise ExperimentError(
            f"experiment.answers.{task}.choose is {choose}; there are {len(labels)} labels, so at most "
            f"{len(labels) - 1} can be chosen. Lower it."
        )
    if bad := [label for label in labels if "|" in label]:
        raise ExperimentError(
            f"the {task} {bad[0]!r} contains |, which separates chosen labels in a response. "
            "Rename the label in the corpus."
        )


def _check_directions(task: str, labels: list[str]) -> None:
    try:
        directions.of_labels(labels)
    except ValueError as error:
        raise ExperimentError(
            f"experiment.answers.{task} is {DIAL}, which asks for a direction: {error} "
            "Set it to typed or choose."
        ) from None


def _consent(path: str | None) -> str:
    if path is None:
        return TEMPLATE
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ExperimentError(
            f"experiment.consent: {path} cannot be read ({error}). Expected a text file in UTF-8, or null."
        ) from None
    if not text:
        raise ExperimentError(
            f"experiment.consent: {path} is empty. Fill it with the text approved by your ethics board."
        )
    return text

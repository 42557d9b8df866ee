"""Targets -> the sessions of an experiment: practice, blocks of trials, attention and headphone checks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from heschl.experiment.checks import BEEPS, PAIRS
from heschl.experiment.design import ExperimentError, ExperimentParams, Target, conditions_of
from heschl.experiment.lists import lists
from heschl.mixtures.row import CLEAN

MORE = "mixtures.test.targets (of metamers: metamers.sounds)"  # what gives more recordings


@dataclass(frozen=True)
class Block:
    """Consecutive trials of one task: the keys of clips, and attention checks as their number of beeps."""

    task: str
    items: tuple[str | int, ...]


@dataclass(frozen=True)
class Session:
    """What one participant hears; `headphones` is the order of the six headphone trials in both attempts."""

    blocks: tuple[Block, ...]
    headphones: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Plan:
    """Practice clips, which no session presents as trials, and the sessions."""

    practice: dict[str, list[str]]  # task -> keys of clean clips
    sessions: list[Session]


def plan(targets: Mapping[str, Sequence[Target]], params: ExperimentParams) -> Plan:
    """Return the sessions for the targets of each task.

    Within a session, no clip or recording is presented twice, and conditions are presented equally often as
    far as the number of trials allows; within a block, no source is presented twice. Across sessions, every
    target and every target in every condition is presented about equally often.

    raises : ExperimentError if there are too few targets
    """
    practice, blocks = {}, {}
    for number, task in enumerate(params.trials):
        held = _practice(targets[task], task, params, _rng(params, number))
        held_out = {target.recording for target in held}
        left = [target for target in targets[task] if target.recording not in held_out]
        _check(left, task, params)
        practice[task] = [target.clips[CLEAN, None] for target in held]
        rngs = [_rng(params, number, session + 1) for session in range(params.sessions)]
        trials = params.trials[task]
        blocks[task] = list(lists(left, trials, -(-trials // params.block), rngs))
    return Plan(practice, [_session(blocks, params, session) for session in range(params.sessions)])


def _session(trials: Mapping[str, list[list[list[str]]]], params: ExperimentParams, session: int) -> Session:
    """Present the tasks one after another, rotating which is first; insert attention checks inside blocks.

    trials : {task: [session][block][trial]}, keys of clips
    """
    tasks = list(trials)
    first = session % len(tasks)
    blocks = [(task, list(keys)) for task in tasks[first:] + tasks[:first] for keys in trials[task][session]]
    rng = _rng(params, len(tasks), session + 1)
    for place in np.resize(rng.permutation(len(blocks)), params.attention):
        items = blocks[place][1]
        items.insert(int(rng.integers(1, len(items) + 1)), int(rng.integers(1, BEEPS + 1)))
    orders = [tuple(rng.permutation(len(PAIRS)).tolist()) for _ in range(2)]
    return Session(tuple(Block(task, tuple(items)) for task, items in blocks), tuple(orders))


def _practice(
    targets: Sequence[Target], task: str, params: ExperimentParams, rng: np.random.Generator
) -> list[Target]:
    """Draw practice targets from different recordings, with as many different labels as possible."""
    first = {targets[place].recording: targets[place] for place in rng.permutation(len(targets))}
    seen: Counter[str] = Counter()
    ranked = []
    for target in first.values():
        ranked.append((seen[target.label], len(ranked), target))
        seen[target.label] += 1
    clean = len(ranked) if (CLEAN, None) in conditions_of(targets) else 0
    if clean < params.practice:
        raise ExperimentError(
            f"{task}: experiment.practice is {params.practice}, but there are {clean} clean test clips of "
            f"different recordings. Lower experiment.practice, or raise {MORE}."
        )
    return [target for *_, target in sorted(ranked, key=lambda item: item[:2])[: params.practice]]


def _check(targets: Sequence[Target], task: str, params: ExperimentParams) -> None:
    """Raise ExperimentError if no session can be made from the targets that practice leaves."""
    trials = params.trials[task]
    recordings = {target.recording: target.source for target in targets}
    if trials > len(recordings):
        raise ExperimentError(
            f"experiment.trials.{task} is {trials}, but practice leaves {len(recordings)} recordings, and a "
            f"session presents each only once. Lower it, or raise {MORE}."
        )
    sources = Counter(recordings.values())
    possible = [
        block
        for block in range(1, params.block + 1)
        if sum(min(-(-trials // block), count) for count in sources.values()) >= trials
    ]
    if params.block not in possible:
        raise ExperimentError(
            f"experiment.block is {params.block}; with {trials} trials of {task} from {len(sources)} "
            f"sources, a source would occur twice in a block. Set it to at most {max(possible)}."
        )


def _rng(params: ExperimentParams, *path: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence([params.seed, *path]))

"""Who hears what when: targets -> balanced trial lists, one a session."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from pipeline.experiment.checks import BEEPS, PAIRS
from pipeline.experiment.design import ListenError, ListenParams, Target, conditions_of
from pipeline.mixtures.row import CLEAN


@dataclass(frozen=True)
class Block:
    """Trials of one task without a pause: keys of clips, and attention checks as their number of beeps."""

    task: str
    items: tuple[str | int, ...]


@dataclass(frozen=True)
class Session:
    """What one participant hears; `headphones` has the order of the six trials, at a first and a second try."""

    blocks: tuple[Block, ...]
    headphones: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Plan:
    """Clips for practice, which are in no session, and the sessions."""

    practice: dict[str, list[str]]  # task -> keys of clean clips
    sessions: list[Session]


def plan(targets: Mapping[str, Sequence[Target]], params: ListenParams) -> Plan:
    """Return the sessions on the targets of each task.

    In a session no clip and no recording is heard twice, in a block no source; conditions are heard equally often as far
    as the number of trials allows. Over sessions each target, and each target in each condition, is heard about equally often.
    raises : ListenError if the targets are too few
    """
    practice, lists = {}, {}
    for number, task in enumerate(params.trials):
        held = _practice(targets[task], task, params, _rng(params, number))
        known = {target.recording for target in held}
        heard = [target for target in targets[task] if target.recording not in known]
        _check(heard, task, params)
        practice[task] = [target.clips[CLEAN, None] for target in held]
        rngs = [_rng(params, number, session + 1) for session in range(params.sessions)]
        lists[task] = list(_lists(heard, params.trials[task], _blocks(params, task), rngs))
    return Plan(practice, [_session(lists, params, session) for session in range(params.sessions)])


def _lists(
    targets: Sequence[Target], trials: int, blocks: int, rngs: Iterable[np.random.Generator]
) -> Iterator[list[list[str]]]:
    """Yield for each session its blocks of keys: of targets and of their conditions always those heard least so far."""
    conditions = conditions_of(targets)
    heard = np.zeros((len(targets), len(conditions)))
    for rng in rngs:
        chosen = _least_heard(heard.sum(axis=1), targets, trials, blocks, rng)
        order = np.lexsort((rng.random(len(conditions)), heard.sum(axis=0)))
        wanted = np.resize(order, trials)  # every condition equally often, what is over to those heard least
        cost = (
            heard[np.ix_(chosen, wanted)] ** 2 + rng.random((trials, trials)) / trials / 2
        )  # ties broken by chance
        pairs = [
            (chosen[row], wanted[column]) for row, column in zip(*linear_sum_assignment(cost), strict=True)
        ]
        for pair in pairs:
            heard[pair] += 1
        yield [
            [targets[target].clips[conditions[condition]] for target, condition in block]
            for block in _deal(pairs, targets, blocks, rng)
        ]


def _least_heard(
    heard: np.ndarray, targets: Sequence[Target], trials: int, blocks: int, rng: np.random.Generator
) -> list[int]:
    """Return the targets heard least, no recording twice, of a source at most one a block."""
    chosen: list[int] = []
    sources: Counter[str] = Counter()
    recordings = set()
    for place in np.lexsort((rng.random(len(targets)), heard)):
        target = targets[place]
        if len(chosen) < trials and sources[target.source] < blocks and target.recording not in recordings:
            chosen.append(int(place))
            sources[target.source] += 1
            recordings.add(target.recording)
    return chosen


def _deal(
    pairs: list[tuple[int, int]], targets: Sequence[Target], blocks: int, rng: np.random.Generator
) -> list[list[tuple[int, int]]]:
    """Deal trials out to blocks like cards sorted by source, so that a source of at most `blocks` trials is once in a block."""
    shuffled = [pairs[i] for i in rng.permutation(len(pairs))]
    rank = {
        source: i
        for i, source in enumerate(rng.permutation(sorted({target.source for target in targets})).tolist())
    }
    cards = sorted(shuffled, key=lambda pair: rank[targets[pair[0]].source])
    dealt = [cards[block::blocks] for block in rng.permutation(blocks)]
    return [[block[i] for i in rng.permutation(len(block))] for block in dealt]


def _session(lists: Mapping[str, list[list[list[str]]]], params: ListenParams, session: int) -> Session:
    """Put the tasks one after the other, by turns another one first, and attention checks within blocks, never at their start."""
    tasks = list(lists)
    first = session % len(tasks)
    blocks = [(task, list(keys)) for task in tasks[first:] + tasks[:first] for keys in lists[task][session]]
    rng = _rng(params, len(tasks), session + 1)
    for place in np.resize(rng.permutation(len(blocks)), params.attention):
        items = blocks[place][1]
        items.insert(int(rng.integers(1, len(items) + 1)), int(rng.integers(1, BEEPS + 1)))
    orders = [tuple(rng.permutation(len(PAIRS)).tolist()) for _ in range(2)]
    return Session(tuple(Block(task, tuple(items)) for task, items in blocks), tuple(orders))


def _practice(
    targets: Sequence[Target], task: str, params: ListenParams, rng: np.random.Generator
) -> list[Target]:
    """Draw targets for practice, of as many labels as there are, of different recordings."""
    first = {targets[place].recording: targets[place] for place in rng.permutation(len(targets))}
    seen: Counter[str] = Counter()
    ranked = []
    for target in first.values():
        ranked.append((seen[target.label], len(ranked), target))
        seen[target.label] += 1
    if len(ranked) < params.practice or (params.practice and (CLEAN, None) not in targets[0].clips):
        raise ListenError(
            f"{task}: {params.practice} clean clips of different recordings are wanted for practice; there are "
            f"{len(ranked) if (CLEAN, None) in conditions_of(targets) else 0}. Lower experiment.practice, or raise mixtures.test.targets."
        )
    return [target for *_, target in sorted(ranked, key=lambda item: item[:2])[: params.practice]]


def _check(targets: Sequence[Target], task: str, params: ListenParams) -> None:
    """Raise ListenError if no session can be made of the targets that are left beside practice."""
    trials = params.trials[task]
    recordings = {target.recording: target.source for target in targets}
    if trials > len(recordings):
        raise ListenError(
            f"experiment.trials.{task} is {trials}; there are {len(recordings)} recordings beside those for practice, and none is heard twice. "
            f"Lower it, or raise mixtures.test.targets.{task}."
        )
    sources = Counter(recordings.values())
    possible = [
        b
        for b in range(1, params.block + 1)
        if sum(min(-(-trials // b), count) for count in sources.values()) >= trials
    ]
    if params.block not in possible:
        raise ListenError(
            f"experiment.block is {params.block}; with {trials} trials of {task} and {len(sources)} sources a source would be heard twice "
            f"in a block. Set it to at most {max(possible)}."
        )


def _blocks(params: ListenParams, task: str) -> int:
    return -(-params.trials[task] // params.block)


def _rng(params: ListenParams, *path: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence([params.seed, *path]))

"""Balanced trial lists of one task: which targets each session presents, in which conditions and blocks."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from heschl.experiment.design import Target, conditions_of

Pair = tuple[int, int]  # positions of a target and of a condition


def lists(
    targets: Sequence[Target], trials: int, blocks: int, rngs: Iterable[np.random.Generator]
) -> Iterator[list[list[str]]]:
    """Yield for each session its blocks of clip keys.

    Each session takes the targets presented least often so far, and pairs them with the conditions in which
    they were presented least often: a linear assignment whose costs are squared counts.

    trials : number of trials in a session
    blocks : number of blocks in a session
    rngs   : one for each session
    """
    conditions = conditions_of(targets)
    counts = np.zeros((len(targets), len(conditions)))
    for rng in rngs:
        chosen = _least_presented(counts.sum(axis=1), targets, trials, blocks, rng)
        order = np.lexsort((rng.random(len(conditions)), counts.sum(axis=0)))
        wanted = np.resize(order, trials)  # all conditions equally often; the rarest take the remainder
        ties = rng.random((trials, trials)) / trials / 2
        cost = counts[np.ix_(chosen, wanted)] ** 2 + ties
        pairs = [
            (chosen[row], wanted[column]) for row, column in zip(*linear_sum_assignment(cost), strict=True)
        ]
        for pair in pairs:
            counts[pair] += 1
        yield [
            [targets[target].clips[conditions[condition]] for target, condition in block]
            for block in _deal(pairs, targets, blocks, rng)
        ]


def _least_presented(
    counts: np.ndarray, targets: Sequence[Target], trials: int, blocks: int, rng: np.random.Generator
) -> list[int]:
    """Return the targets presented least often: no recording twice, a source at most once per block."""
    chosen: list[int] = []
    sources: Counter[str] = Counter()
    recordings = set()
    for place in np.lexsort((rng.random(len(targets)), counts)):
        target = targets[place]
        if len(chosen) < trials and sources[target.source] < blocks and target.recording not in recordings:
            chosen.append(int(place))
            sources[target.source] += 1
            recordings.add(target.recording)
    return chosen


def _deal(
    pairs: list[Pair], targets: Sequence[Target], blocks: int, rng: np.random.Generator
) -> list[list[Pair]]:
    """Deal trials, sorted by source, to the blocks in turn, so that no source is twice in a block.

    A source may have at most as many trials as there are blocks.
    """
    shuffled = [pairs[i] for i in rng.permutation(len(pairs))]
    sources = rng.permutation(sorted({target.source for target in targets})).tolist()
    rank = {source: i for i, source in enumerate(sources)}
    cards = sorted(shuffled, key=lambda pair: rank[targets[pair[0]].source])
    dealt = [cards[block::blocks] for block in rng.permutation(blocks)]
    return [[block[i] for i in rng.permutation(len(block))] for block in dealt]

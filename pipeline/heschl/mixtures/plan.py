"""Which clip stands in which row of a split: its task, target and condition, in random order."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from heschl.corpus.tables import SPLITS
from heschl.mixtures.check import MixtureError
from heschl.mixtures.params import Grid, MixtureParams
from heschl.mixtures.row import CLEAN


@dataclass(frozen=True)
class Clip:
    """A clip before anything is drawn for it.

    task, target : the task that it is a target for, and the number of the target in it
    background   : its name, CLEAN, or "" where it is drawn
    snr_db       : nan where it is drawn or there is none
    """

    task: str
    target: int
    background: str = ""
    snr_db: float = float("nan")


@dataclass(frozen=True)
class Plan:
    """The clips of a split: task by task, target by target, condition by condition, then in random order.

    conditions : (background, SNR in dB) of every clip of a target
    """

    split: str
    targets: tuple[tuple[str, int], ...]  # task, number of targets
    conditions: tuple[tuple[str, float], ...]
    seed: int

    def __len__(self) -> int:
        return len(self.conditions) * sum(count for _, count in self.targets)

    def __getitem__(self, place: int) -> Clip:
        target, condition = divmod(int(self._order[place]), len(self.conditions))
        for task, count in self.targets:
            if target < count:
                return Clip(task, target, *self.conditions[condition])
            target -= count
        raise IndexError(place)

    @cached_property
    def _order(self) -> np.ndarray:
        seed = np.random.SeedSequence([self.seed, SPLITS.index(self.split)])
        return np.random.default_rng(seed).permutation(len(self)).astype(np.int32)


def plan(split: str, tasks: Sequence[str], params: MixtureParams) -> Plan:
    """Return the plan of a split; raises MixtureError if the params count other tasks than `tasks`."""
    rule = getattr(params, split)
    grid = isinstance(rule, Grid)
    counts = rule.targets if grid else rule.clips
    if set(counts) != set(tasks):
        raise MixtureError(
            f"mixtures.{split} has counts for {sorted(counts)}; expected one for each task, {sorted(tasks)}."
        )
    conditions = [("", float("nan"))]
    if grid:
        masked = [(name, snr_db) for name in params.backgrounds for snr_db in rule.snr_db]
        conditions = [(CLEAN, float("nan")), *masked]
    return Plan(split, tuple((task, counts[task]) for task in tasks), tuple(conditions), params.seed)

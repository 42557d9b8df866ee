"""How trials are drawn: by their number alone, or from what earlier trials found (TPE)."""

import zlib
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import FrozenTrial
from scipy.stats import qmc

from heschl.search.params import SearchParams

optuna.logging.set_verbosity(optuna.logging.WARNING)


class Numbered(optuna.samplers.BaseSampler):
    """Draws that depend on (seed, number of the trial, name) alone: the same for any order of the trials.

    names : every name that may be drawn, in order: the dimensions of a quasi-random sequence; none: random
    """

    def __init__(self, seed: int, number: int, names: Sequence[str] = ()):
        self.seed, self.number = seed, number
        self.names = {name: place for place, name in enumerate(names)}

    def infer_relative_search_space(self, study: Any, trial: Any) -> dict[str, BaseDistribution]:
        """Return nothing: all draws are independent."""
        return {}

    def sample_relative(self, study: Any, trial: Any, search_space: Any) -> dict[str, Any]:
        """Return nothing: all draws are independent."""
        return {}

    def sample_independent(
        self, study: Any, trial: Any, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """Draw one value."""
        return value_at(self._share(param_name), param_distribution)

    def _share(self, name: str) -> float:
        if name in self.names:
            return float(self._point[self.names[name]])
        key = zlib.crc32(name.encode())
        return float(np.random.default_rng(np.random.SeedSequence([self.seed, self.number, key])).random())

    @cached_property
    def _point(self) -> np.ndarray:
        """Return the point of the quasi-random sequence."""
        sequence = qmc.Sobol(len(self.names), scramble=True, rng=np.random.default_rng(self.seed))
        if self.number:
            sequence.fast_forward(self.number)
        return sequence.random(1)[0]


def value_at(share: float, kind: BaseDistribution) -> Any:
    """Return the value at a share, 0 to 1, of a distribution."""
    if isinstance(kind, CategoricalDistribution):
        return kind.choices[min(int(share * len(kind.choices)), len(kind.choices) - 1)]
    assert isinstance(kind, IntDistribution | FloatDistribution)
    whole = isinstance(kind, IntDistribution)
    low, high = (kind.low - 0.5, kind.high + 0.5) if whole else (kind.low, kind.high)
    if kind.log:
        found = float(np.exp(np.log(low) + share * (np.log(high) - np.log(low))))
    else:
        found = low + share * (high - low)
    return (
        int(np.clip(round(found), kind.low, kind.high))
        if whole
        else float(np.clip(found, kind.low, kind.high))
    )


def new_trial(
    params: SearchParams,
    names: Sequence[str],
    number: int,
    learned: Sequence[FrozenTrial],
    objectives: int,
) -> optuna.Trial:
    """Return the next trial, in a study in memory; the study of the search gets it when it is drawn.

    So a worker that is killed leaves no half-drawn trial.

    names   : every name that may be drawn
    number  : of the trial
    learned : earlier trials that fit the budget, from which TPE learns; its seed follows from `number` and
              from how many of them have ended
    """
    study = optuna.create_study(directions=["maximize"] * objectives)
    if params.sampler == "tpe":
        ended = sum(trial.state.is_finished() for trial in learned)
        seed = np.random.SeedSequence([params.seed, ended, number]).generate_state(1)[0]
        study.sampler = optuna.samplers.TPESampler(seed=int(seed), constant_liar=True)
        study.add_trials(learned)
    else:
        study.sampler = Numbered(params.seed, number, names if params.sampler == "quasi_random" else ())
    return study.ask()

"""What a trial of the storage is to the search: which were trained, and what they reached."""

from collections.abc import Sequence

from optuna.trial import FrozenTrial, TrialState

from heschl.search.rungs import Values
from heschl.search.schedule import State

REACHED, PASSED, REASON, COST = "reached", "passed", "reason", "cost"  # user attributes
ATTEMPTS = "attempts"  # where the trial was when a worker took it, and how often it was there


def trained(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """Return the trials that fit the budget."""
    return [trial for trial in trials if trial.state != TrialState.PRUNED or REACHED in trial.user_attrs]


def reached(trial: FrozenTrial) -> tuple[Values, ...]:
    """Return the scores at the end of each rung so far."""
    return tuple(tuple(values) for values in trial.user_attrs.get(REACHED, ()))


def state_of(trial: FrozenTrial) -> State:
    """Return the state of a trial that fits the budget."""
    return State(trial.number, reached(trial), trial.user_attrs.get(PASSED, 0), trial.state.is_finished())

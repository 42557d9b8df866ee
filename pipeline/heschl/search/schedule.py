"""Which trials may be trained now, and which go no further: decided from what each reached, and nothing else.

Random and quasi-random trials wait for each other at the end of a rung, so that their order decides nothing.
TPE's do not: a trial goes on if it is among the best of those that have reached its rung so far.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from heschl.search.rungs import Values, promoted


@dataclass(frozen=True)
class State:
    """Of a trial that is to be trained.

    reached : its scores at the end of each rung so far
    passed  : rungs after which it was decided that it goes on
    ended   : it has failed, was stopped or is complete
    """

    number: int
    reached: tuple[Values, ...] = ()
    passed: int = 0
    ended: bool = False


@dataclass(frozen=True)
class Plan:
    """What follows from the states of all trials.

    ready   : numbers of the trials to train, the next one first
    stopped : number -> rung after which the trial goes no further
    done    : numbers of the trials that have reached the last rung
    passed  : number -> rungs that it has passed, of those that go on by TPE's rule
    """

    ready: Sequence[int]
    stopped: Mapping[int, int]
    done: Sequence[int]
    passed: Mapping[int, int]


def together(trials: Sequence[State], rungs: int, keep: float) -> Plan:
    """Return the plan of trials that wait for each other; `trials` are all that the search trains."""
    there, stopped = list(trials), {}
    for rung in range(rungs):
        left = [trial.number for trial in there if len(trial.reached) <= rung and not trial.ended]
        if left:
            return Plan(left, stopped, (), {})
        found = {trial.number: trial.reached[rung] for trial in there if len(trial.reached) > rung}
        if rung == rungs - 1:
            return Plan((), stopped, sorted(found), {})
        on = set(promoted(found, keep))
        stopped |= dict.fromkeys(sorted(set(found) - on), rung)
        there = [trial for trial in there if trial.number in on]
    raise AssertionError("a search has at least one rung")


def one_by_one(trials: Sequence[State], rungs: int, keep: float) -> Plan:
    """Return the plan of trials that do not wait, those on the highest rung first."""
    stopped, passed, done, ready = {}, {}, [], []
    for trial in trials:
        count = len(trial.reached)
        if trial.ended:
            continue
        if count == rungs:
            done.append(trial.number)
        elif count <= trial.passed or _goes_on(trial, trials, keep):
            ready.append(trial)
            passed |= {trial.number: count} if count > trial.passed else {}
        else:
            stopped[trial.number] = count - 1
    ready.sort(key=lambda trial: (-len(trial.reached), trial.number))
    return Plan([trial.number for trial in ready], stopped, done, passed)


def _goes_on(trial: State, trials: Sequence[State], keep: float) -> bool:
    """Return whether a trial is among the best share of those that have reached its rung."""
    rung = len(trial.reached) - 1
    there = [other for other in trials if len(other.reached) > rung]
    found = {other.number: other.reached[rung] for other in there}
    return trial.number in promoted(found, keep)

"""Successive halving and fronts, against definitions written out."""

import math
import random

import pytest

from heschl.search.rungs import front, promoted
from heschl.search.schedule import State, one_by_one, together


def drawn(seed, objectives, count=30):
    draw = random.Random(seed)
    return {number: tuple(draw.randrange(8) / 8 for _ in range(objectives)) for number in range(count)}


@pytest.mark.parametrize("seed", range(5))
def test_with_one_objective_the_best_go_on(seed):
    found = drawn(seed, 1)
    expected = sorted(found, key=lambda number: (-found[number][0], number))
    for keep in (0.1, 0.34, 0.5, 1.0):
        assert promoted(found, keep) == expected[: math.ceil(keep * 30)]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("objectives", [2, 3])
def test_the_front_is_what_nothing_dominates(seed, objectives):
    found = drawn(seed, objectives)

    def dominated(value):
        return any(
            all(a >= b for a, b in zip(other, value, strict=True)) and other != value
            for other in found.values()
        )

    expected = [number for number, value in found.items() if not dominated(value)]
    assert front(found) == expected
    assert set(promoted(found, len(expected) / 30)) == set(expected)


def test_nothing_reached_is_no_front():
    assert front({}) == []
    assert promoted({}, 0.5) == []


def states(*reached, **more):
    return [
        State(number, tuple((value,) for value in values), **more) for number, values in enumerate(reached)
    ]


def test_together_a_rung_is_complete_before_the_next():
    plan = together(states([0.1], [], [0.3], []), 2, 0.5)
    assert (list(plan.ready), plan.stopped) == ([1, 3], {})
    plan = together(states([0.1], [0.2], [0.3], [0.4]), 2, 0.5)
    assert (list(plan.ready), plan.stopped) == ([2, 3], {0: 0, 1: 0})
    plan = together(states([0.1], [0.2], [0.3, 0.5], [0.4, 0.1]), 2, 0.5)
    assert (list(plan.ready), plan.stopped, list(plan.done)) == ([], {0: 0, 1: 0}, [2, 3])


def test_a_failed_trial_holds_nobody_up():
    trials = [State(0, ended=True), State(1, ((0.2,),)), State(2, ((0.3,),))]
    plan = together(trials, 2, 0.5)
    assert (list(plan.ready), plan.stopped) == ([2], {1: 0})


def test_a_trial_that_fails_later_leaves_its_place_to_nobody():
    trials = [State(0, ((0.1,),), ended=True), State(1, ((0.9,),), ended=True), State(2, ((0.8,),))]
    plan = together([*trials, State(3, ((0.2,),), ended=True)], 3, 0.5)  # 1 failed on the second rung
    assert (list(plan.ready), plan.stopped) == ([2], {0: 0, 3: 0})
    plan = together([*trials[:2], State(2, ((0.8,), (0.7,))), State(3, ((0.2,),), ended=True)], 3, 0.5)
    assert list(plan.ready) == [2]


def test_one_by_one_a_trial_is_compared_with_those_so_far():
    trials = [State(0, ((0.4,),), passed=1), State(1, ((0.3,),)), State(2, ((0.5,),)), State(3)]
    plan = one_by_one(trials, 2, 0.5)
    assert plan.stopped == {1: 0}
    assert plan.passed == {2: 1}
    assert list(plan.ready) == [0, 2, 3]


def test_one_by_one_what_has_passed_is_not_asked_again():
    trials = [State(0, ((0.1,),), passed=1), State(1, ((0.9,), (0.9,))), State(2, ((0.8,),), ended=True)]
    plan = one_by_one(trials, 2, 0.5)
    assert (list(plan.ready), list(plan.done), plan.stopped) == ([0], [1], {})

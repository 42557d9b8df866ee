"""Measured accuracies and fitted psychometric functions of one task, of the network and of listeners.

points : side ("network", PUBLISHED or LOCAL), background, snr_db (dB, NaN when clean), value, low, high
         (0 to 1)
fits   : side, background, threshold_db, threshold_low, threshold_high (dB), rate (per dB), ceiling, guess
         (0 to 1), tested (whether the threshold lies within the SNRs tested), levels_low, levels_high (lowest
         and highest SNR tested, dB)

A task is scored by one answer and, if params say so, by several: the true label is among them. Listeners are
compared where they gave as many answers.
"""

import pandas as pd

from heschl.report.results import Behavior, Listeners

ENDS = {"": "value", "_low": "low", "_high": "high"}
FIT = ["threshold_db", "threshold_low", "threshold_high", "rate", "ceiling", "guess", "tested"]
SIDE = ["side", "background"]
POINT = [*SIDE, "snr_db", *ENDS.values()]


def answers_of(behavior: Behavior, task: str) -> list[int]:
    """Return the numbers of answers by which a task is scored: 1 and, if it differs, that of params."""
    return sorted({1, behavior.answers.get(task, 1)})


def chance_of(behavior: Behavior, task: str, answers: int) -> float:
    """Return the share that guessing gets right with a number of answers."""
    return min(answers * behavior.metrics["chance"][task], 1.0)


def points(behavior: Behavior, listeners: Listeners, task: str, answers: int) -> pd.DataFrame:
    """Return the measured accuracies of a task, scored by a number of answers."""
    score = "top1" if answers == 1 else "score"
    network = behavior.psychometric[behavior.psychometric.task == task].assign(side="network")
    columns = [*SIDE, "snr_db", *(score + end for end in ENDS)]
    sides = [network[columns].set_axis(POINT, axis=1)]
    if answers == behavior.answers.get(task, 1):
        people = listeners.conditions[listeners.conditions.task == task]
        columns = ["group", "background", "snr_db", *("listeners" + end for end in ENDS)]
        sides += [people[columns].set_axis(POINT, axis=1)] if len(people) else []
    return pd.concat(sides, ignore_index=True)


def fits(behavior: Behavior, listeners: Listeners, task: str, answers: int) -> pd.DataFrame:
    """Return the fitted functions of a task, scored by a number of answers."""
    table = behavior.thresholds
    network = table[(table.task == task) & (table.answers == answers)].assign(side="network")
    sides = [network]
    if answers == behavior.answers.get(task, 1):
        for group in listeners.groups(task):
            found = listeners.metrics[group][task].get("threshold") or {}
            rows = [{"side": group, "background": kind} | dict(fit) for kind, fit in found.items()]
            sides += [pd.DataFrame(rows)]
    sides = [side for side in sides if len(side)] or [network]
    both = pd.concat(sides, ignore_index=True).reindex(columns=[*SIDE, *FIT])
    by_side = points(behavior, listeners, task, answers).dropna(subset="snr_db").groupby("side").snr_db
    levels = by_side.agg(levels_low="min", levels_high="max")
    both = both.join(levels, on="side").dropna(subset="threshold_db")
    within = both.threshold_db.astype(float).between(both.levels_low, both.levels_high)
    return both.assign(tested=within).astype(dict.fromkeys(FIT[:-1], float))


def easiest_first(fits: pd.DataFrame, side: str = "network") -> list[str]:
    """Return the backgrounds by threshold, from a side's easiest; those that the side lacks come last."""
    rows = fits[fits.side == side].sort_values(["threshold_db", "background"])
    others = sorted(set(fits.background) - set(rows.background))
    return [*rows.background, *others]


def order_of(fits: pd.DataFrame, side: str) -> list[str]:
    """Return the backgrounds that a side has thresholds of, from its easiest."""
    return easiest_first(fits[fits.side == side], side)

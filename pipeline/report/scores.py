"""The measured accuracies and fitted functions of network and listeners, side by side, as `curves` draws them."""

import pandas as pd

ENDS = {"": "value", "_low": "low", "_high": "high"}
FIT = ["threshold_db", "threshold_low", "threshold_high", "rate", "ceiling", "guess", "tested"]
SIDE = ["side", "background"]


def answers_of(report, task):
    """Return by how many answers a task is scored: 1 and, where it is another, that of params."""
    return sorted({1, report.behavior.answers.get(task, 1)})


def points(report, task, answers):
    """Return side, background, snr_db, value, low, high of a task: the network's, and people's where they gave as many answers."""
    score = "top1" if answers == 1 else "score"
    table = report.psychometric[report.psychometric.task == task].assign(side="network")
    sides = [
        table[[*SIDE, "snr_db", *(score + end for end in ENDS)]].set_axis(
            [*SIDE, "snr_db", *ENDS.values()], axis=1
        )
    ]
    if answers == report.behavior.answers.get(task, 1):
        people = report.listeners[report.listeners.task == task]
        columns = ["group", "background", "snr_db", *("listeners" + end for end in ENDS)]
        sides += [people[columns].set_axis([*SIDE, "snr_db", *ENDS.values()], axis=1)] if len(people) else []
    return pd.concat(sides, ignore_index=True)


def fits(report, task, answers):
    """Return side, background, the fitted function and levels_low, levels_high (dB) of a task: see `curves`."""
    mine = report.thresholds[(report.thresholds.task == task) & (report.thresholds.answers == answers)]
    sides = [mine.assign(side="network")]
    if answers == report.behavior.answers.get(task, 1):
        for group in groups(report, task):
            found = measures(report, group, task).get("threshold") or {}
            sides += [
                pd.DataFrame([{"side": group, "background": kind} | dict(fit) for kind, fit in found.items()])
            ]
    table = pd.concat(
        [side for side in sides if len(side)] or [mine.assign(side="")], ignore_index=True
    ).reindex(columns=[*SIDE, *FIT])
    levels = (
        points(report, task, answers)
        .dropna(subset="snr_db")
        .groupby("side")
        .snr_db.agg(levels_low="min", levels_high="max")
    )
    table = table.join(levels, on="side").dropna(subset="threshold_db")
    inside = table.threshold_db.astype(float).between(table.levels_low, table.levels_high)
    return table.assign(tested=inside).astype(dict.fromkeys(FIT[:-1], float))


def groups(report, task):
    """Return who listened to a task, "published" before "own"."""
    return [
        group
        for group in ("published", "own")
        if task in (report.evaluated.get("listeners") or {}).get(group, {})
    ]


def measures(report, group, task):
    """Return what was measured of a group beside the network: r, rmse, ..., as behavior.json has it."""
    return report.evaluated["listeners"][group][task]


def both(report, task, answers):
    """Return points, fits and the share that chance gives."""
    return (
        points(report, task, answers),
        fits(report, task, answers),
        min(answers * report.evaluated["chance"][task], 1.0),
    )


def conditions(report, group, task):
    """Return the accuracy of a group and of the network in each condition of a task."""
    return report.listeners[(report.listeners.group == group) & (report.listeners.task == task)]

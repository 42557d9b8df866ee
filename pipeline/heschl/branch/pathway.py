"""Can a task be done by layers that learned other tasks, or does it need layers of its own?"""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from heschl.branch.columns import FROZEN, PUBLISHED, TOGETHER
from heschl.network.table import INPUT

CLIPS = "all"  # test clips of every condition


class Pathway(NamedTuple):
    """How well a task is done; each a row of accuracy.csv.

    task     : that was added
    shared   : by new layers on all that the other tasks share, which stayed as they were
    joint    : with the same branch point, by layers that learned all tasks together
    deepest  : by what is added to the last layer of each other task's branch
    separate : by a network of its own
    """

    task: str
    shared: pd.Series
    joint: pd.Series | None
    deepest: Sequence[pd.Series]
    separate: pd.Series


def pathways(table: pd.DataFrame) -> list[Pathway]:
    """Return what was found of each task that was added to frozen layers; table : of `measure.accuracy`."""
    found = []
    for task in dict.fromkeys(table.moved[table.form == FROZEN]):
        rows = curves(table, str(task))
        frozen = rows[rows.form == FROZEN].sort_values("shared")
        own, shared = frozen[frozen.after == INPUT], frozen[frozen.after != INPUT]
        if not (len(own) and len(shared)):
            continue
        last = shared.iloc[-1]
        joint = rows[(rows.form == PUBLISHED) & (rows.after == last.after)]
        branches = rows[rows.form.str.startswith(f"{FROZEN} ")].sort_values("shared")
        deepest = [some.iloc[-1] for _, some in branches.groupby("form", sort=False)]
        found.append(Pathway(str(task), last, joint.iloc[0] if len(joint) else None, deepest, own.iloc[0]))
    return found


def curves(table: pd.DataFrame, task: str) -> pd.DataFrame:
    """Return the rows of a task, all clips: where it splits off alone, or else where all split together."""
    rows = table[(table.task == task) & (table.clips == CLIPS)]
    alone = rows.moved == task
    together = ~(alone & (rows.form == PUBLISHED)).any() & (rows.moved == TOGETHER)
    return rows[alone | together]


def sentence(found: Pathway) -> str:
    """Say what was found of a task."""
    parts = [
        f"{found.task}: {found.separate.accuracy:.1%} by a separate network",
        f"{found.shared.accuracy:.1%} by new layers on frozen ones that the other tasks share, after "
        f"{found.shared.after} ({_points(found.shared)})",
    ]
    if found.joint is not None:
        parts.append(f"{found.joint.accuracy:.1%} there if all are trained together ({_points(found.joint)})")
    parts += [
        f"{row.accuracy:.1%} on the frozen layers of {row.form.removeprefix(FROZEN).strip()} up to "
        f"{row.after} ({_points(row)})"
        for row in found.deepest
    ]
    return "; ".join(parts) + "."


def _points(row: pd.Series) -> str:
    p = "p < 0.001" if row.difference_p < 0.001 else f"p = {row.difference_p:.3f}"
    return f"{100 * row.difference:+.1f} points, {p}"

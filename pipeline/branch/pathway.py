"""Can a task be done by layers that learned other tasks, or does it need layers of its own?"""

from typing import NamedTuple

import pandas as pd

from pipeline.branch.columns import FROZEN, PUBLISHED, TOGETHER
from pipeline.network.table import INPUT

CLIPS = "all"  # test clips of every condition


class Pathway(NamedTuple):
    """How well a task is done; each a row of accuracy.csv.

    task     : that was added
    frozen   : at best by new layers on those that learned the other tasks, which stayed as they were
    joint    : at best by layers that learned all tasks together
    separate : by a network of its own
    """

    task: str
    frozen: pd.Series
    joint: pd.Series | None
    separate: pd.Series


def pathways(table: pd.DataFrame) -> list[Pathway]:
    """Return what was found of each task that was added to frozen layers; table : of `measure.accuracy`."""
    found = []
    frozen = table[table.form.str.startswith(FROZEN) & (table.clips == CLIPS)]
    for task, rows in frozen[frozen.task == frozen.moved].groupby("moved", sort=False):
        shared, own = rows[rows.after != INPUT], rows[rows.after == INPUT]
        joint = curves(table, str(task))
        joint = joint[(joint.form == PUBLISHED) & (joint.after != INPUT)]
        if len(shared) and len(own):
            found.append(Pathway(str(task), _best(shared), _best(joint) if len(joint) else None, own.iloc[0]))
    return found


def curves(table: pd.DataFrame, task: str) -> pd.DataFrame:
    """Return the rows of a task, all clips: where it parts alone, or else where all part together."""
    rows = table[(table.task == task) & (table.clips == CLIPS)]
    alone = rows.moved == task
    together = ~(alone & (rows.form == PUBLISHED)).any() & (rows.moved == TOGETHER)
    return rows[alone | together]


def sentence(found: Pathway) -> str:
    """Say what was found of a task."""
    parts = [
        f"{found.task}: {found.frozen.accuracy:.1%} at best by new layers on frozen ones that learned the "
        f"other tasks (after {found.frozen.after}; difference from a network of its own "
        f"{100 * found.frozen.difference:+.1f} points, p = {found.frozen.difference_p:.3f})",
        f"{found.separate.accuracy:.1%} by a network of its own",
    ]
    if found.joint is not None:
        joint = f"{found.joint.accuracy:.1%} at best if all are trained together"
        parts.insert(1, f"{joint} (after {found.joint.after})")
    return ", ".join(parts) + "."


def _best(rows: pd.DataFrame) -> pd.Series:
    return rows.loc[rows.accuracy.idxmax()]

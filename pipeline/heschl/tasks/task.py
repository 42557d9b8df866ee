"""What a task is, and which of its labels are null classes."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """A question about a clip: a label column of the mixtures table, and a branch of the network.

    name     : of the label column and the branch; also in `tasks` of params.yaml
    table    : corpus table that its targets are drawn from
    label    : column of that table with the labels
    null     : label of the clips of all other tasks, such as "__genre__"; begins with "__"
    centered : whether the middle of a clip must fall within the labeled stretch, as for a spoken word;
               otherwise a clip is cut anywhere in the stretch
    placed   : whether its label is the direction of the target, for the clips of all tasks; `label` is then
               the column whose values are drawn equally often
    loss     : name in `heschl.train.losses.LOSSES`
    score    : name in `heschl.train.losses.SCORES`; reported in validation
    """

    name: str
    table: str
    label: str
    null: str
    centered: bool = False
    placed: bool = False
    loss: str = "cross_entropy"
    score: str = "accuracy"


def is_null(label: str) -> bool:
    """Return whether a label is a null class, such as "__genre__", given to the clips of other tasks."""
    return label.startswith("__")


def named(labels: Sequence[str]) -> list[str]:
    """Return the labels without the null classes."""
    return [label for label in labels if not is_null(label)]

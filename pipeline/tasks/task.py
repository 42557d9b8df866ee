"""What a task is, and the null classes of its labels."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """A question that the network answers about a clip: a label column of the mixtures table and a branch.

    name     : of the label column and of the branch; also in `tasks` of params.yaml
    table    : corpus table that its targets are drawn from
    label    : column of that table that holds the label
    null     : label of the clips of all other tasks, such as "__genre__"; it begins with "__"
    centered : whether the middle of a clip falls within the labelled stretch, as in a spoken word; else any cut will do
    loss     : name in `pipeline.train.losses.LOSSES`
    score    : name in `pipeline.train.losses.SCORES`, what validation reports
    """

    name: str
    table: str
    label: str
    null: str
    centered: bool = False
    loss: str = "cross_entropy"
    score: str = "accuracy"


def is_null(label: str) -> bool:
    """Return whether a label is a null class, such as "__genre__": the label of another task's clips."""
    return label.startswith("__")


def named(labels: Sequence[str]) -> list[str]:
    """Return the labels that name something: all but the null classes."""
    return [label for label in labels if not is_null(label)]

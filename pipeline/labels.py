"""Names of classes: those that name something, and null classes."""

from collections.abc import Sequence


def is_null(label: str) -> bool:
    """Tell whether a label is a null class, such as "__genre__": what clips of another task are to a task."""
    return label.startswith("__")


def named(labels: Sequence[str]) -> list[str]:
    """Return the labels that name something: all but null classes."""
    return [label for label in labels if not is_null(label)]

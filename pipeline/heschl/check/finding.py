"""A finding of a check: its subject, and whether it is in order."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from heschl.stage import deliberate

State = Literal["ok", "note", "error"]


@dataclass(frozen=True)
class Finding:
    """One line of the result.

    state : ok, note (something does not work, which the pipeline does not need), or error
    text  : what was found and, unless it is ok, the remedy
    """

    state: State
    subject: str
    text: str

    def __str__(self) -> str:
        return f"{self.state:<6} {self.subject}: {self.text}"


class CheckError(RuntimeError):
    """Params or inputs that a later stage could not use; lists each with its remedy."""


def attempt(subject: str, check: Callable[[], str], state: State = "error") -> Finding:
    """Return what `check` returns as ok, or the message of an error that it raises.

    state : of the finding where `check` raises
    """
    try:
        return Finding("ok", subject, check())
    except Exception as error:
        known = error.__traceback__ is not None and deliberate(error, error.__traceback__)
        return Finding(state, subject, str(error) if known else f"{type(error).__name__}: {error}")


def errors(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings that are errors."""
    return (finding for finding in findings if finding.state == "error")

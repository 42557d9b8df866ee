"""How the answers to a file are told: as a table that grows with them, or as lines of JSON."""

import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.recognize.recognizer import Answer
from pipeline.tasks import is_null

NARROWEST, WIDEST = 40, 180  # characters of a table
TIME, COLUMN = 7, 20  # characters of a time; of a task's column, at least
SPACE = "\xa0"  # where no line is broken
UNHEARD = {"silent": "silent: no answer", "not finite": "samples that are not finite: no answer"}
PROBABILITIES = """
Percent of a label: among the labels of its task, as if the window were known to have one. Percent of "no ...":
how probable the network finds it that the window has none; where that is high, the labels beside it say little."""


def console(stderr: bool = False) -> Console:
    """Return a console that prints what it is given and nothing else."""
    return Console(highlight=False, markup=False, emoji=False, stderr=stderr)


def tell_lines(batches: Iterable[Sequence[Answer]]) -> None:
    """Print answers as they come, an object of JSON a line."""
    out = console()
    for answers in batches:
        for answer in answers:
            out.print(line(answer), soft_wrap=True)


def tell_table(
    batches: Iterable[Sequence[Answer]], labels: Mapping[str, Sequence[str]], nulls: Sequence[str]
) -> None:
    """Print answers as they come, as the rows of one table under the file's name; arguments as of `table`."""
    out, first = console(), True
    for answers in batches:
        if first:
            out.print(f"\n{shown(answers[0].file)}", style="bold", soft_wrap=True)
        out.print(table(answers, labels, nulls, out.width, first))
        first = False
        if answers[-1].note == "padded":
            out.print(
                f"It lasts {answers[-1].end_s:.2f} s, and was heard in the middle of a window of silence.",
                soft_wrap=True,
            )


def counts(labels: Mapping[str, Sequence[str]]) -> str:
    """Return the tasks in words, and how many labels of each name something."""
    return ", ".join(
        f"{sum(not is_null(name) for name in names)} {shown(task)} labels" for task, names in labels.items()
    )


def line(answer: Answer) -> str:
    """Return an answer as a line of JSON, in ASCII."""
    tasks = {
        task: [{"label": label, "probability": round(share, 6)} for label, share in found]
        for task, found in answer.tasks.items()
    }
    null = {task: round(share, 6) for task, share in answer.null.items()}
    return json.dumps(answer._replace(tasks=tasks, null=null)._asdict(), allow_nan=False)


def table(
    answers: Sequence[Answer],
    labels: Mapping[str, Sequence[str]],
    nulls: Sequence[str],
    width: int,
    header: bool,
) -> Table:
    """Return answers as the rows of a table of so many characters; those of one width fit below each other.

    labels : tasks, a column each; where these would be too narrow, a row each
    nulls  : tasks of which the probability that there is none is told
    """
    width = max(NARROWEST, min(width, WIDEST))
    absent = {task: len(f"no {shown(task)}") for task in nulls}
    wide = (width - TIME - sum(absent.values()) - 2 * (len(labels) + len(absent))) // max(1, len(labels))
    out = Table(box=None, show_header=header, padding=(0, 2, 0, 0), pad_edge=False)
    out.add_column("time", width=TIME, justify="right")
    if wide < COLUMN:
        out.add_column("heard", width=width - TIME - 2, overflow="fold")
        for answer in answers:
            absences = {task: f" (no {shown(task)} {percent(share)})" for task, share in answer.null.items()}
            whole = [
                f"{shown(task)}{absences.get(task, '')}: {_labels(answer, task)}" for task in answer.tasks
            ]
            rows = (
                [UNHEARD[answer.note]]
                if answer.note in UNHEARD
                else [_wrapped(row, width - TIME - 2) for row in whole]
            )
            out.add_row(clock(answer.start_s), Text("\n".join(rows)))
        return out
    for task in labels:
        out.add_column(shown(task), width=wide, overflow="fold")
        if task in absent:
            out.add_column(f"no {shown(task)}", width=absent[task], justify="right")
    for answer in answers:
        cells = []
        for task in labels:
            cells.append(_wrapped(_labels(answer, task), wide))
            cells += [percent(answer.null[task]) if answer.null else ""] if task in absent else []
        cells = [UNHEARD[answer.note], *cells[1:]] if answer.note in UNHEARD else cells
        out.add_row(clock(answer.start_s), *map(Text, cells))
    return out


def _labels(answer: Answer, task: str) -> str:
    return ", ".join(
        f"{shown(label)} {percent(share)}".replace(" ", SPACE) for label, share in answer.tasks.get(task, [])
    )


def _wrapped(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_on_hyphens=False).replace(SPACE, " ")


def clock(seconds: float) -> str:
    """Return a time as m:ss.s."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths % 600 / 10:04.1f}"


def percent(share: float) -> str:
    """Return a share in whole percent."""
    return "<1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def shown(name: str) -> str:
    """Return a name that does nothing to a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)

"""Answers on the terminal: as a table that grows while a file is read, or as lines of JSON."""

import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from heschl.recognize.recognizer import Answer
from heschl.soundfiles.pipes import STDIN
from heschl.tasks import named

NARROWEST, WIDEST = 40, 180  # characters of a table
TIME, COLUMN = 7, 20  # characters: of the time column, and the minimum for the column of a task
SPACE = "\xa0"  # no line breaks here
UNHEARD = {"silent": "silent: no answer", "not finite": "samples that are not finite: no answer"}
ABSENT = 0.5  # probability of "no word" above which the words are not shown
PROBABILITIES = f"""
Percentages add up to 100 % over a task's labels, as if every window had one. "no word" and the like are the
probability that a window has no label of that task; above {100 * ABSENT:.0f} %, "-" stands for its labels."""


def console(stderr: bool = False) -> Console:
    """Return a console that prints text as it is, without markup or highlighting."""
    return Console(highlight=False, markup=False, emoji=False, stderr=stderr)


def print_json(batches: Iterable[Sequence[Answer]]) -> None:
    """Print each answer as soon as it is known, one JSON object per line."""
    out = console()
    for answers in batches:
        for answer in answers:
            out.print(json_line(answer), soft_wrap=True)


def print_table(
    batches: Iterable[Sequence[Answer]], labels: Mapping[str, Sequence[str]], nulls: Sequence[str]
) -> None:
    """Print each batch of answers as soon as it is known, as rows of one table below the name of the file.

    labels, nulls : as in `table`
    """
    out, first = console(), True
    for answers in batches:
        if first:
            name = "standard input" if answers[0].file == STDIN else printable(answers[0].file)
            out.print(f"\n{name}", style="bold", soft_wrap=True)
        out.print(table(answers, labels, nulls, out.width, first))
        first = False
        if answers[-1].note == "padded":
            text = f"The file lasts {answers[-1].end_s:.2f} s; it was padded with silence on both sides."
            out.print(text, soft_wrap=True)


def counts(labels: Mapping[str, Sequence[str]]) -> str:
    """Return the number of labels of each task, null classes excluded, as text."""
    return ", ".join(f"{len(named(names))} {printable(task)} labels" for task, names in labels.items())


def json_line(answer: Answer) -> str:
    """Return an answer as a line of JSON, in ASCII; probabilities are rounded to six places."""
    tasks = {
        task: [{"label": label, "probability": round(share, 6)} for label, share in ranked]
        for task, ranked in answer.tasks.items()
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
    """Return answers as a table; tables of the same width line up below each other.

    labels : {task: labels}; each task has a column, or a row in each answer where columns would be too narrow
    nulls  : tasks whose null probability is shown
    width  : characters
    """
    width = max(NARROWEST, min(width, WIDEST))
    fixed = {task: len(_no(task)) for task in nulls}
    wide = (width - TIME - sum(fixed.values()) - 2 * (len(labels) + len(fixed))) // max(1, len(labels))
    out = Table(box=None, show_header=header, padding=(0, 2, 0, 0), pad_edge=False)
    out.add_column("time", width=TIME, justify="right")
    if wide < COLUMN:
        out.add_column("heard", width=width - TIME - 2, overflow="fold")
        for answer in answers:
            out.add_row(clock(answer.start_s), Text(_cell(answer, width - TIME - 2)))
        return out
    for task in labels:
        out.add_column(printable(task), width=wide, overflow="fold")
        if task in fixed:
            out.add_column(_no(task), width=fixed[task], justify="right")
    for answer in answers:
        out.add_row(clock(answer.start_s), *map(Text, _cells(answer, list(labels), nulls, wide)))
    return out


def _cell(answer: Answer, width: int) -> str:
    """Return all tasks of an answer in one cell, each on lines of its own."""
    if answer.note in UNHEARD:
        return UNHEARD[answer.note]
    absent = {task: f" ({_no(task)} {percent(share)})" for task, share in answer.null.items()}
    lines = [f"{printable(task)}{absent.get(task, '')}: {_labels(answer, task)}" for task in answer.tasks]
    return "\n".join(_wrapped(line, width) for line in lines)


def _cells(answer: Answer, tasks: Sequence[str], nulls: Sequence[str], width: int) -> list[str]:
    """Return the cells of an answer: labels, and the null probability for the tasks in `nulls`."""
    cells = []
    for task in tasks:
        cells.append(_wrapped(_labels(answer, task), width))
        if task in nulls:
            cells.append(percent(answer.null[task]) if answer.null else "")
    return [UNHEARD[answer.note], *cells[1:]] if answer.note in UNHEARD else cells


def _no(task: str) -> str:
    return f"no {printable(task)}"


def _labels(answer: Answer, task: str) -> str:
    """Return the labels of a task with their probabilities, "-" where there is probably none."""
    if answer.null.get(task, 0.0) > ABSENT:
        return "-"
    return ", ".join(
        f"{printable(label)} {percent(share)}".replace(" ", SPACE)
        for label, share in answer.tasks.get(task, [])
    )


def _wrapped(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_on_hyphens=False).replace(SPACE, " ")


def clock(seconds: float) -> str:
    """Return a time as m:ss.s."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths % 600 / 10:04.1f}"


def percent(share: float) -> str:
    """Return a share as a whole percentage."""
    return "<1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def printable(name: str) -> str:
    """Return a name without characters that control a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)

"""heschl recognize FILE...: what a trained network hears in sound files of your own."""

import argparse
import contextlib
import sys
from pathlib import Path

from rich.console import Console

from pipeline.recognition import Recognizer, counts, line, shown, table
from pipeline.windows import SoundError
from stages.run import command

NOTE = """
Percent of a label: among the labels of its task, as if the window were known to have one. Percent of "no ...":
how probable the network finds it that the window has none; where that is high, the labels beside it say little."""


def main() -> None:
    """Print the answers to each file as it is read; end with status 1 where one could not be."""
    given = _parser().parse_args()
    console = Console(highlight=False, markup=False, emoji=False, stderr=given.json)
    failed = 0
    with command("recognize"), contextlib.suppress(KeyboardInterrupt):
        recognizer, origin = _recognizer(given)
        console.print(f"{origin}: {counts(recognizer.labels)}", soft_wrap=True)
        for name in given.files:
            try:
                (_lines if given.json else _table)(recognizer, name, console)
            except SoundError as error:
                failed = 1
                print(f"recognize: {shown(str(error))}", file=sys.stderr, flush=True)
        if recognizer.nulls:
            console.print(NOTE, style="dim", soft_wrap=True)
        sys.exit(failed)
    sys.exit(130)


def _lines(recognizer: Recognizer, name: str, console: Console) -> None:
    out = Console(highlight=False, markup=False, emoji=False)
    for answers in recognizer.answers(name):
        for answer in answers:
            out.print(line(answer), soft_wrap=True)


def _table(recognizer: Recognizer, name: str, console: Console) -> None:
    first = True
    for answers in recognizer.answers(name):
        if first:
            console.print(f"\n{shown(name)}", style="bold", soft_wrap=True)
        console.print(table(answers, recognizer.labels, recognizer.nulls, console.width, first))
        first = False
        if answers[-1].note == "padded":
            console.print(f"It lasts {answers[-1].end_s:.2f} s, and was heard in the middle of a window of silence.", soft_wrap=True)


def _recognizer(given: argparse.Namespace) -> tuple[Recognizer, str]:
    if given.network:
        return Recognizer(given.network, given.hop, given.top), f"Network of {shown(str(given.network))}"
    from pipeline import runs  # here: MLflow takes seconds

    with runs.network_of(given.run) as (run, folder):
        return Recognizer(folder, given.hop, given.top), f"Network of run {shown(runs.describe(run))}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="heschl recognize", description=__doc__.split(": ")[1])
    parser.add_argument("files", nargs="+", metavar="FILE", help="any that libsndfile reads, of any length, rate and number of channels")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--run", help="MLflow run: its name, or how its id begins; without, the finished run that ended last")
    which.add_argument("--network", type=Path, metavar="FOLDER", help="a network's folder instead, such as models/network")
    parser.add_argument("--hop", type=float, metavar="SECONDS", help="from one window to the next; without, a window's length")
    parser.add_argument("--top", type=int, default=5, help="labels a task (5)")
    parser.add_argument("--json", action="store_true", help="a JSON object a line and window instead of a table")
    return parser


if __name__ == "__main__":
    main()

"""heschl recognize FILE...: what a trained network hears in sound files of your own."""

import argparse
import sys

from pipeline.commands.main import command
from pipeline.recognize import output
from pipeline.recognize.recognizer import Recognizer
from pipeline.recognize.windows import SoundError


def main() -> None:
    """Print the answers to each file as it is read; end with status 1 where one could not be."""
    given, failed = _parser().parse_args(), 0
    aside = output.console(stderr=given.json)
    try:
        with command("recognize"):
            recognizer, origin = _recognizer(given)
            aside.print(
                f"Network of {output.shown(origin)}: {output.counts(recognizer.labels)}", soft_wrap=True
            )
            for name in given.files:
                try:
                    if given.json:
                        output.tell_lines(recognizer.answers(name))
                    else:
                        output.tell_table(recognizer.answers(name), recognizer.labels, recognizer.nulls)
                except SoundError as error:
                    failed = 1
                    print(f"recognize: {output.shown(str(error))}", file=sys.stderr, flush=True)
            if recognizer.nulls:
                aside.print(output.PROBABILITIES, style="dim", soft_wrap=True)
    except KeyboardInterrupt:
        failed = 130
    sys.exit(failed)


def _recognizer(given: argparse.Namespace) -> tuple[Recognizer, str]:
    if given.network:
        return Recognizer(given.network, given.hop, given.top), given.network
    from pipeline.tracking import find  # here: MLflow takes seconds

    with find.network_of(given.run) as (run, folder):
        return Recognizer(folder, given.hop, given.top), f"run {find.describe(run)}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="heschl recognize", description="What a trained network hears in sound files, window by window."
    )
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="any that libsndfile reads, of any length, rate and number of channels",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--run", help="MLflow run: its name, or how its id begins; without, the finished run that ended last"
    )
    which.add_argument(
        "--network", metavar="FOLDER", help="a network's folder instead, such as models/network"
    )
    parser.add_argument(
        "--hop", type=float, metavar="SECONDS", help="from one window to the next; without, a window's length"
    )
    parser.add_argument("--top", type=int, default=5, help="labels a task (5)")
    parser.add_argument(
        "--json", action="store_true", help="an object of JSON a line and window instead of a table"
    )
    return parser


if __name__ == "__main__":
    main()

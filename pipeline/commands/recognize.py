"""heschl recognize FILE...: name words and genres in sound files with a trained network."""

import argparse
import contextlib
import sys
from collections.abc import Iterator

from pipeline.commands.main import command

TOP = 5


def main() -> None:
    """Print the answers to each file while it is read; exit with status 1 if one could not be read."""
    given = _parser().parse_args()
    try:
        with command("heschl recognize"):
            sys.exit(_recognize(given))
    except KeyboardInterrupt:
        sys.exit(130)


def _recognize(given: argparse.Namespace) -> int:
    """Print the answers to all files, and errors about single files to stderr; return the exit status."""
    from pipeline.recognize import output
    from pipeline.recognize.recognizer import Recognizer
    from pipeline.recognize.stream import SoundError

    status, info = 0, output.console(stderr=given.json)
    with _network(given) as (folder, name):
        recognizer = Recognizer(folder, given.hop, given.top, _device())
    info.print(f"Network of {output.printable(name)}: {output.counts(recognizer.labels)}", soft_wrap=True)
    for file in given.files:
        answers = recognizer.answers(file)
        try:
            if given.json:
                output.print_json(answers)
            else:
                output.print_table(answers, recognizer.labels, recognizer.nulls)
        except SoundError as error:
            status = 1
            print(f"heschl recognize: {output.printable(str(error))}", file=sys.stderr, flush=True)
    if recognizer.nulls:
        info.print(output.PROBABILITIES, style="dim", soft_wrap=True)
    return status


@contextlib.contextmanager
def _network(given: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Give the folder of the network, and its name for a reader."""
    if given.network:
        yield given.network, given.network
        return
    from pipeline.tracking import find

    with find.network_of(given.run) as (run, folder):
        yield str(folder), f"run {find.describe(run)}"


def _device() -> str:
    """Return the device that params.yaml asks for, or the default where it has no section `machine`."""
    from pipeline.machine import device_of, load_machine
    from pipeline.params import FILE, load_all

    given = FILE.is_file() and "machine" in load_all()  # not in the params.yaml of another project
    return device_of(load_machine() if given else None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="heschl recognize",
        description="Name words and genres in sound files with a trained network, window by window.",
    )
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="sound file in a format that libsndfile reads, of any length, rate and number of channels",
    )
    network = parser.add_mutually_exclusive_group()
    network.add_argument(
        "--run",
        help="MLflow run of the network, by name or by the start of its id "
        "(default: the finished run that ended last)",
    )
    network.add_argument("--network", metavar="FOLDER", help="folder of the network, such as models/network")
    parser.add_argument(
        "--hop",
        type=float,
        metavar="SECONDS",
        help="from the start of one window to the next (default: the length of a window)",
    )
    parser.add_argument(
        "--top", type=int, default=TOP, metavar="N", help="labels to report per task (default: %(default)s)"
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object per window instead of a table"
    )
    return parser


if __name__ == "__main__":
    main()

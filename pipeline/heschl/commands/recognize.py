"""heschl recognize FILE...: name words and genres in sound files with a trained network."""

import argparse
import sys

from heschl.commands.main import command
from heschl.commands.network import chosen, device

TOP = 1


def main() -> None:
    """Print the answers to each file while it is read; exit with status 1 if one could not be read."""
    given = parser().parse_args()
    try:
        with command("heschl recognize"):
            sys.exit(_recognize(given))
    except KeyboardInterrupt:
        sys.exit(130)


def _recognize(given: argparse.Namespace) -> int:
    """Print the answers to all files, and errors about single files to stderr; return the exit status."""
    from heschl.recognize import output
    from heschl.recognize.recognizer import Recognizer
    from heschl.soundfiles.errors import SoundError

    status, info = 0, output.console(stderr=given.json)
    with chosen(given.network, given.trust_code, given.run) as network:
        recognizer = Recognizer(network.folder, given.hop, given.top, device(), network.trusted)
    name = output.printable(network.name)
    info.print(f"Network: {name}: {output.counts(recognizer.labels)}", soft_wrap=True)
    for file in given.files:
        answers = recognizer.answers(file, _say)
        try:
            if given.json:
                output.print_json(answers)
            else:
                output.print_table(answers, recognizer.labels, recognizer.nulls)
        except SoundError as error:
            status = 1
            _say(str(error))
    if recognizer.nulls:
        info.print(output.PROBABILITIES, style="dim", soft_wrap=True)
    return status


def _say(text: str) -> None:
    """Print a line about a file to stderr."""
    from heschl.recognize.output import printable

    print(f"heschl recognize: {printable(text)}", file=sys.stderr, flush=True)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl recognize",
        description="Name words and genres in sound files with a trained network, window by window.",
    )
    made.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="sound file in a format that libsndfile reads, of any length, rate and number of channels; "
        "- is standard input",
    )
    network = made.add_mutually_exclusive_group()
    network.add_argument(
        "--run",
        help="MLflow run of the network, by name or by the start of its id "
        "(default: models/network; where there is none, the pretrained network; without one, the finished "
        "run that ended last)",
    )
    network.add_argument(
        "--network",
        metavar="NETWORK",
        help="folder of the network, name of a pretrained one, or models:/NAME@ALIAS of the model registry",
    )
    made.add_argument(
        "--trust-code",
        action="store_true",
        help="run the code that the config of the named network or run imports; only if you trust its maker",
    )
    made.add_argument(
        "--hop",
        type=float,
        metavar="SECONDS",
        help="from the start of one window to the next (default: the length of a window)",
    )
    made.add_argument(
        "--top", type=int, default=TOP, metavar="N", help="labels to report per task (default: %(default)s)"
    )
    made.add_argument(
        "--json", action="store_true", help="print one JSON object per window instead of a table"
    )
    return made


if __name__ == "__main__":
    main()

"""heschl recognize FILE...: name words and genres in sound files with a trained network."""

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.commands.main import command

TOP = 1
TRAINED = Path("models/network")  # of the project in this folder


class Network(NamedTuple):
    """The network that answers: its folder, its name for a reader, and whether its code may run."""

    folder: str
    name: str
    trusted: bool


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
    from pipeline.soundfiles.errors import SoundError

    status, info = 0, output.console(stderr=given.json)
    with _network(given) as network:
        recognizer = Recognizer(network.folder, given.hop, given.top, _device(), network.trusted)
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
    from pipeline.recognize.output import printable

    print(f"heschl recognize: {printable(text)}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _network(given: argparse.Namespace) -> Iterator[Network]:
    """Give the network: one that is named, else this project's, else a pretrained one, else the newest's."""
    from pipeline import pretrained
    from pipeline.network.hearing import CONFIG

    if given.network:
        yield _named(given.network, given.trust_code)
        return
    if not given.run and (TRAINED / CONFIG).is_file():
        yield Network(str(TRAINED), f"{TRAINED}{_run_of(TRAINED)}", True)
        return
    name = None if given.run else pretrained.default()
    if name:
        yield _pretrained(name, given.trust_code)
        return
    from pipeline.tracking import find

    with find.network_of(given.run) as (run, folder):
        yield Network(str(folder), f"run {find.describe(run)}", given.trust_code)


def _named(named: str, trusted: bool) -> Network:
    """Return the network of a folder, or else the pretrained network of that name."""
    from pipeline import pretrained

    if not Path(named).is_dir() and named in pretrained.names():
        return _pretrained(named, trusted)
    return Network(named, named, trusted)


def _pretrained(name: str, trusted: bool) -> Network:
    """Return a pretrained network, with the place of its card."""
    from pipeline import pretrained

    folder = pretrained.find(name)
    return Network(str(folder), f"{name} (pretrained; {_short(folder / pretrained.CARD)})", trusted)


def _short(path: Path) -> Path:
    """Return a path as seen from the folder of the command, if it is below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _run_of(folder: Path) -> str:
    """Return the run that trained the network of a folder, as text; "" if the folder does not say."""
    from pipeline.network.saved import RUN_ID

    run = (folder / RUN_ID).read_text().strip() if (folder / RUN_ID).is_file() else ""
    return f" (run {run[:8]})" if run else ""


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
        help="sound file in a format that libsndfile reads, of any length, rate and number of channels; "
        "- is standard input",
    )
    network = parser.add_mutually_exclusive_group()
    network.add_argument(
        "--run",
        help="MLflow run of the network, by name or by the start of its id "
        "(default: models/network; where there is none, the pretrained network; without one, the finished "
        "run that ended last)",
    )
    network.add_argument(
        "--network", metavar="NETWORK", help="folder of the network, or name of a pretrained one"
    )
    parser.add_argument(
        "--trust-code",
        action="store_true",
        help="run the code that the config of the named network or run imports; only if you trust its maker",
    )
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

"""The network that a command uses, the device that computes it, and arguments that commands share."""

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TRAINED = Path("models/network")  # of the project in this folder
SHARDS = Path("data/shards")
REGISTERED = "models:/"  # as MLflow names what its registry has


class Network(NamedTuple):
    """The network that answers: its folder, its name for a reader, and whether its code may run.

    run        : id of the MLflow run that trained it, where its folder does not say
    registered : its name and version in the model registry, if it comes from there
    """

    folder: str
    name: str
    trusted: bool
    run: str = ""
    registered: str = ""


@contextlib.contextmanager
def chosen(named: str | None, trusted: bool, run: str | None = None) -> Iterator[Network]:
    """Give the network: one that is named, else this project's, else a pretrained one, else the newest's.

    named   : folder, name of a pretrained network, or models:/NAME@ALIAS of the model registry
    trusted : run the code that its config imports, if it is not this project's
    run     : MLflow run, by name or by the start of its id, in place of `named`
    """
    from heschl import pretrained
    from heschl.network.hearing import CONFIG

    if named and named.startswith(REGISTERED):
        with _registered(named, trusted) as found:
            yield found
        return
    if named:
        yield _named(named, trusted)
        return
    if not run and (TRAINED / CONFIG).is_file():
        run_id = run_of(TRAINED)
        yield Network(str(TRAINED), f"{TRAINED} (run {run_id[:8]})" if run_id else str(TRAINED), True)
        return
    name = None if run else pretrained.default()
    if name:
        yield _pretrained(name, trusted)
        return
    from heschl.tracking import find

    with find.network_of(run) as (found, folder):
        yield Network(str(folder), f"run {find.describe(found)}", trusted, found.id)


@contextlib.contextmanager
def _registered(named: str, trusted: bool) -> Iterator[Network]:
    """Give a network of the model registry."""
    from heschl import pretrained
    from heschl.tracking.registry import registered

    with registered(named, (pretrained.CONFIG, pretrained.WEIGHTS)) as (name, folder):
        yield Network(str(folder), name, trusted, registered=name)


def _named(named: str, trusted: bool) -> Network:
    """Return the network of a folder, or else the pretrained network of that name."""
    from heschl import pretrained

    if not Path(named).is_dir() and named in pretrained.names():
        return _pretrained(named, trusted)
    return Network(named, named, trusted)


def _pretrained(name: str, trusted: bool) -> Network:
    """Return a pretrained network, with the place of its card."""
    from heschl import pretrained

    folder = pretrained.find(name)
    return Network(str(folder), f"{name} (pretrained; {_short(folder / pretrained.CARD)})", trusted)


def _short(path: Path) -> Path:
    """Return a path as seen from the folder of the command, if it is below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def run_of(folder: Path) -> str:
    """Return the id of the run that trained the network of a folder; "" if the folder does not say."""
    from heschl.network.saved import RUN_ID

    return (folder / RUN_ID).read_text().strip() if (folder / RUN_ID).is_file() else ""


def device() -> str:
    """Return the device that params.yaml asks for, or the default where it has no section `machine`."""
    from heschl.machine import device_of, load_machine
    from heschl.params import FILE, load_all

    given = FILE.is_file() and "machine" in load_all()  # not in the params.yaml of another project
    return device_of(load_machine() if given else None)


def parser_of(name: str, description: str, out: Path) -> argparse.ArgumentParser:
    """Return the parser of a command whose arguments name a network, shards and a folder for the results.

    name : of the command; out : default of that folder
    """
    parser = argparse.ArgumentParser(prog=f"heschl {name}", description=description)
    add_network(parser)
    parser.add_argument(
        "--shards",
        type=Path,
        default=SHARDS,
        metavar="FOLDER",
        help="of the test clips (default: %(default)s)",
    )
    parser.add_argument(
        "--out", type=Path, default=out, metavar="FOLDER", help="for sounds and tables (default: %(default)s)"
    )
    return parser


def add_network(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name a network."""
    network = parser.add_mutually_exclusive_group()
    network.add_argument("--run", help="MLflow run of the network, by name or by the start of its id")
    network.add_argument(
        "--network",
        metavar="NETWORK",
        help="folder of the network, name of a pretrained one, or models:/NAME@ALIAS "
        "(default: models/network)",
    )
    parser.add_argument(
        "--trust-code",
        action="store_true",
        help="run the code that the config of the named network or run imports; only if you trust its maker",
    )


def positive(text: str) -> int:
    """Return the whole number of an argument; raises ArgumentTypeError below 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}; expected a whole number of at least 1")
    return int(text)


def add_sources(parser: argparse.ArgumentParser, of: str = "") -> None:
    """Add the argument that names the sources of the recordings; of : what they are for, if not for all."""
    parser.add_argument(
        "--sources",
        type=Path,
        metavar="FILE",
        help="csv or yaml file with what, made by, license, link, attribution of each source of the "
        f"recordings{of}; needed unless all sounds are synthetic",
    )

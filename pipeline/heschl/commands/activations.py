"""heschl activations OUT: activations of a published audio model, for decode and encode."""

import argparse
import textwrap
from pathlib import Path

from heschl.commands.main import command
from heschl.commands.network import positive
from heschl.models import MODELS

FOLDER = Path("inputs/models")
ENDINGS = (".h5", ".hdf5")


def main() -> None:
    """Write the file, and print what it holds."""
    given = parser().parse_args()
    with command("heschl activations"):
        _activations(given)


def _activations(given: argparse.Namespace) -> None:
    from heschl.commands.network import device
    from heschl.models import published, sounds
    from heschl.models.write import write

    path = _path(given)
    source = sounds.of_folder(given.sounds) if given.sounds else sounds.of_params(given.clips)
    model = published(given.model)
    if given.random is None:
        ready = model.load(given.weights, given.download, device())
    else:
        ready = model.random(given.random, device())
    print(f"model: {path.stem}, {_what(ready.record)}", flush=True)
    print(f"sounds: {len(source.names)}, {source.text}", flush=True)
    found = write(path, path.stem, ready, source, given.time, given.batch_size or sounds.batch_size())
    shapes = [" x ".join(map(str, shape)) for shape in found.layers.values()]
    print(
        f"{path}: {found.sounds} sounds in {len(shapes)} layers, {next(iter(found.layers))} ({shapes[0]}) to "
        f"{list(found.layers)[-1]} ({shapes[-1]}), time {'kept' if given.time else 'averaged'}"
    )


def _path(given: argparse.Namespace) -> Path:
    """Return the file to write; of random weights its name says so, unless the user gives the name."""
    from heschl.models.model import ModelError

    out = given.out or (FOLDER / "clips" if given.clips else FOLDER)
    if out.suffix.lower() in ENDINGS and not out.is_dir():
        return out
    if out.suffix or out.is_file():
        raise ModelError(f"OUT is {out}; expected a folder, or a file that ends in {' or '.join(ENDINGS)}.")
    return out / f"{given.model}{'' if given.random is None else '-random'}.h5"


def _what(record: dict[str, str | int | bool]) -> str:
    if record["random"]:
        return f"{record['weights']}, seed {record['seed']}: no published weights"
    commit = f" at {record['revision']}" if record["revision"] else ""
    return f"weights {record['weights']}{commit}, sha256 {str(record['sha256'])[:16]}"


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}; expected a whole number of at least 0")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    listed = [
        textwrap.fill(f"{name:<12}{text}", 78, initial_indent="  ", subsequent_indent=" " * 14)
        for name, text in MODELS.items()
    ]
    made = argparse.ArgumentParser(
        prog="heschl activations",
        description="Compute the activations of a published audio model to sounds, and write them\n"
        "as a file that the stages decode and encode read.",
        epilog="\n".join(["models:", *listed]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "out", type=Path, nargs="?", metavar="OUT",
        help=f"folder for MODEL.h5 (MODEL-random.h5 with --random), or file to write (default: {FOLDER}, or "
        f"{FOLDER / 'clips'} with --clips)",
    )  # fmt: skip
    made.add_argument("--model", required=True, choices=MODELS, metavar="MODEL", help="see below")
    sounds = made.add_mutually_exclusive_group()
    sounds.add_argument(
        "--sounds", type=Path, metavar="FOLDER", help="of sound files (default: the sounds of encode)"
    )
    sounds.add_argument("--clips", action="store_true", help="test clips, for decode.source: clips")
    weights = made.add_mutually_exclusive_group()
    weights.add_argument(
        "--weights", help="folder, file or repository of the weights (default: the published ones, if cached)"
    )
    weights.add_argument("--random", type=_seed, metavar="SEED", help="random weights, drawn with this seed")
    made.add_argument("--download", action="store_true", help="fetch weights that are not on this machine")
    made.add_argument("--time", action="store_true", help="keep the time axis; default: the mean over time")
    made.add_argument(
        "--batch-size", type=positive, metavar="N", help="sounds at once (default: activations.batch_size)"
    )
    return made


if __name__ == "__main__":
    main()

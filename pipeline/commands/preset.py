"""heschl preset NAME...: lay presets, which hold only what differs, over params.yaml."""

import argparse
import os
from pathlib import Path

from pipeline import presets
from pipeline.commands.main import command
from pipeline.params import FILE


def main() -> None:
    """Write params.yaml with the values of the named presets, or list the presets."""
    given = _parser().parse_args()
    with command("heschl preset"):
        if not given.names:
            for name in presets.names():
                print(f"{name:<12} {_title(presets.find(name))}")
            return
        text = presets.lay_over(FILE, *map(presets.find, given.names))
        write(given.output, text)
        print(f"{given.output} has the values of {' and '.join(given.names)}. Next: dvc repro")
        if given.output == FILE:
            print("To return to the committed values: git checkout params.yaml")


def write(path: Path, text: str) -> None:
    """Write a text file, folders included; a process that is killed leaves the old file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _title(path: Path) -> str:
    return path.read_text(encoding="utf-8").split("\n")[0].lstrip("# ")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="heschl preset",
        description="Write the values of presets into params.yaml. All other values, and the comments, "
        "stay as they are. Several presets are applied in order. `git diff params.yaml` shows what changed. "
        "`git checkout params.yaml` returns to the committed values and discards your changes; do so before "
        "you switch from one network to another, since presets hold only what differs from those values.",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="a preset in presets/, or the path of a .yaml file; without a name, the presets are listed",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=FILE,
        metavar="FILE",
        help="write to FILE and leave params.yaml as it is",
    )
    return parser


if __name__ == "__main__":
    main()

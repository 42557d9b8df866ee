"""heschl preset NAME...: lay presets, which hold only what differs, over params.yaml."""

import argparse
import shlex
from pathlib import Path

from heschl import presets
from heschl.commands.main import command
from heschl.params import FILE
from heschl.work import replacing


def main() -> None:
    """Write params.yaml with the values of the named presets, or list the presets."""
    given = parser().parse_args()
    with command("heschl preset"):
        if not given.names:
            if not (known := presets.names()):
                raise presets.PresetError(
                    f"{presets.FOLDER}/ has no preset: run the command in the folder of the project."
                )
            for name in known:
                print(f"{name:<17} {_title(presets.find(name))}")
            return
        text = presets.lay_over(FILE, *map(presets.find, given.names))
        given.output.parent.mkdir(parents=True, exist_ok=True)
        with replacing(given.output, "w") as file:
            file.write(text)
        print(f"{given.output} has the values of {' and '.join(given.names)}. Next: {_next(given.output)}")
        if given.output == FILE:
            print("To return to the committed values: git checkout params.yaml")


def _next(output: Path) -> str:
    """Return the command that runs the pipeline with a params file."""
    copy = "" if output == FILE else f"cp {shlex.quote(str(output))} {FILE} && "
    return f"{copy}dvc repro"


def _title(path: Path) -> str:
    return path.read_text(encoding="utf-8").split("\n")[0].lstrip("# ")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl preset",
        description="Write the values of presets into params.yaml. All other values, and the comments, "
        "stay as they are. Several presets are applied in order. `git diff params.yaml` shows what changed. "
        "`git checkout params.yaml` returns to the committed values and discards your changes; do so before "
        "you switch from one network to another, since presets hold only what differs from those values.",
    )
    made.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="a preset in presets/, or the path of a .yaml file; without a name, the presets are listed",
    )
    made.add_argument(
        "--output",
        type=Path,
        default=FILE,
        metavar="FILE",
        help="write to FILE and leave params.yaml as it is",
    )
    return made


if __name__ == "__main__":
    main()

"""heschl check: check params, inputs and the machine, before anything runs."""

import argparse
import sys
from pathlib import Path

from heschl.commands.main import command


def main() -> None:
    """Print a line for each thing that was checked; exit with status 1 if there is an error."""
    given = parser().parse_args()
    with command("heschl check"):
        from heschl.check.finding import errors
        from heschl.check.project import check_all
        from heschl.params import FILE, load_all

        found = check_all(load_all(), FILE, given.listeners, given.models, given.shards)
        for finding in found:
            print(finding)
        if any(errors(found)):
            sys.exit(1)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl check",
        description="Check in seconds, without computing anything, that each section of params.yaml can be "
        "read, that sections fit each other, that the folders of inputs and the headers of their tables are "
        "as expected, and that the machine has the device, the disk space and the programs that a run needs.",
    )
    folders = {
        "listeners": ("inputs/listeners", "tables of listeners' trials"),
        "models": ("inputs/models", "models to compare"),
        "shards": ("data/shards", "shards; if there are any, disk space is not required"),
    }
    for name, (folder, text) in folders.items():
        made.add_argument(
            f"--{name}", type=Path, default=folder, metavar="FOLDER", help=f"{text} (default: %(default)s)"
        )
    return made


if __name__ == "__main__":
    main()

"""heschl listeners TABLES: what listeners recognized of the metamers of each layer."""

import argparse
from pathlib import Path

from heschl.commands.main import command

METAMERS = Path("search/metamers")


def main() -> None:
    """Print the share recognized for each layer, and write it beside the metamers."""
    given = parser().parse_args()
    with command("heschl listeners"):
        _compare(given)


def _compare(given: argparse.Namespace) -> None:
    from heschl import tables
    from heschl.behavior.params import BehaviorParams
    from heschl.metamers import columns, listeners, output
    from heschl.metamers.clips import MetamerClips
    from heschl.metamers.results import published
    from heschl.params import load

    params = load("behavior", BehaviorParams)
    clips = MetamerClips.open(given.metamers or [METAMERS])
    found, left_out = listeners.recognized(given.tables, clips, params)
    if left_out:
        print(
            f"Left out, since they passed too few attention checks: {', '.join(map(str, sorted(left_out)))}"
        )
    print("\n".join(output.published_lines(published())))
    for name, table in found.items():
        folder = clips.folders[name]
        path = tables.write_csv(folder / columns.LISTENERS, table)
        print("\n".join(output.recognized_lines(folder, table)))
        run_id = tables.read_json(folder / columns.ABOUT)["run_id"]
        if run_id:
            output.log_listeners(run_id, table, path)
        print(f"Table: {path}")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl listeners",
        description="Read what participants answered in an experiment with metamers (`heschl experiment "
        "--metamers`), and print how much they recognized of each layer's, beside published values.",
    )
    made.add_argument(
        "tables", type=Path, metavar="TABLES", help="table of trials, or a folder of them: listening/results"
    )
    made.add_argument(
        "--metamers",
        type=Path,
        action="append",
        metavar="FOLDER",
        help=f"that the experiment was built from; may be repeated (default: {METAMERS})",
    )
    return made


if __name__ == "__main__":
    main()

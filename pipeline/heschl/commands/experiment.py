"""heschl experiment OUT: build a listening experiment from test clips or metamers; --serve serves it."""

import argparse
from pathlib import Path
from typing import Any

from heschl.commands.main import command

PORT = 8000


def main() -> None:
    """Build the experiment that params.yaml describes, and serve it if asked to."""
    given = parser().parse_args()
    with command("heschl experiment"):
        from heschl.behavior.params import BehaviorParams
        from heschl.experiment import build
        from heschl.experiment.design import ExperimentParams, check_answers
        from heschl.params import load

        params = load("experiment", ExperimentParams)
        check_answers(params, load("behavior", BehaviorParams).answers)
        built = build.build(_clips(given), given.out, params)
        clips = len(list((given.out / "clips").iterdir()))
        state = "built" if built else "already up to date"
        print(f"{given.out}: {state}, {params.sessions} sessions, {clips} clips")
        if given.serve is not None:
            _serve(given.out, given.serve)


def _clips(given: argparse.Namespace) -> Any:
    """Return the clips to hear: of the test, or metamers with their natural sounds."""
    if given.metamers:
        from heschl.metamers.clips import MetamerClips

        clips = MetamerClips.open(given.metamers)
        clips.check_sounds()
        return clips
    from heschl.shards.read import Shards

    return Shards.open(given.shards, "test")


def _serve(folder: Path, port: int) -> None:
    from heschl.experiment.server import HOST, Server

    with Server(folder, port) as server:
        print(f"Listening experiment: http://{HOST}:{server.server_port}  (stop with Ctrl-C)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl experiment",
        description="Build a listening experiment for the browser from the test clips, or from metamers and "
        "their natural sounds, as the section `experiment` of params.yaml describes it. An experiment that "
        "is up to date is not built again.",
    )
    made.add_argument("out", type=Path, metavar="OUT", help="folder of the experiment, such as listening")
    clips = made.add_mutually_exclusive_group()
    clips.add_argument(
        "--shards", type=Path, default="data/shards", metavar="FOLDER", help="shards (default: %(default)s)"
    )
    clips.add_argument(
        "--metamers",
        type=Path,
        action="append",
        metavar="FOLDER",
        help="metamers in place of test clips, such as search/metamers; repeated: of several networks",
    )
    made.add_argument(
        "--serve",
        type=int,
        nargs="?",
        const=PORT,
        metavar="PORT",
        help=f"serve it at 127.0.0.1:PORT ({PORT} if PORT is not given), and save tables in OUT/results",
    )
    return made


if __name__ == "__main__":
    main()

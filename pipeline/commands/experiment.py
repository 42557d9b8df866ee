"""heschl listen OUT: build a listening experiment from the test clips; with --serve, serve it on this machine."""

import argparse
from pathlib import Path

from pipeline.behavior.accuracy import BehaviorParams
from pipeline.commands.main import command
from pipeline.experiment import build
from pipeline.experiment.design import ListenParams, check_answers
from pipeline.experiment.server import HOST, Server
from pipeline.params import load
from pipeline.shards.read import Shards


def main() -> None:
    """Build the experiment of the params' section `listen`; serve it where that is asked for."""
    parser = argparse.ArgumentParser(prog="heschl listen", description=__doc__.split(":", 1)[1].strip())
    parser.add_argument(
        "out",
        type=Path,
        metavar="OUT",
        help="folder of the experiment; one that is there is built anew if need be",
    )
    parser.add_argument(
        "--shards", type=Path, default=Path("data/shards"), help="folder of the shards (default: data/shards)"
    )
    parser.add_argument(
        "--serve",
        type=int,
        nargs="?",
        const=8000,
        metavar="PORT",
        help="serve it at 127.0.0.1, tables to OUT/results",
    )
    given = parser.parse_args()
    with command("heschl listen"):
        params = load("experiment", ListenParams)
        check_answers(params, load("behavior", BehaviorParams).answers)
        built = build.build(Shards.open(given.shards, "test"), given.out, params)
        clips = len(list((given.out / "clips").iterdir()))
        print(f"{given.out}: {'built' if built else 'as it was'}, {params.sessions} sessions, {clips} clips")
        if given.serve is not None:
            with Server(given.out, given.serve) as server:
                print(f"Listening experiment: http://{HOST}:{server.server_port}  (Ctrl-C ends)", flush=True)
                try:
                    server.serve_forever()
                except KeyboardInterrupt:
                    print()


if __name__ == "__main__":
    main()

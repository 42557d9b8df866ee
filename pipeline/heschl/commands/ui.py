"""heschl ui: start the MLflow UI on this machine."""

import argparse
import os
import sys

from heschl.commands.main import command


def main() -> None:
    """Replace this process by the MLflow server, on 127.0.0.1 only."""
    given = parser().parse_args()
    with command("heschl ui"):
        from heschl import tracking

        uri = tracking.address()
        if uri.startswith("http"):
            sys.exit(
                f"heschl ui: MLFLOW_TRACKING_URI is {uri}, a server with its own UI. Open it in a browser."
            )
        server, environment = tracking.server(str(given.port))
        page = tracking.runs_page(f"http://127.0.0.1:{given.port}")
        print(f"MLflow, the table of runs: {page}\n(in a few seconds; stop with Ctrl-C)", flush=True)
        quiet = {"PYTHONWARNINGS": "ignore"}  # of what MLflow imports
        os.execvpe(server[0], server, environment | quiet)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="heschl ui", description="Start the MLflow UI on this machine only, at 127.0.0.1."
    )
    made.add_argument("port", type=int, nargs="?", default=5000, metavar="PORT", help="default: %(default)s")
    return made


if __name__ == "__main__":
    main()
